from __future__ import annotations

from lessons.course.order_and_keys.could_it_be import CouldItBe
from lessons.course.order_and_keys.prediction import Prediction
from lessons.course.order_and_keys.three_tracks import ThreeTracks

EXERCISES = [Prediction(), ThreeTracks(), CouldItBe()]
