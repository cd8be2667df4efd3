from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Say,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.places import groups_at_the_end, not_readable, seen_in
from lessons.course.seeded import seeded_choice
from lessons.course.two_groups_two_places.steps import CREATE, TOPIC, consume, send

RECORDS, GROUPS = range(12, 40), range(3, 7)
BOTH = [CREATE, send(), consume("billing"), consume("repair")]
EXPECTED = f"two groups that have read {TOPIC} to its end, while it still holds everything, and the two numbers"


def asked(seed: str) -> tuple[int, int]:
    """How many records the question's topic holds, and how many groups read it, for this seat."""
    return seeded_choice(RECORDS, seed), seeded_choice(GROUPS, seed)


def typed(answer: Callable[[int, int], tuple[int, int]]) -> StepsFor:
    """Steps: two groups read everything, and then both numbers are typed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from BOTH
        handed, left = answer(*asked(seed))
        yield submit(BothAtTheEnd.id, handed=handed, left=left)

    return steps


class BothAtTheEnd(Exercise):
    id = "two-groups-two-places.both-at-the-end"
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Both at the end"
    points = 2
    todo = (
        f"Bring two groups of yours to the end of `{TOPIC}`, so that both have a lag of 0. Then think it "
        "through for more records and more groups."
    )
    hint = "Empty Stop after, and press Stop when no more rows come. The same group.id goes on where it was."
    solution: ClassVar = staticmethod(typed(lambda records, groups: (records * groups, records)))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "empty-topic"),
        WrongWay([CREATE, send()], "no-group"),
        WrongWay([CREATE, send(), consume("billing"), consume("repair", stop_after=2)], "behind"),
        WrongWay([CREATE, send(), consume("billing"), consume("billing")], "same-group"),
        WrongWay([*BOTH, Step("delete-records", {"topic": TOPIC, "partition": 0, "before": 3})], "records-deleted"),
        WrongWay(typed(lambda records, groups: (records, records)), "shared-out"),
        WrongWay(typed(lambda records, groups: (records * groups, 0)), "reading-removes"),
        WrongWay(typed(lambda records, groups: (records * groups + 1, records)), "other-number"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        records, groups = asked(seed)
        title = f"A topic holds {records} records. {groups} groups read it, each from its beginning to its end. Records handed over in all"
        handed: Any = (int, Field(title=title, ge=0, lt=10**9))
        left: Any = (int, Field(title="Records that the topic holds afterwards", ge=0, lt=10**9))
        return create_model("BothAtTheEnd", handed=handed, left=left)

    def observe(self, evidence: Evidence) -> Observation:
        """Where the topic begins and ends, the places of this seat's groups, which of them it has started twice, and what was
        typed."""
        started = [act.fields["group_id"] for act in evidence.acts("consume", topic=TOPIC)]
        return {
            **seen_in(evidence, TOPIC),
            "again": sorted(group for group, count in Counter(started).items() if count > 1),
            "typed": evidence.typed(self.id, "handed", "left"),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        typed = observation["typed"]
        say = not_begun if typed is None else not_yet
        if verdict := not_readable(observation, TOPIC, expected=EXPECTED, say=say):
            return verdict
        begins = max(earliest for earliest, _ in observation["spans"].values())
        if begins:
            return say(
                f"{TOPIC} begins at offset {begins}: what stood before was deleted.", expected=EXPECTED,
                misconception="records-deleted", why="No reader does that. Delete the topic, and create it again.",
            )  # fmt: skip
        at_the_end = groups_at_the_end(observation)
        if len(at_the_end) < 2:
            return _too_few(observation, at_the_end, say)
        where = f"{' and '.join(at_the_end[-2:])} are at the end of {TOPIC}, which still begins at offset 0"
        match typed:
            case [int(handed), int(left)]:
                return _numbers(handed, left, *asked(seed), where=where)
            case _:
                return not_yet(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)


def _too_few(observation: Observation, at_the_end: list[str], say: Say) -> Verdict:
    groups = {place["group"] for place in observation["places"]}
    there = (
        f"{at_the_end[0]} is at the end of {TOPIC}." if at_the_end else f"No group of yours is at the end of {TOPIC}."
    )
    if len(groups) == 1 and groups <= {*observation["again"]}:
        return say(
            f"{there} It was started more than once, and is one group.", expected=EXPECTED, misconception="same-group",
            why="The group.id makes the group: consumers with the same one share a place. Take another for the second.",
        )  # fmt: skip
    return say(
        there, expected=EXPECTED, misconception="behind" if len(groups) > 1 or not at_the_end else "missing",
        why="A group is at the end when its lag is 0. The same group.id goes on where it was.",
    )  # fmt: skip


def _numbers(handed: int, left: int, records: int, groups: int, *, where: str) -> Verdict:
    if (handed, left) == (records * groups, records):
        return done(f"{where}. {groups} groups are handed {records} records each, and the topic keeps all {records}.")
    if not left:
        name, why = "reading-removes", "Look at the stage: what became of the cells that both groups have read?"
    elif handed == records:
        name, why = "shared-out", "Look at the rows: was the second group given only what the first had left?"
    else:
        name, why = "other-number", "Count the rows of your two groups, and the cells on the stage."
    return not_yet(f"{where}. The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
