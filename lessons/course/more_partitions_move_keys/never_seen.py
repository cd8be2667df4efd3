from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, Field, create_model

from lessons.course.bare_names import no_topic
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
from lessons.course.more_partitions_move_keys.steps import PARTITIONS, TOPIC, add, create, send
from lessons.course.places import committed_in
from lessons.course.seeded import seeded_choice

MISSED = range(3, 8)
KEPT = 20  # records of a partition, in the evidence
EXERCISE = "more-partitions-move-keys.never-seen"


def missed_asked(seed: str) -> int:
    """How many records the group is to miss, for this seat."""
    return seeded_choice(MISSED, seed)


def consume(group: str, reset: str) -> Step:
    return Step("consume", {"topic": TOPIC, "group_id": group, "auto_offset_reset": reset})


def away(
    count: Callable[[int], int], *, reset: str | None = "latest", rows: Callable[[int, int], int] | None = None
) -> StepsFor:
    """Steps: a group reads to the end; a partition is added, and gets so many records; the group comes back and is given one
    of an old partition; a number of rows is typed, made from that count and the number of all records."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        group, missed = f"team-{len(evidence.acts('consume'))}", count(missed_asked(seed))
        yield create()
        topic = evidence.topic(TOPIC)
        new = len(topic.partitions) if topic else PARTITIONS
        for partition in range(new):
            yield send("bike-11", partition=partition)
        yield consume(group, "earliest")
        yield add(new + 1)
        yield send(*["bike-13"] * missed, partition=new)
        if reset is not None:
            yield send("bike-15", partition=0)
            yield consume(group, reset)
        if rows is not None:
            held = sum(end - earliest for earliest, end in evidence.offsets(TOPIC).values())
            yield submit(EXERCISE, rows=rows(missed, held))

    return steps


def exactly(missed: int) -> int:
    return missed


class Missed(NamedTuple):
    """What a group has not been given: all of one partition. `behind`: what is left for it in the others."""

    group: str
    partition: int
    records: int
    behind: int
    is_back: bool  # it has read something since that is newer


class NeverSeen(Exercise):
    """The cluster tells it: a group that has a place in each partition but one, and among these is one behind a record that is
    newer than all of that one partition. A Java consumer commits the place where it begins, and so it can't be told there."""

    id = EXERCISE
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Never seen"
    points = 3
    todo = (
        "A group of yours reads all of `repairs` and stops. While it is away, a partition is added and gets some records (the "
        "lesson's page says how many). The same group comes back with `latest`, reads a newer record of an old partition, and "
        "has missed those. Then type the number that is asked for, before you try it."
    )
    hint = "A place is committed for each partition by itself. Which partitions does the group have one in?"
    solution: ClassVar = staticmethod(away(exactly, rows=lambda missed, held: missed))
    wrong_ways: ClassVar = [
        WrongWay([create(), send("bike-11")], "no-group"),
        WrongWay(away(exactly, reset=None), "not-back"),
        WrongWay(away(exactly, reset="earliest"), "nothing-missed"),
        WrongWay(away(lambda missed: missed + 1), "other-number"),
        WrongWay(away(exactly, rows=lambda missed, held: held), "all-again"),
        WrongWay(away(exactly, rows=lambda missed, held: 0), "lost"),
        WrongWay(away(exactly, rows=lambda missed, held: 1), "other-rows"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            "A group of yours reads all of `repairs` and stops. While it is away, a partition is added and gets "
            f"**{missed_asked(seed)}** records. The same group comes back with `latest`, reads a newer record of an old "
            "partition, and has missed those. Then type the number that is asked for, before you try it."
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        title = "If that group starts once more, now with earliest: how many rows will it show?"
        rows: Any = (int | None, Field(None, title=title, ge=0, lt=2**31))
        return create_model("NeverSeen", rows=rows)

    def observe(self, evidence: Evidence) -> Observation:
        """Where each partition begins and ends, the times of its newest records, the places of this seat's groups in it, and
        what was typed last."""
        topic, given = evidence.topic(TOPIC), evidence.submitted(self.id)
        times: dict[str, list[list[int]]] = {}
        for each in evidence.newest(TOPIC) if topic else ():
            times.setdefault(str(each.partition), []).append([each.offset, each.at_ms])
        return {
            "spans": {str(each): list(span) for each, span in evidence.offsets(TOPIC).items()} if topic else {},
            "times": {partition: each[-KEPT:] for partition, each in times.items()},
            "places": _places(evidence) if topic else {},
            "typed": given.fields["answers"].get("rows") if given else None,
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted = missed_asked(seed)
        expected = (
            f"a group that has read {TOPIC}, and has missed {wanted} records of a partition that came while it was away"
        )
        if not observation["spans"]:
            return no_topic(TOPIC, observation["unprefixed"], expected=expected)
        if not observation["places"]:
            return not_begun(
                f"No group of yours has committed an offset of {TOPIC}.", expected=expected, misconception="no-group",
                why="Start a consumer on it, with earliest.",
            )  # fmt: skip
        found = [each for group in observation["places"] if (each := _missed(observation, group))]
        if not found:
            return not_yet(
                "No group of yours has a place in each partition but one.", expected=expected, misconception="nothing-missed",
                why="With a place in all of them nothing is missed. Add a partition while a group is away, and let it come back.",
            )  # fmt: skip
        best = max(found, key=lambda each: (each.is_back and each.records == wanted, each.is_back))
        if not best.is_back or best.records != wanted:
            return _not_so(best, wanted, expected=expected)
        held = sum(end - earliest for earliest, end in observation["spans"].values())
        return _typed(observation["typed"], best, held, expected=expected)


def _places(evidence: Evidence) -> dict[str, dict[str, int]]:
    """{group: {partition: committed offset}} of this seat's groups in the topic. Raises: ClusterError."""
    places: dict[str, dict[str, int]] = {}
    for place in committed_in(evidence, TOPIC):
        places.setdefault(place["group"], {})[str(place["partition"])] = place["committed"]
    return places


def _missed(observation: Observation, group: str) -> Missed | None:
    """None unless the group has a place in each partition that holds records, but for one."""
    spans: Mapping[str, Sequence[int]] = observation["spans"]
    places: Mapping[str, int] = observation["places"][group]
    without = [each for each, (earliest, end) in spans.items() if end > earliest and each not in places]
    if len(without) != 1:
        return None
    [partition], (earliest, end) = without, spans[without[0]]
    newest_ms = max((at_ms for _, at_ms in observation["times"].get(partition, ())), default=0)
    read_ms = [
        at_ms for each in places for offset, at_ms in observation["times"].get(each, ()) if offset < places[each]
    ]
    behind = sum(max(0, spans[each][1] - place) for each, place in places.items() if each in spans)
    return Missed(group, int(partition), end - earliest, behind, is_back=max(read_ms, default=0) >= newest_ms)


def _not_so(missed: Missed, wanted: int, *, expected: str) -> Verdict:
    seen = f"Group {missed.group} has no place in partition {missed.partition}, which holds {missed.records} records."
    if not missed.is_back:
        return not_yet(
            seen, expected=expected, misconception="not-back",
            why="It has read nothing since. Send something to an old partition, and start the group again, with latest.",
        )  # fmt: skip
    return not_yet(
        seen, expected=expected, misconception="other-number",
        why=f"It should be {wanted}. Let the group read all with earliest, add one more partition, and do it again.",
    )  # fmt: skip


def _typed(typed: Any, missed: Missed, held: int, *, expected: str) -> Verdict:
    """What was typed, beside what the group would be given."""
    where = f"Group {missed.group} was never given the {missed.records} records of partition {missed.partition}."
    if type(typed) is not int:
        return not_yet(f"{where} Nothing was typed yet.", expected=expected)
    if typed == missed.records + missed.behind:
        return done(f"{where} With earliest it would be given {typed}: where it has a place, it goes on from there.")
    if typed == held:
        return not_yet(
            f"{where} {typed} is how many the topic holds.", expected=expected, misconception="all-again",
            why="earliest is for partitions in which the group has no place. What of the others?",
        )  # fmt: skip
    if typed == 0:
        return not_yet(
            f"{where} But they are still there.", expected=expected, misconception="lost",
            why="The group has no place in that partition. Where does it begin then, with earliest?",
        )  # fmt: skip
    return not_yet(
        f"{where} It would not show {typed} rows.", expected=expected, misconception="other-rows",
        why="Go through the partitions: where does the group begin in each, and where does each end?",
    )  # fmt: skip
