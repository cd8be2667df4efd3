from __future__ import annotations

from lessons.course.creating_topics.boxes import Boxes
from lessons.course.creating_topics.three_topics import ThreeTopics
from lessons.course.creating_topics.two_copies import TwoCopies

EXERCISES = [ThreeTopics(), Boxes(), TwoCopies()]
