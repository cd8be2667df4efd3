from __future__ import annotations

from lessons.course.a_broker_goes_down.back_at_its_place import BackAtItsPlace
from lessons.course.a_broker_goes_down.in_the_gap import InTheGap
from lessons.course.a_broker_goes_down.who_takes_over import WhoTakesOver

EXERCISES = [WhoTakesOver(), InTheGap(), BackAtItsPlace()]
