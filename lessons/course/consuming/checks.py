from __future__ import annotations

from lessons.course.consuming.exact_place import ExactPlace

EXERCISES = [ExactPlace()]
