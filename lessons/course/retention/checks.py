from __future__ import annotations

from lessons.course.retention.forget_a_rider import ForgetARider
from lessons.course.retention.how_old import HowOld
from lessons.course.retention.window import Window

EXERCISES = [ForgetARider(), HowOld(), Window()]
