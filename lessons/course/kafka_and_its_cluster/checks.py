from __future__ import annotations

from lessons.course.kafka_and_its_cluster.entry_points import EntryPoints
from lessons.course.kafka_and_its_cluster.one_is_dead import OneIsDead

EXERCISES = [OneIsDead(), EntryPoints()]
