from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from lessons.course.transactions.bookings import CREATE, TOPIC, book, no_records, seen_in

COUNTS = range(3, 7)


def count_asked(seed: str) -> int:
    """How many records are to be aborted together, for this seat."""
    return seeded_choice(COUNTS, seed)


def typed(hidden: Callable[[int, int], int], *, more: int = 0) -> StepsFor:
    """Steps: so many are aborted and two committed, and a number is typed, made of how many were aborted and how many
    offsets hold nothing to be given."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from (CREATE, book(count_asked(seed) + more, ending="abort"), book())
        seen = seen_in(evidence)
        yield submit(AllOrNone.id, hidden=hidden(sum(map(len, seen["aborted"].values())), _hidden(seen)))

    return steps


class AllOrNone(Exercise):
    id = "transactions.all-or-none"
    reads_topics = (TOPIC,)
    title = "All or none"
    points = 2
    todo = (
        f"Abort a transaction in `{TOPIC}` with a number of records that is yours alone (the lesson's page names it), and "
        "commit another behind it. Then compare the offsets with the records that a consumer is given."
    )
    hint = "The stage shows what consumers are given. The topic ends at the offset that the next record gets."
    solution: ClassVar = staticmethod(typed(lambda aborted, hidden: hidden))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "empty-topic"),
        WrongWay([CREATE, book()], "none-aborted"),
        WrongWay(typed(lambda aborted, hidden: hidden, more=1), "other-count"),
        WrongWay(typed(lambda aborted, hidden: 0), "no-gaps"),
        WrongWay(typed(lambda aborted, hidden: aborted), "no-marks"),
        WrongWay(typed(lambda aborted, hidden: 99), "other-number"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Abort a transaction of **{count_asked(seed)}** records in `{TOPIC}`, and commit another behind it. Then "
            "compare the offsets with the records that a consumer is given."
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        title = f"How many offsets of {TOPIC} hold no record that a consumer is given?"
        hidden: Any = (int, Field(title=title, ge=0, lt=2**63))
        return create_model("AllOrNone", hidden=hidden)

    def observe(self, evidence: Evidence) -> Observation:
        """What stands in the topic of transactions, and what was typed."""
        given = evidence.submitted(self.id)
        return {**seen_in(evidence), "typed": given.fields["answers"].get("hidden") if given else None}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted, typed = count_asked(seed), observation["typed"]
        expected = f"an aborted transaction of {wanted} records, a committed one behind it, and a number"
        say = not_begun if typed is None else not_yet
        if verdict := no_records(observation, expected=expected, say=say):
            return verdict
        runs = [run for offsets in observation["aborted"].values() for run in _runs(offsets)]
        if not any(len(run) == wanted for run in runs):
            counts = " and ".join(str(len(run)) for run in runs)
            return say(
                f"Aborted together: {counts}." if runs else "No transaction was aborted.", expected=expected,
                misconception="other-count" if runs else "none-aborted",
            )  # fmt: skip
        if not _is_followed(observation, wanted):
            return say(
                f"{wanted} records were aborted; behind them is none yet.", expected=expected, misconception="not-sent"
            )
        seen = f"{wanted} records were aborted together, and others were committed behind them"
        if not isinstance(typed, int):
            return say(f"{seen}. The number was not typed yet.", expected=expected)
        hidden, aborted = _hidden(observation), sum(map(len, observation["aborted"].values()))
        if typed == hidden:
            return done(f"{seen}. {hidden} offsets hold nothing to be given: {aborted} aborted records, and marks.")
        name, why = _mistake(typed, aborted)
        return not_yet(f"{seen}. It is not {typed} offsets.", expected=expected, misconception=name, why=why)


def _mistake(typed: int, aborted: int) -> tuple[str, str]:
    if not typed:
        return "no-gaps", "Does the offset of each record follow that of the one before it?"
    if typed == aborted:
        return "no-marks", "The end of each transaction takes an offset too, be it committed or aborted."
    return "other-number", "Take the offset that the next record gets, and count the records that you are given."


def _runs(offsets: Sequence[int]) -> list[list[int]]:
    """Offsets that follow each other together: the mark of a transaction parts it from the next one."""
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and offset == runs[-1][-1] + 1:
            runs[-1].append(offset)
        else:
            runs.append([offset])
    return runs


def _is_followed(observation: Observation, wanted: int) -> bool:
    """Whether a record that consumers are given stands behind such a run."""
    given: Mapping[str, Sequence[int]] = observation["given"]
    return any(
        len(run) == wanted and max(given.get(partition, ()), default=-1) > run[-1]
        for partition, offsets in observation["aborted"].items()
        for run in _runs(offsets)
    )


def _hidden(observation: Observation) -> int:
    """How many offsets before the last stable one hold nothing that consumers are given."""
    given = observation["given"]
    return sum(
        max(0, stable - earliest - len([offset for offset in given.get(partition, ()) if offset < stable]))
        for partition, (earliest, stable, _end) in observation["spans"].items()
    )
