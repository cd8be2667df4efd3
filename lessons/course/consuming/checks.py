from __future__ import annotations

from typing import Any, ClassVar

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet

TOPIC = "test1p"


def consume(*, reset: str = "earliest", topic: str = TOPIC) -> Step:
    fields = {"topic": topic, "group_id": "readers", "auto_offset_reset": reset, "session_timeout_ms": 6000}
    return Step("consume", fields)


PREPARED = [
    Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1}),
    Step("produce", {"topic": TOPIC, "values": "\n".join(map(str, range(1, 10)))}),
]


class CommittedEnd(Exercise):
    id = "consuming.committed-end"
    reads_topics = (TOPIC,)
    title = "A group at the end"
    points = 3
    reads_groups = True
    version = 2  # `stable_end` and `unread`
    todo = "Have a group of yours read `test1p` to its end and commit."
    hint = "A group commits what its consumers were given: start one on test1p with earliest, wait for the records, press Stop."
    solution: ClassVar = [*PREPARED, consume()]
    wrong_ways: ClassVar = [
        WrongWay(PREPARED, "no-group"),
        WrongWay([*PREPARED, consume(), Step("produce", {"topic": TOPIC, "values": "10"})], "behind"),
        WrongWay([PREPARED[0], consume()], "empty-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        topic = evidence.topic(TOPIC)
        empty: dict[str, Any] = {
            "topic_id": topic and topic.topic_id,
            "end": 0,
            "stable_end": 0,
            "unread": 0,
            "groups": [],
        }
        if topic is None:
            return empty
        _, end = evidence.offsets(TOPIC)[0]
        if end == 0:
            return empty
        groups: list[dict[str, Any]] = [
            {"group": group.group_id, "committed": lag.committed, "members": len(group.members)}
            for group in evidence.groups
            for lag in group.lags
            if lag.topic == TOPIC and lag.partition == 0
        ]
        stable_end = evidence.stable_end(TOPIC, 0)
        best = max((group["committed"] for group in groups if group["committed"] is not None), default=0)
        unread = evidence.records(TOPIC, 0, start=best, end=stable_end, at_most=1) if best < stable_end else ()
        return {**empty, "end": end, "stable_end": stable_end, "unread": len(unread), "groups": groups}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        end, groups = observation["end"], observation["groups"]
        stable_end = observation["stable_end"]
        is_open = stable_end < end
        held_back = f"A transaction that began at offset {stable_end} is still open: what follows is not to be had yet."
        expected = f"a group whose committed offset is the end of test1p ({end})"
        if observation["topic_id"] is None:
            return not_yet("There is no topic test1p.", expected=expected, misconception="no-topic")
        if end == 0:
            return not_yet(
                "test1p is empty.", expected=expected, misconception="empty-topic",
                why="There is nothing to read and so nothing to commit: send records first (lesson 6).",
            )  # fmt: skip
        if stable_end == 0:
            return not_yet(
                "Nothing of test1p can be read yet.", expected=expected, misconception="empty-topic", why=held_back
            )
        committed = [group for group in groups if group["committed"] is not None]
        if not committed:
            return not_yet(
                "No group of yours has committed an offset of test1p.",
                expected=expected,
                misconception="no-group",
                why="Start a consumer on test1p with earliest. A group that begins at latest is given nothing, and so "
                "commits nothing, until a new record comes.",
            )
        best = max(committed, key=lambda group: group["committed"])
        if observation["unread"]:
            return not_yet(
                f"Group {best['group']} has committed {best['committed']}; the end is {end}.", expected=expected,
                misconception="behind",
                why="There is more to read. Start a consumer of this group again: it goes on from its committed offset.",
            )  # fmt: skip
        where = f"Group {best['group']} has committed {best['committed']}"
        if is_open:
            return done(f"{where}, and has read all that can be read. {held_back}")
        if best["committed"] < end:
            marks = "which behind it has only the marks of transactions"
            return done(f"{where} of {end}, {marks}: no record is left to be read.")
        return done(f"{where}, the end of test1p.")


EXERCISES = [CommittedEnd()]
