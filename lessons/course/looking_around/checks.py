from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, create_model

from lessons.cluster.metadata import Topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet, submit

AT_MOST = 12


def internal(evidence: Evidence) -> list[str]:
    return [topic.name for topic in evidence.visible_topics() if topic.internal]


def choices(evidence: Evidence) -> list[str]:
    """The names to pick from: internal topics, the class's, this seat's by short names, others; not too many."""
    space = evidence.namespace

    def more_wanted(topic: Topic) -> tuple[bool, ...]:
        return topic.internal, topic.name.startswith(space.class_prefix), space.owns(topic.name)

    found = sorted(evidence.visible_topics(), key=more_wanted, reverse=True)
    # A seat may call a topic `__consumer_offsets`: behind its prefix that is another topic, and here a double.
    names = dict.fromkeys(space.short(topic.name) for topic in found)
    return sorted(list(names)[:AT_MOST])


def prepared(evidence: Evidence) -> Iterator[Step]:
    """A topic of one's own; and an internal one, which a fresh cluster lacks until a first group commits."""
    yield Step("create-topic", {"name": "test1p", "partitions": 1, "replicas": 1})
    yield Step("list-topics")
    if not internal(evidence):
        fields = {"topic": "test1p", "group_id": "readers", "auto_offset_reset": "earliest", "session_timeout_ms": 6000}
        yield Step("consume", fields)


def right(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from prepared(evidence)
    yield submit(InternalTopics.id, internal=internal(evidence))


def picked_the_underscored(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from prepared(evidence)
    yield submit(InternalTopics.id, internal=[name for name in choices(evidence) if name.startswith("_")])


def picked_an_own_one(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from prepared(evidence)
    yield submit(InternalTopics.id, internal=[*internal(evidence), "test1p"])


class InternalTopics(Exercise):
    id = "looking-around.internal"
    title = "Whose are they?"
    points = 2
    todo = "Mark every topic that is internal to Kafka, and no other."
    hint = "The list of topics above says it of each: it passes on Kafka's own flag."
    solution: ClassVar = staticmethod(right)
    wrong_ways: ClassVar = [
        WrongWay(picked_the_underscored, "underscore"),
        WrongWay(picked_an_own_one, "own"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        names = choices(evidence)
        if not names:
            return None  # nothing was ever created here: the first act of the class makes its feed
        one_of: Any = Literal[tuple(names)]
        return create_model("Marked", internal=(list[one_of], Field([], title="Internal to Kafka")))

    def observe(self, evidence: Evidence) -> Observation:
        given = evidence.submitted(self.id)
        if given is None:  # a list of all topics is not asked for in vain: it is the dearest question there is
            return {"topics": [], "answers": None}
        listed = [
            {
                "name": evidence.namespace.short(topic.name),
                "internal": topic.internal,
                "own": evidence.namespace.owns(topic.name),
            }
            for topic in evidence.visible_topics()
        ]
        return {"topics": listed, "answers": given.fields["answers"]}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = "exactly those topics that Kafka itself flags as internal"
        if observation["answers"] is None:
            return not_yet("Nothing is marked yet.", expected=expected)
        answer = observation["answers"].get("internal")
        marked = set(answer) if isinstance(answer, list) else set()
        flagged = {topic["name"] for topic in observation["topics"] if topic["internal"]}
        own = {topic["name"] for topic in observation["topics"] if topic["own"]} - flagged
        if marked == flagged:
            return done(f"Internal to Kafka now: {', '.join(sorted(flagged)) or 'no topic at all'}.")
        if not marked:
            return not_yet(
                "Nothing is marked.", expected=expected,
                why="At least one topic is internal. List the topics above: Kafka's flag stands behind each name that has it.",
            )  # fmt: skip
        if mine := sorted(marked & own):
            return not_yet(
                f"{_said(mine)} marked, and yours.", expected=expected, misconception="own",
                why="Whatever its name is, a topic that you created is an ordinary one.",
            )  # fmt: skip
        if wrong := sorted(marked - flagged):
            underscored = any(name.startswith("_") for name in wrong)
            return not_yet(
                f"{_said(wrong)} marked, and not internal.",
                expected=expected,
                misconception="underscore" if underscored else "",
                why="An underscore is part of a name, and anybody may begin a name with one. Look for Kafka's own flag."
                if underscored
                else "",
            )
        return not_yet(
            "An internal topic is not marked.",
            expected=expected,
            misconception="missed",
            why="List the topics once more: Kafka may have created another one since you looked.",
        )


def _said(names: Sequence[str]) -> str:
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"


EXERCISES = [InternalTopics()]
