from __future__ import annotations

from lessons.course.lag_and_replay.and_forward import AndForward
from lessons.course.lag_and_replay.back_to_a_moment import BackToAMoment
from lessons.course.lag_and_replay.while_it_runs import WhileItRuns

EXERCISES = [WhileItRuns(), BackToAMoment(), AndForward()]
