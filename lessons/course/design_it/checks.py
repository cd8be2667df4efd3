from __future__ import annotations

from lessons.course.design_it.disk import Disk
from lessons.course.design_it.ride_events import RideEvents
from lessons.course.design_it.station_list import StationList

EXERCISES = [Disk(), RideEvents(), StationList()]
