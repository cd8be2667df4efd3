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
        if topic is None:
            return {"topic_id": None, "end": 0, "groups": []}
        _, end = evidence.offsets(TOPIC)[0]
        if end == 0:
            return {"topic_id": topic.topic_id, "end": 0, "groups": []}
        groups: list[dict[str, Any]] = [
            {"group": group.group_id, "committed": lag.committed, "members": len(group.members)}
            for group in evidence.groups
            for lag in group.lags
            if lag.topic == TOPIC and lag.partition == 0
        ]
        return {"topic_id": topic.topic_id, "end": end, "groups": groups}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        end, groups = observation["end"], observation["groups"]
        expected = f"a group whose committed offset is the end of test1p ({end})"
        if observation["topic_id"] is None:
            return not_yet("There is no topic test1p.", expected=expected, misconception="no-topic")
        if end == 0:
            return not_yet(
                "test1p is empty.", expected=expected, misconception="empty-topic",
                why="There is nothing to read and so nothing to commit: send records first (lesson 6).",
            )  # fmt: skip
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
        if best["committed"] < end:
            return not_yet(
                f"Group {best['group']} has committed {best['committed']}; the end is {end}.", expected=expected,
                misconception="behind",
                why="There is more to read. Start a consumer of this group again: it goes on from its committed offset.",
            )  # fmt: skip
        return done(f"Group {best['group']} has committed {best['committed']}, the end of test1p.")


EXERCISES = [CommittedEnd()]
