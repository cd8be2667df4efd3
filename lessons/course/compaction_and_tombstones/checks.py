from __future__ import annotations

from lessons.course.compaction_and_tombstones.newest_and_none import NewestAndNone
from lessons.course.compaction_and_tombstones.what_is_left import WhatIsLeft
from lessons.course.compaction_and_tombstones.without_a_trace import WithoutATrace

EXERCISES = [WhatIsLeft(), NewestAndNone(), WithoutATrace()]
