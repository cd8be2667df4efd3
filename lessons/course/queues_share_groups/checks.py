from __future__ import annotations

from lessons.course.queues_share_groups.given_up import GivenUp
from lessons.course.queues_share_groups.overtaken import Overtaken
from lessons.course.queues_share_groups.who_works import WhoWorks

EXERCISES = [WhoWorks(), GivenUp(), Overtaken()]
