from __future__ import annotations

from lessons.course.what_delivered_means.can_it_be_read import CanItBeRead
from lessons.course.what_delivered_means.not_readable_yet import NotReadableYet
from lessons.course.what_delivered_means.two_of_three import TwoOfThree
from lessons.course.what_delivered_means.what_it_takes import WhatItTakes

EXERCISES = [TwoOfThree(), WhatItTakes(), CanItBeRead(), NotReadableYet()]
