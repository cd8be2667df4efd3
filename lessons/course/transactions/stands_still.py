from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.seeded import seeded_choice
from lessons.course.transactions.bookings import CREATE, TOPIC, book, no_records, spans_in

WAITING = range(4, 8)
KEPT = 10  # states in which a transaction was open


def waiting_asked(seed: str) -> int:
    """How many records are to wait behind the last stable offset, for this seat."""
    return seeded_choice(WAITING, seed)


def left_open(offset: Callable[[int, int], int], *, more: int = 0) -> StepsFor:
    """Steps: two are booked, so many more stand in a transaction that stays open, and an offset is typed, made of the last
    stable one and the end."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from (CREATE, book(), book(waiting_asked(seed) + more, ending="leave open"))
        _earliest, end = evidence.offsets(TOPIC)[0]
        yield submit(StandsStill.id, offset=offset(evidence.stable_end(TOPIC, 0), end))

    return steps


class StandsStill(Exercise):
    """An open transaction ends after a while: what a check knew of it is kept."""

    id = "transactions.stands-still"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Where a consumer stands still"
    points = 2
    todo = (
        f"Leave a transaction in `{TOPIC}` open so that the number of records that wait behind the last stable offset is the "
        "one that is yours alone (the lesson's page names it). How far can a consumer read meanwhile?"
    )
    hint = "Records without a transaction wait as well, if they stand behind one that is open."
    solution: ClassVar = staticmethod(left_open(lambda stable, end: stable))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "empty-topic"),
        WrongWay([CREATE, book()], "not-open"),
        WrongWay(left_open(lambda stable, end: stable, more=1), "other-count"),
        WrongWay(left_open(lambda stable, end: end), "end-of-the-topic"),
        WrongWay(left_open(lambda stable, end: stable - 1), "last-record"),
        WrongWay(left_open(lambda stable, end: 99), "other-offset"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Leave a transaction in `{TOPIC}` open, so that **{waiting_asked(seed)}** records wait behind the last stable "
            "offset. How far can a consumer read meanwhile?"
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        title = "The offset of the next record that it is given, as soon as the transaction is committed"
        offset: Any = (int, Field(title=title, ge=0, lt=2**63))
        return create_model("StandsStill", offset=offset)

    def observe(self, evidence: Evidence) -> Observation:
        """Where the partitions begin, how far they can be read, and where they end; the same of earlier moments at which
        something was open; and what was typed."""
        topic, given = evidence.topic(TOPIC), evidence.submitted(self.id)
        spans = spans_in(evidence) if topic else {}
        topic_id = topic.topic_id if topic else None
        before = [each for each in evidence.earlier(self.id) if each.get("topic_id") == topic_id]
        now = [[stable, end] for _earliest, stable, end in spans.values() if stable < end]
        known = [pair for each in before for pair in each.get("open", ()) if pair not in now]
        return {
            "topic_id": topic_id,
            "spans": spans,
            "open": [pair for index, pair in enumerate(known) if pair not in known[:index]][-KEPT:] + now,
            "typed": given.fields["answers"].get("offset") if given else None,
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted, typed = waiting_asked(seed), observation["typed"]
        expected = f"an open transaction with {wanted} records behind the last stable offset, and that offset"
        say = not_begun if typed is None else not_yet
        if verdict := no_records(observation, expected=expected, say=say):
            return verdict
        was_open = observation["open"]
        if not was_open:
            return say("No transaction is open.", expected=expected, misconception="not-open")
        exact = [(stable, end) for stable, end in was_open if end - stable == wanted]
        if not exact:
            stable, end = was_open[-1]
            return say(
                f"Behind the last stable offset waited {end - stable}.", expected=expected, misconception="other-count",
                why="Send more behind it, or end the transaction by another one with the same transactional.id.",
            )  # fmt: skip
        seen = f"While a transaction was open, {wanted} records waited"
        if not isinstance(typed, int):
            return say(f"{seen}. The offset was not typed yet.", expected=expected)
        if any(typed == stable for stable, _ in exact):
            return done(f"{seen}, and consumers stood still at offset {typed}, the last stable one.")
        name, why = _mistake(typed, *exact[-1])
        return not_yet(f"{seen}. It is not offset {typed}.", expected=expected, misconception=name, why=why)


def _mistake(typed: int, stable: int, end: int) -> tuple[str, str]:
    if typed == end:
        return (
            "end-of-the-topic",
            "That is where the partition ends. A consumer is given nothing that may yet be aborted.",
        )
    if typed == stable - 1:
        return "last-record", "Which offset does the first record of the open transaction have?"
    return "other-offset", "Which offset does the first record of the open transaction have?"
