"""A seat's record, and the evidence card that is made of it: a file that its owner keeps, signed with the class's key.

Why it is so
------------
The record is the fold that the grader's table shows, so the two can't differ. The card has what a stranger needs to
believe it: what was seen, the hash of the evidence (whose text the class keeps), the hash of the check that judged it,
Kafka's ids of topics and cluster, and what Kafka answered. It is a JSON Web Signature, so that whoever gets one needs
nothing of ours to check it. Its `typ` names the kind of file, so that nothing else a class may sign passes for a card;
cards of another shape will be of another `typ`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lessons.classroom.exports.signing import NotGenuine, PublicKey, public_key_of, read_jws, sha256_of, sign
from lessons.classroom.grading.standings import DONE, NOT_BEGUN_YET, Standing, Standings, points_total, standings_of
from lessons.classroom.models import Act, Attempt, Member, Observation
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson

TYPE = "kafkaclass-card+jws"
MOST_ACTS = 20  # of one exercise, the newest


@dataclass(frozen=True)
class Entry:
    """One exercise of a seat: how it stands, and the attempt that says so."""

    lesson: Lesson
    exercise: Exercise
    standing: Standing
    attempt: Attempt | None


def record_of(member: Member, standings: Standings | None = None) -> list[Entry]:
    """Of the lessons that are switched on, in their order."""
    standings = standings_of(member) if standings is None else standings
    shown = [standing.attempt_id for standing in standings.values() if standing.attempt_id]
    attempts = member.attempts.select_related("observation", "deciding_act").in_bulk(shown)
    return [
        Entry(lesson, exercise, standing, attempts.get(standing.attempt_id) if standing.attempt_id else None)
        for lesson in member.klass.lessons
        for exercise in lesson.exercises
        for standing in [standings.get(exercise.id, NOT_BEGUN_YET)]
    ]


def make_card(member: Member) -> bytes:
    """The signed card: a JWS whose payload is JSON in ASCII, which no tool can misread."""
    card = _card(member, record_of(member))
    return sign(json.dumps(card, separators=(",", ":")).encode(), class_slug=member.klass.slug, typ=TYPE)


def verify_card(file: bytes, *, key: PublicKey | None = None) -> dict[str, Any]:
    """What the card says, once it is sure that it is as it was made.

    By this key; without one, by that of this installation for the class that the card names.
    Raises: NotGenuine, SignedByAnother.
    """
    jws = read_jws(file)
    try:
        card = json.loads(jws.payload)
        own_key = public_key_of(card["class"]["slug"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotGenuine("This is no evidence card.") from None
    jws.verify(key or own_key, typ=TYPE)
    return dict(card)


def _card(member: Member, entries: list[Entry]) -> dict[str, Any]:
    acts = list(member.acts.exclude(settled_at=None).defer("fields").order_by("settled_at", "pk"))
    return {
        "class": {"slug": member.klass.slug, "name": member.klass.name},
        "seat": member.slug,
        "name": member.name,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "done": sum(entry.standing.state == DONE for entry in entries),
        "points": _number(sum(entry.standing.points for entry in entries)),
        "points_total": points_total([entry.exercise for entry in entries], [entry.standing for entry in entries]),
        "exercises": [_exercise(entry, acts) for entry in entries],
    }


def _exercise(entry: Entry, acts: list[Act]) -> dict[str, Any]:
    exercise, standing, attempt = entry.exercise, entry.standing, entry.attempt
    override = standing.override
    return {
        "id": exercise.id, "title": exercise.title, "state": standing.state or "not_begun",
        "points": _number(standing.points), "points_total": exercise.points, "is_late": standing.is_late,
        "at": standing.at.isoformat() if standing.at else None, "attempts": standing.attempts,
        "override": {"reason": override.reason, "by": override.by, "at": override.at.isoformat()} if override else None,
        "verdict": {name: attempt.verdict.get(name, "") for name in ("seen", "expected", "why")} if attempt else None,
        "check_sha256": attempt.check_hash if attempt else None,
        "evidence": _evidence(attempt.observation) if attempt and attempt.observation else None,
        "acts": list(_acts(entry.lesson, attempt, acts)) if attempt else [],
    }  # fmt: skip


def _evidence(seen: Observation) -> dict[str, Any]:
    return {
        "id": seen.pk, "sha256": sha256_of(seen.data), "cluster_id": seen.cluster_id,
        "observed_at": seen.observed_at.isoformat(), "topic_ids": sorted(set(_topic_ids(seen.data))),
    }  # fmt: skip


def _topic_ids(data: Any) -> Iterator[str]:
    """Wherever an observation has some."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key == "topic_id" and isinstance(value, str):
                yield value
            yield from _topic_ids(value)
    elif isinstance(data, list):
        for value in data:
            yield from _topic_ids(value)


def _acts(lesson: Lesson, attempt: Attempt, acts: list[Act]) -> Iterator[dict[str, Any]]:
    """Those of the lesson until the look, and what decided it."""
    until = attempt.observation.observed_at if attempt.observation else attempt.decided_at
    led = [
        act
        for act in acts
        if act.pk == attempt.deciding_act_id
        or (act.lesson == lesson.slug and act.settled_at and act.settled_at <= until)
    ]
    for act in led[-MOST_ACTS:]:
        yield {
            "did": act.told, "state": act.state, "answered": str(act.answer.get("words", "")),
            "at": act.settled_at.isoformat() if act.settled_at else None,
        }  # fmt: skip


def _number(points: float) -> float | int:
    """A whole number is written as one: `2`, and not `2.0`."""
    return int(points) if points == int(points) else points
