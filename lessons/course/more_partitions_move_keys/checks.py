from __future__ import annotations

from lessons.course.more_partitions_move_keys.moved import Moved
from lessons.course.more_partitions_move_keys.never_seen import NeverSeen
from lessons.course.more_partitions_move_keys.prediction import Prediction

EXERCISES = [Prediction(), Moved(), NeverSeen()]
