from __future__ import annotations

from typing import Any, ClassVar

from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet

TOPIC = "test2die"


def create(name: str, *, partitions: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": 1})


def delete(name: str) -> Step:
    return Step("delete-topic", {"name": name})


class Gone(Exercise):
    id = "deleting-a-topic.gone"
    reads_topics = (TOPIC,)
    title = "Gone"
    points = 2
    todo = "Delete the topic `test2die` that you have created."
    hint = "The form above is already filled in. There has to be a test2die first: lesson 3 creates it."
    solution: ClassVar = [create(TOPIC), delete(TOPIC)]
    wrong_ways: ClassVar = [
        WrongWay([create("test1p"), delete(TOPIC)], "never-there"),
        WrongWay([create(TOPIC)], "still-there"),
        WrongWay([create(TOPIC, partitions=2), delete(TOPIC), create(TOPIC)], "still-there"),
        WrongWay([create(TOPIC), create("test2p"), delete("test2p")], "other-topic"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """Each test2die that this seat's acts created or deleted, by id, and the one that the cluster has now."""
        created = [act for act in evidence.acts("create-topic") if _is_of(act, TOPIC)]
        deleted = [act for act in evidence.acts("delete-topic") if act.state == "done"]
        since = created[-1].settled_at if created else ""
        topic = evidence.topic(TOPIC)
        return {
            "topic_id": topic.topic_id if topic else None,
            "created": [_numbers(act) for act in created],
            "deleted": [act.data["topic_id"] for act in deleted if _is_of(act, TOPIC)],
            "others_deleted": sorted({a.fields["name"] for a in deleted if a.settled_at > since} - {TOPIC}),
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "the id of the test2die that you created is no longer on the cluster"
        now = observation["topic_id"]
        if gone := [topic_id for topic_id in _wanted(observation) if topic_id != now]:
            return done(_seen(gone[-1], now))
        if now is None:
            return not_yet(
                "There is no topic test2die, and no record here of one that you created.", expected=expected,
                misconception="never-there", why="Only what exists can be deleted: create it first (lesson 3).",
            )  # fmt: skip
        if observation["others_deleted"]:
            others = ", ".join(observation["others_deleted"])
            return not_yet(
                f"{others} was deleted; test2die is still there.", expected=expected, misconception="other-topic",
                why=f"A deletion can't be undone. If you still need {others}, create it again; its records are lost.",
            )  # fmt: skip
        return not_yet(
            f"test2die is still there, with the id {now}.", expected=expected, misconception="still-there",
            why="Delete it by the form above.",
        )  # fmt: skip


def _is_of(act: PastAct, name: str) -> bool:
    return bool(act.fields["name"] == name and act.state == "done" and act.data.get("topic_id"))


def _numbers(act: PastAct) -> dict[str, Any]:
    partitions = act.data["partitions"]
    replicas = max((len(partition["replicas"]) for partition in partitions), default=0)
    return {"topic_id": act.data["topic_id"], "partitions": len(partitions), "replicas": replicas}


def _wanted(observation: Observation) -> list[str]:
    """The ids that count. One that came out wrong in lesson 3 and was replaced there does not, when a right one
    is known: its deletion belongs to lesson 3."""
    created = observation["created"]
    right = [each["topic_id"] for each in created if (each["partitions"], each["replicas"]) == (1, 1)]
    return right or [*(each["topic_id"] for each in created), *observation["deleted"]]


def _seen(gone: str, now: str | None) -> str:
    if now is None:
        return f"The topic with the id {gone}, your test2die, is gone."
    return (
        f"The topic with the id {gone}, your test2die, is gone. "
        f"The test2die that is there now has the id {now}: another topic with the same name."
    )


EXERCISES = [Gone()]
