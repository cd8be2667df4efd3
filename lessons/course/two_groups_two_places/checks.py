from __future__ import annotations

from lessons.course.two_groups_two_places.both_at_the_end import BothAtTheEnd
from lessons.course.two_groups_two_places.missed import Missed
from lessons.course.two_groups_two_places.where_next import WhereNext

EXERCISES = [BothAtTheEnd(), Missed(), WhereNext()]
