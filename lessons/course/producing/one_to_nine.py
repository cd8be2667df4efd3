from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lessons.course.bare_names import BARE_NAME, told
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet

TOPIC = "test1p"
WANTED = [str(number) for number in range(1, 10)]
KEPT_CHARACTERS = 20  # of a value, in the evidence

Rows = Mapping[str, Sequence[Sequence[Any]]]  # JSON: partition → [offset, value] of its newest records, oldest first


def send(*values: str, topic: str = TOPIC, **more: Any) -> Step:
    return Step("produce", {"topic": topic, "values": "\n".join(values), **more})


def create(name: str = TOPIC, *, partitions: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1})


def spread(evidence: Evidence, seed: str) -> Iterator[Step]:
    """Steps: the nine in two partitions."""
    yield create(partitions=2)
    yield send(*WANTED[:4], partition=0)
    yield send(*WANTED[4:], partition=1)


class NineDelivered(Exercise):
    id = "producing.nine-delivered"
    version = 2  # what stands in the topic, whoever sent it
    reads_topics = (TOPIC,)
    title = "Nine bikes leave"
    points = 2
    todo = "Have the values 1 to 9 stand in `test1p` one behind the other, in one partition, a record each."
    hint = "One number a line makes one record each. What is in the topic already does not matter, and nothing may come in between."
    solution: ClassVar = [create(), send(*WANTED)]
    wrong_ways: ClassVar = [
        WrongWay([create(), send(*WANTED[:-1])], "too-few"),
        WrongWay([create(), send(*reversed(WANTED))], "other-values"),
        WrongWay([create(), send(" ".join(WANTED))], "one-record"),
        WrongWay(spread, "spread"),
        WrongWay([create("test2p"), send(*WANTED, topic="test2p")], "other-topic"),
        WrongWay([create(), send(*WANTED), Step("delete-topic", {"name": TOPIC}), create()], "empty-topic"),
        WrongWay([create(), send(*WANTED), Step("delete-topic", {"name": TOPIC})], "no-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """The newest records of each partition, and to which other topics this seat has sent anything."""
        topic = evidence.topic(TOPIC)
        rows: dict[str, list[list[Any]]] = {}
        for found in evidence.newest(TOPIC) if topic else ():
            rows.setdefault(str(found.partition), []).append([found.offset, found.value[:KEPT_CHARACTERS]])
        sent = [act for act in evidence.acts("produce") if act.state == "done"]
        return {
            "topic_id": topic.topic_id if topic else None,
            "rows": rows,
            "other_topics": sorted({act.fields["topic"] for act in sent} - {TOPIC}),
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        rows: Rows = observation["rows"]
        for partition, found in rows.items():
            if row := _row(found):
                return done(f"Offsets {row[0]} to {row[-1]} of test1p [{partition}] hold 1 to 9.")
        if not rows:
            return _nothing_to_read(observation)
        misconception, why = _mistake({each: [value for _, value in found] for each, found in rows.items()})
        newest = max(rows.values(), key=len)[-len(WANTED) :]
        values = ", ".join(value or "(empty)" for _, value in newest)
        return not_yet(
            f"The newest records of test1p hold {values}.", expected=EXPECTED, misconception=misconception, why=why
        )


EXPECTED = "1 to 9 one behind the other in one partition of test1p"


def _row(found: Sequence[Sequence[Any]]) -> list[int]:
    """The offsets of the newest 1 to 9 that stand one behind the other; empty: there are none."""
    values = [value for _, value in found]
    for start in range(len(values) - len(WANTED), -1, -1):
        if values[start : start + len(WANTED)] == WANTED:
            return [offset for offset, _ in found[start : start + len(WANTED)]]
    return []


def _mistake(values: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Its name, and what to do about it. `values`: of each partition, oldest first."""
    if any(" ".join(WANTED) in each for each in values.values()):
        return "one-record", "One call of produce() makes one record. Here each line is a call of its own."
    if len(values) > 1 and set(WANTED) <= {value for each in values.values() for value in each}:
        return "spread", "Each partition is a row of its own. Choose one of them, or use a topic that has only one."
    if any(each[-count:] == WANTED[:count] for each in values.values() for count in range(2, len(WANTED))):
        return "too-few", "Nine lines make nine records: send all nine, one behind the other."
    return "other-values", "Send 1 to 9 once more: what is there already does not matter."


def _nothing_to_read(observation: Observation) -> Verdict:
    """There is no record, or no topic."""
    others, unprefixed = observation["other_topics"], observation["unprefixed"]
    is_there = observation["topic_id"] is not None
    seen = "test1p is empty." if is_there else "There is no topic test1p."
    if unprefixed:
        return not_yet(seen, expected=EXPECTED, misconception=BARE_NAME, why=told(unprefixed))
    if others:
        return not_yet(
            f"{seen} Records were sent to {', '.join(others)}.", expected=EXPECTED, misconception="other-topic",
            why="They are safe where they are; this exercise reads test1p.",
        )  # fmt: skip
    if is_there:
        return not_begun(seen, expected=EXPECTED, misconception="empty-topic", why="Send by the form above.")
    return not_begun(seen, expected=EXPECTED, misconception="no-topic", why="Create it first (lesson 3).")
