from __future__ import annotations

from lessons.course.a_group_shares_the_work.one_too_many import OneTooMany
from lessons.course.a_group_shares_the_work.taken import Taken
from lessons.course.a_group_shares_the_work.what_it_costs import WhatItCosts

EXERCISES = [Taken(), OneTooMany(), WhatItCosts()]
