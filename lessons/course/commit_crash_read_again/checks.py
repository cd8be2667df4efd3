from __future__ import annotations

from lessons.course.commit_crash_read_again.never import Never
from lessons.course.commit_crash_read_again.twice import Twice
from lessons.course.commit_crash_read_again.which_ride import WhichRide

EXERCISES = [WhichRide(), Twice(), Never()]
