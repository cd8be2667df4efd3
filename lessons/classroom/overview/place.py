"""Where a seat is, and whether it is stuck there. Pure: the clock is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lessons.classroom.grading.standings import DONE, NOT_BEGUN_YET, Standings
from lessons.course.loader import Lesson

# Two or three refusals are how one learns from Kafka; who meets the fifth since anything went right is guessing.
STUCK_AFTER_REFUSALS = 5
# A lesson takes about ten minutes: who has needed as long for one of its exercises would be glad of a word.
STUCK_AFTER = timedelta(minutes=10)
# Who has shown no sign for so long has left: the class of last week is not stuck.
GONE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Did:
    """One settled act, as far as it matters here."""

    act_id: UUID
    at: datetime
    lesson: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The exercise that a seat works on, in the lesson in which it showed its last sign: of those not done, the one that it has
    tried last, or else the first. (A prediction can be left out.)"""

    exercise: str
    since: datetime  # the last progress, or where this lesson was begun after that
    last_sign: datetime
    refusals: int = 0
    last_refusal: UUID | None = None  # the act's id

    def is_stuck(self, now: datetime) -> bool:
        if now - self.last_sign >= GONE_AFTER:
            return False
        return self.refusals >= STUCK_AFTER_REFUSALS or now - self.since >= STUCK_AFTER


def find_place(lessons: Sequence[Lesson], standings: Standings, acts: Sequence[Did]) -> Place | None:
    """`acts` are those of the last while, oldest first. None: nothing was begun, or all of that lesson is done."""
    signs = [(did.at, did.lesson) for did in acts]
    for lesson in lessons:
        known = (standings.get(exercise.id, NOT_BEGUN_YET) for exercise in lesson.exercises)
        signs += [(standing.at, lesson.slug) for standing in known if standing.at is not None]
    here = {lesson.slug: lesson for lesson in lessons}
    signs = [(at, slug) for at, slug in signs if slug in here]
    if not signs:
        return None
    last_sign, slug = max(signs)
    left = [e.id for e in here[slug].exercises if standings.get(e.id, NOT_BEGUN_YET).state != DONE]
    if not left:
        return None
    tried = {exercise: at for exercise in left if (at := standings.get(exercise, NOT_BEGUN_YET).at) is not None}
    current = max(tried, key=lambda exercise: tried[exercise]) if tried else left[0]
    signs_here = [at for at, where in signs if where == slug]
    progress = max((at for e in here[slug].exercises if (at := _done_at(standings, e.id))), default=None)
    since = _since(progress, signs_here)
    refused = [did for did in acts if did.refused and did.lesson == slug and did.at >= since and did.at != progress]
    return Place(current, since, last_sign, len(refused), refused[-1].act_id if refused else None)


def _done_at(standings: Standings, exercise: str) -> datetime | None:
    standing = standings.get(exercise, NOT_BEGUN_YET)
    return standing.at if standing.state == DONE else None


def _since(progress: datetime | None, signs: Sequence[datetime]) -> datetime:
    """The last progress in the lesson, unless the lesson was left for a long while after that; else its first sign."""
    later = [at for at in signs if progress is None or at > progress]
    if progress is None:
        return min(later)
    return min(later) if later and min(later) - progress >= GONE_AFTER else progress
