"""Reads what the overview needs of seats, of the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from lessons.classroom.grading.standings import DONE, Standing
from lessons.classroom.models import Act, Attempt, Class
from lessons.classroom.overview.place import GONE_AFTER, Did, Place, find_place
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.exercise import Exercise

AT_ONCE = 500  # members in one query
MOST_KEYS = 30_000  # in one query: SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Seen:
    """What the latest look at an exercise that is not done saw."""

    misconception: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What was read of one seat."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    place: Place | None = None
    seen: Mapping[str, Seen] = field(default_factory=dict)  # by exercise
    predicted: Mapping[str, str] = field(default_factory=dict)  # by exercise


NOTHING = SeatFacts()


def read_seats(
    klass: Class, members: Collection[int], standings: Mapping[int, Mapping[str, Standing]]
) -> dict[int, SeatFacts]:
    """{member's key: facts} of these members. `standings`: theirs; others' may come with them."""
    keys = sorted(members)
    facts: dict[int, SeatFacts] = {}
    for some in (keys[i : i + AT_ONCE] for i in range(0, len(keys), AT_ONCE)):
        theirs = {key: standings[key] for key in some if key in standings}
        acts, seen, predicted = _acts(some), _seen(theirs), _predicted(klass, some)
        for key in some:
            known = theirs.get(key, {})
            place = find_place(klass.lessons, known, acts.get(key, ()))
            facts[key] = SeatFacts(known, place, seen.get(key, {}), predicted.get(key, {}))
    return facts


def _acts(members: Collection[int]) -> Mapping[int, Sequence[Did]]:
    """What each did lately, oldest first; nothing older than what makes somebody gone."""
    lately = Act.objects.filter(member__in=members, settled_at__gt=timezone.now() - GONE_AFTER).order_by("settled_at")
    done: dict[int, list[Did]] = defaultdict(list)
    for member, pk, at, lesson, state in lately.values_list("member_id", "pk", "settled_at", "lesson", "state"):
        if at is not None:
            done[member].append(Did(pk, at, lesson, state == Act.State.REFUSED))
    return done


def _seen(standings: Mapping[int, Mapping[str, Standing]]) -> dict[int, dict[str, Seen]]:
    wanted = {
        standing.attempt_id: (member, exercise)
        for member, seat in standings.items()
        for exercise, standing in seat.items()
        if standing.state != DONE and standing.attempt_id is not None
    }
    seen: dict[int, dict[str, Seen]] = defaultdict(dict)
    for pk, verdict in _verdicts(list(wanted)):
        member, exercise = wanted[pk]
        seen[member][exercise] = Seen(verdict.get("misconception", ""), verdict.get("seen", ""), verdict.get("why", ""))
    return seen


def _verdicts(keys: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for i in range(0, len(keys), MOST_KEYS):
        yield from Attempt.objects.filter(pk__in=keys[i : i + MOST_KEYS]).values_list("pk", "verdict")


def _predicted(klass: Class, members: Collection[int]) -> dict[int, dict[str, str]]:
    """What each seat predicted first: whoever answers again may know better by then."""
    guesses = {exercise.id: exercise.guess for exercise in predictions_of(klass) if exercise.guess}
    answers = Act.objects.filter(member__in=members, kind=SubmitAnswers.kind, state=Act.State.DONE).order_by(
        "settled_at"
    )
    predicted: dict[int, dict[str, str]] = defaultdict(dict)
    for member, fields in answers.values_list("member_id", "fields") if guesses else ():
        guess = guesses.get(fields["exercise"])
        choice = fields["answers"].get(guess.field) if guess else None
        if guess and choice is not None and choice in guess.choices:
            predicted[member].setdefault(fields["exercise"], choice)
    return predicted


def predictions_of(klass: Class) -> list[Exercise]:
    return [exercise for lesson in klass.lessons for exercise in lesson.exercises if exercise.guess]
