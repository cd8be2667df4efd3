from __future__ import annotations

from typing import Any, ClassVar

from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet

TOPIC = "test1p"
WANTED = [str(number) for number in range(1, 10)]


def send(*values: str, topic: str = TOPIC) -> Step:
    return Step("produce", {"topic": topic, "values": "\n".join(values)})


def fill(*, queue_size: int, count: int) -> Step:
    return Step("fill-queue", {"topic": TOPIC, "queue_size": queue_size, "count": count})


def create(name: str) -> Step:
    return Step("create-topic", {"name": name, "partitions": 1, "replicas": 1})


class NineDelivered(Exercise):
    id = "producing.nine-delivered"
    reads_topics = (TOPIC,)
    title = "Nine delivery reports"
    points = 2
    todo = "Send 1 to 9 to `test1p`, in this order, and have all nine reports come back without an error."
    hint = "One number a line, in one go. What was sent before does not matter: your last nine delivery reports are looked at."
    solution: ClassVar = [create(TOPIC), send(*WANTED)]
    wrong_ways: ClassVar = [
        WrongWay([create(TOPIC), send(*WANTED[:-1])], "too-few"),
        WrongWay([create(TOPIC), send(*reversed(WANTED))], "other-values"),
        WrongWay([create(TOPIC), send(" ".join(WANTED))], "one-record"),
        WrongWay([create("test2p"), send(*WANTED, topic="test2p")], "other-topic"),
        WrongWay([create(TOPIC), send(*WANTED), Step("delete-topic", {"name": TOPIC})], "no-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """The seat's last nine delivery reports for the topic, and what stands at those offsets now."""
        sent = evidence.acts("produce")
        reports: list[dict[str, Any]] = [
            {**report, "act": act.id}
            for act in sent
            if act.fields["topic"] == TOPIC
            for report in act.data.get("deliveries", [])
        ][-len(WANTED) :]
        topic = evidence.topic(TOPIC)
        return {
            "topic_id": topic.topic_id if topic else None,
            "reports": reports,
            "stored": self._stored(evidence, reports) if topic else {},
            "other_topics": sorted({act.fields["topic"] for act in sent if _delivered_any(act)} - {TOPIC}),
        }

    def _stored(self, evidence: Evidence, reports: list[dict[str, Any]]) -> dict[str, str]:
        """{offset: value} of partition 0 at the reported offsets."""
        offsets = [r["offset"] for r in reports if r["error"] is None and r["partition"] == 0]
        if len(offsets) < len(WANTED):
            offsets = offsets[-1:]  # one record that holds all nine, perhaps
        return {str(offset): value for offset, value in evidence.values_at(TOPIC, 0, offsets).items()}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "nine reports without an error, and 1 to 9 at those offsets of test1p"
        reports, stored = observation["reports"], observation["stored"]
        delivered = [report for report in reports if report["error"] is None]
        values = [stored.get(str(report["offset"])) if report["partition"] == 0 else None for report in delivered]
        if values == WANTED:
            return done(f"Offsets {delivered[0]['offset']} to {delivered[-1]['offset']} of test1p [0] hold 1 to 9.")
        if not reports or observation["topic_id"] is None:
            return self._nothing_to_read(observation, expected)
        if values[-1:] == [" ".join(WANTED)]:
            return not_yet(
                "One record holds all nine numbers.", expected=expected, misconception="one-record",
                why="One call of produce() makes one record. Here each line is a call of its own.",
            )  # fmt: skip
        if len(delivered) < len(WANTED):
            return not_yet(
                f"{len(delivered)} of nine records were delivered.",
                expected=expected,
                misconception="too-few",
                why="Nine lines make nine records; send all nine again.",
            )
        seen = ", ".join("(not in partition 0)" if value is None else value[:20] for value in values)
        return not_yet(
            f"The last nine reports are of records that hold {seen}.", expected=expected, misconception="other-values",
            why="Send 1 to 9 once more: the last nine reports count.",
        )  # fmt: skip

    def _nothing_to_read(self, observation: Observation, expected: str) -> Verdict:
        """Nothing was sent to the topic, or it is gone."""
        if observation["reports"]:
            return not_yet(
                "There is no topic test1p.",
                expected=expected,
                misconception="no-topic",
                why="It was deleted, and its records with it: create it again (lesson 3).",
            )
        if observation["other_topics"]:
            return not_yet(
                f"Records were sent to {', '.join(observation['other_topics'])}.", expected=expected,
                misconception="other-topic", why="They are safe where they are; this exercise looks at test1p.",
            )  # fmt: skip
        return not_yet(
            "No delivery report for test1p is on record here yet.",
            expected=expected,
            why="Send by the form: the reports of a program of your own go to that program, and not to this page.",
        )


def _delivered_any(act: PastAct) -> bool:
    return any(report["error"] is None for report in act.data.get("deliveries", []))


class QueueFull(Exercise):
    id = "producing.queue-full"
    title = "A full queue"
    points = 1
    todo = "Have a producer meet its full queue, and every record delivered all the same."
    hint = "The queue has to be smaller than the number of records."
    solution: ClassVar = [create(TOPIC), fill(queue_size=5, count=12)]
    wrong_ways: ClassVar = [
        WrongWay([create(TOPIC), fill(queue_size=12, count=12)], "room-for-all"),
        WrongWay([fill(queue_size=5, count=12)], "not-sent"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """For each time that a queue was to be filled: its size, who met it full, and how many were delivered."""
        return {
            "fills": [
                {
                    "act": act.id,
                    "topic": act.fields["topic"],
                    "queue_size": act.fields["queue_size"],
                    "count": act.fields["count"],
                    "full": [meeting["record"] for meeting in act.data.get("full", [])],
                    "delivered": sum(report["error"] is None for report in act.data.get("deliveries", [])),
                }
                for act in evidence.acts("fill-queue")
            ]
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "at least one BufferError, and a delivery report without an error for every record"
        fills = observation["fills"]
        if not fills:
            return not_yet("No queue was filled here yet.", expected=expected)
        for fill in fills:
            if fill["full"] and fill["delivered"] == fill["count"]:
                return done(
                    f"Record {fill['full'][0]} met a queue of {fill['queue_size']} that was full; all {fill['count']} "
                    f"records were delivered to {fill['topic']}."
                )
        last = fills[-1]
        if last["delivered"] < last["count"]:
            return not_yet(
                f"{last['delivered']} of {last['count']} records were delivered to {last['topic']}.",
                expected=expected, misconception="not-sent",
                why="Kafka's answer under the form says why. Does the topic exist?",
            )  # fmt: skip
        return not_yet(
            f"All {last['count']} records found room in a queue of {last['queue_size']}.",
            expected=expected, misconception="room-for-all",
            why="BufferError comes when one more is handed over than the queue holds.",
        )  # fmt: skip


EXERCISES = [NineDelivered(), QueueFull()]
