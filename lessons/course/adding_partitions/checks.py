from __future__ import annotations

from lessons.course.adding_partitions.how_many_move import HowManyMove
from lessons.course.adding_partitions.three_leaders import ThreeLeaders
from lessons.course.adding_partitions.two_partitions import TwoPartitions

EXERCISES = [HowManyMove(), TwoPartitions(), ThreeLeaders()]
