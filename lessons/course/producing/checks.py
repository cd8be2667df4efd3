from __future__ import annotations

from lessons.course.producing.one_to_nine import NineDelivered
from lessons.course.producing.queue_full import QueueFull

EXERCISES = [NineDelivered(), QueueFull()]
