"""Judging again what was seen, after a check was mended: nothing of the cluster is needed, and nothing is overwritten.

Why it is so
------------
`judge` is pure, so a stored observation can be judged by today's check. Whose verdict would change is shown first, old
beside new, and stored only when that list is accepted: its digest goes with the page and comes back, so that a check
that changed in between, or a look that was added, is never accepted unseen. The new attempt is of the same observation
and replaces the old one, which stays and counts no more; by that link two graders can't judge one attempt again twice.
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
from lessons.classroom.checks.attempts import deciding_act, seed_of
from lessons.classroom.grading.standings import DONE, STATE_WORDS
from lessons.classroom.history import record_change
from lessons.classroom.models import Act, Attempt, Class, Member, Observation, Role
from lessons.course.exercise import Exercise, Verdict

REGRADE = "re-grade"

logger = logging.getLogger(__name__)


class ListIsOld(Exception):
    """What was accepted is not what would be stored now."""


@dataclass(frozen=True)
class Judged:
    """One counted attempt and what today's check makes of its observation; None: it can't read it."""

    attempt: Attempt
    seen: Observation
    verdict: Verdict | None

    @property
    def changes(self) -> bool:
        return self.verdict is not None and self.verdict.state != self.attempt.state

    @property
    def state(self) -> str:
        """After it is accepted."""
        return self.verdict.state if self.verdict else self.attempt.state

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True)
class SeatJudged:
    """All looks at one exercise of a seat of which at least one would change."""

    seat: Member
    judged: tuple[Judged, ...]

    @property
    def before(self) -> str:
        return _latched(each.attempt.state for each in self.judged)

    @property
    def after(self) -> str:
        return _latched(each.state for each in self.judged)

    @property
    def before_words(self) -> str:
        return STATE_WORDS[self.before]

    @property
    def after_words(self) -> str:
        return STATE_WORDS[self.after]

    @property
    def changed(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if each.changes)


@dataclass(frozen=True)
class Regrading:
    exercise: Exercise
    looks: int
    seats: tuple[SeatJudged, ...]  # whose verdict would change
    unreadable: tuple[Judged, ...]

    @property
    def digest(self) -> str:
        """Stands for this very list, and for the check that made it."""
        listed = [(each.attempt.pk, each.state) for seat in self.seats for each in seat.changed]
        told = json.dumps([self.exercise.id, self.exercise.text_hash, listed])
        return hashlib.sha256(told.encode()).hexdigest()


def _latched(states: Iterable[str]) -> str:
    """How it stands by these looks, oldest first; as in `lessons.classroom.grading.standings`, done stays done."""
    seen = list(states)
    return DONE if DONE in seen else seen[-1]


def regrading(klass: Class, exercise: Exercise) -> Regrading:
    """What would change. Attempts that saw nothing ("could not check") have nothing to be judged again."""
    counted = (
        Attempt.objects.counted()
        .filter(member__klass=klass, member__role=Role.STUDENT, exercise=exercise.id)
        .exclude(observation=None)
        .select_related("observation__member__klass", "member__klass", "deciding_act")
        .order_by("member__name", "member__slug", "pk")
    )
    judged = [_judge_again(attempt, exercise) for attempt in counted]
    by_seat = [SeatJudged(seat, tuple(looks)) for seat, looks in groupby(judged, key=lambda each: each.attempt.member)]
    return Regrading(
        exercise=exercise,
        looks=len(judged),
        seats=tuple(seat for seat in by_seat if seat.changed),
        unreadable=tuple(each for each in judged if each.verdict is None),
    )


def _judge_again(attempt: Attempt, exercise: Exercise) -> Judged:
    assert attempt.observation is not None
    try:
        # The seed of who was looked at then: a seat that was merged has given its attempts to another one.
        verdict = exercise.judge(attempt.observation.data, seed_of(attempt.observation.member, exercise))
    except Exception:  # an observation of another shape: what a check stumbles over is its own matter
        logger.debug("%s can't judge observation %s again", exercise.id, attempt.observation_id, exc_info=True)
        verdict = None
    return Judged(attempt, attempt.observation, verdict)


def accept(klass: Class, by: Member, exercise: Exercise, *, digest: str) -> Regrading:
    """Stores the new verdicts, all or none, and who accepted them. Raises: ListIsOld."""
    try:
        with transaction.atomic():
            wanted = regrading(klass, exercise)
            if wanted.digest != digest:
                raise ListIsOld
            for seat in wanted.seats:
                _store(seat, by, exercise)
    except IntegrityError:  # another grader accepted it at the same moment
        raise ListIsOld from None
    return wanted


def _store(seat: SeatJudged, by: Member, exercise: Exercise) -> None:
    pairs = [[each.attempt.pk, _replace(each, exercise).pk] for each in seat.changed]
    data = {
        "exercise": exercise.id, "before": {"state": seat.before}, "after": {"state": seat.after}, "attempts": pairs,
        "check_hash": exercise.text_hash,
    }  # fmt: skip
    record_change(seat.seat.klass, by, REGRADE, seat=seat.seat, data=data)


def _replace(judged: Judged, exercise: Exercise) -> Attempt:
    assert judged.verdict is not None
    attempt = Attempt.objects.create(
        member=judged.attempt.member, exercise=exercise.id, observation=judged.seen, replaces=judged.attempt,
        state=judged.verdict.state, verdict=asdict(judged.verdict), check_hash=exercise.text_hash,
        deciding_act=_deciding_act(judged),
    )  # fmt: skip
    changes.tell(changes.of_attempt(attempt), attempt)
    return attempt


def _deciding_act(judged: Judged) -> Act | None:
    """Of the time of the look, so that nobody's work becomes late by being judged again."""
    if judged.state != DONE:
        return None
    return judged.attempt.deciding_act or deciding_act(judged.attempt.member, until=judged.seen.observed_at)
