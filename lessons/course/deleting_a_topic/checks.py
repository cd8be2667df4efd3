from __future__ import annotations

from lessons.course.deleting_a_topic.again import Again
from lessons.course.deleting_a_topic.gone import Gone
from lessons.course.deleting_a_topic.when_again import WhenAgain

EXERCISES = [WhenAgain(), Gone(), Again()]
