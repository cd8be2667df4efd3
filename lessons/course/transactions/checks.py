from __future__ import annotations

from lessons.course.transactions.all_or_none import AllOrNone
from lessons.course.transactions.stands_still import StandsStill
from lessons.course.transactions.which_offset import WhichOffset

EXERCISES = [WhichOffset(), AllOrNone(), StandsStill()]
