from __future__ import annotations

from lessons.course.what_do_you_notice.order import Order
from lessons.course.what_do_you_notice.prediction import Prediction
from lessons.course.what_do_you_notice.where import Where

EXERCISES = [Prediction(), Where(), Order()]
