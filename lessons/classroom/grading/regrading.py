"""Re-grading from stored evidence after a check was corrected: needs no cluster and overwrites nothing.

Why it is so
------------
`judge` is pure, so today's check can judge a stored observation. The page first lists whose verdict would change, old
beside new, and stores the new ones only when a grader accepts that list. Its digest goes with the page and comes back:
so a check that changed in between, or an attempt that was added, is never accepted unseen. The new attempt has the same
observation and replaces the old one, which is kept and no longer counts; this link stops two graders from re-grading
one attempt twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby

from django.db import IntegrityError, transaction

from lessons.classroom import changes
from lessons.classroom.checks.attempts import seed_of
from lessons.classroom.checks.deciding_act import deciding_act
from lessons.classroom.grading.standings import DONE, STATE_WORDS
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Act, Attempt, Class, Member, Observation, Role
from lessons.course.exercise import Exercise, Verdict

logger = logging.getLogger(__name__)


class ListChanged(Exception):
    """The list is no longer the one that was accepted."""


@dataclass(frozen=True)
class Regraded:
    """One counted attempt and the verdict of today's check on its observation; None: today's check can't read it."""

    attempt: Attempt
    observation: Observation
    verdict: Verdict | None

    @property
    def changes(self) -> bool:
        return self.verdict is not None and self.verdict.state != self.attempt.state

    @property
    def state(self) -> str:
        """Once the list is accepted."""
        return self.verdict.state if self.verdict else self.attempt.state

    @property
    def words(self) -> str:
        return str(STATE_WORDS[self.state])


@dataclass(frozen=True)
class SeatRegraded:
    """All counted attempts of a seat at one exercise; at least one verdict would change."""

    seat: Member
    regraded: tuple[Regraded, ...]

    @property
    def before(self) -> str:
        return _latched(each.attempt.state for each in self.regraded)

    @property
    def after(self) -> str:
        return _latched(each.state for each in self.regraded)

    @property
    def before_words(self) -> str:
        return str(STATE_WORDS[self.before])

    @property
    def after_words(self) -> str:
        return str(STATE_WORDS[self.after])

    @property
    def changed(self) -> tuple[Regraded, ...]:
        return tuple(each for each in self.regraded if each.changes)


@dataclass(frozen=True)
class Regrading:
    exercise: Exercise
    attempts: int
    seats: tuple[SeatRegraded, ...]  # whose verdict would change
    unreadable: tuple[Regraded, ...]

    @property
    def digest(self) -> str:
        """Identifies this list and the check that made it."""
        listed = [(each.attempt.pk, each.state) for seat in self.seats for each in seat.changed]
        text = json.dumps([self.exercise.id, self.exercise.text_hash, listed])
        return hashlib.sha256(text.encode()).hexdigest()


def _latched(states: Iterable[str]) -> str:
    """The standing after these attempts, oldest first; done stays done, as in `lessons.classroom.grading.standings`."""
    known = list(states)
    return DONE if DONE in known else known[-1]


def regrading(klass: Class, exercise: Exercise) -> Regrading:
    """What would change. Attempts without evidence ("could not check") are left out."""
    counted = (
        Attempt.objects.counted()
        .filter(member__klass=klass, member__role=Role.STUDENT, exercise=exercise.id)
        .exclude(observation=None)
        .select_related("observation__member__klass", "member__klass", "deciding_act")
        .order_by("member__name", "member__slug", "pk")
    )
    regraded = [_regrade(attempt, exercise) for attempt in counted]
    by_seat = [SeatRegraded(seat, tuple(own)) for seat, own in groupby(regraded, key=lambda each: each.attempt.member)]
    return Regrading(
        exercise=exercise,
        attempts=len(regraded),
        seats=tuple(seat for seat in by_seat if seat.changed),
        unreadable=tuple(each for each in regraded if each.verdict is None),
    )


def _regrade(attempt: Attempt, exercise: Exercise) -> Regraded:
    assert attempt.observation is not None
    try:
        # The seed of the seat that was checked then: a merged seat has given its attempts to another one.
        verdict = exercise.judge(attempt.observation.data, seed_of(attempt.observation.member, exercise))
    except Exception:  # an observation of another shape: whatever the check raises, it can't read it
        logger.debug("%s can't re-grade observation %s", exercise.id, attempt.observation_id, exc_info=True)
        verdict = None
    return Regraded(attempt, attempt.observation, verdict)


def accept(klass: Class, by: Member, exercise: Exercise, *, digest: str) -> Regrading:
    """Store the new verdicts, all or none, and who accepted them. Raises: ListChanged."""
    try:
        with transaction.atomic():
            wanted = regrading(klass, exercise)
            if wanted.digest != digest:
                raise ListChanged
            for seat in wanted.seats:
                _store(seat, by, exercise)
    except IntegrityError:  # another grader accepted it at the same moment
        raise ListChanged from None
    return wanted


def _store(seat: SeatRegraded, by: Member, exercise: Exercise) -> None:
    pairs = [[each.attempt.pk, _replace(each, exercise).pk] for each in seat.changed]
    data = {
        "exercise": exercise.id, "before": {"state": seat.before}, "after": {"state": seat.after}, "attempts": pairs,
        "check_hash": exercise.text_hash,
    }  # fmt: skip
    record_change(seat.seat.klass, by, ChangeKind.REGRADE, seat=seat.seat, data=data)


def _replace(regraded: Regraded, exercise: Exercise) -> Attempt:
    assert regraded.verdict is not None
    attempt = Attempt.objects.create(
        member=regraded.attempt.member, exercise=exercise.id, observation=regraded.observation, replaces=regraded.attempt,
        state=regraded.verdict.state, verdict=asdict(regraded.verdict), check_hash=exercise.text_hash,
        deciding_act=_deciding_act(regraded, exercise),
    )  # fmt: skip
    changes.tell(changes.of_attempt(attempt), attempt)
    return attempt


def _deciding_act(regraded: Regraded, exercise: Exercise) -> Act | None:
    """The act as of the time of the check, so that a re-grade never makes work late."""
    if regraded.state != DONE:
        return None
    if regraded.attempt.state == DONE:
        return regraded.attempt.deciding_act
    observation = regraded.observation
    return deciding_act(regraded.attempt.member, observation, exercise, until=observation.observed_at)
