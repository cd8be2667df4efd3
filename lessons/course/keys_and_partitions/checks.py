from __future__ import annotations

from lessons.course.keys_and_partitions.before_it_is_sent import BeforeItIsSent
from lessons.course.keys_and_partitions.prediction import Prediction
from lessons.course.keys_and_partitions.two_hashes import TwoHashes

EXERCISES = [Prediction(), BeforeItIsSent(), TwoHashes()]
