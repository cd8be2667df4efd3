from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, Field, create_model

from lessons.cluster.metadata import Topic
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

AT_MOST = 12
EXPECTED = "exactly those topics that Kafka itself flags as internal, and why the class's topic is none of them"

Reason = Literal[
    "its name begins with one underscore, not two",
    "a program made it, for itself: Kafka does not keep its own facts there",
    "another student made it",
]
ONE_UNDERSCORE, NOT_KAFKAS, A_NEIGHBOUR = get_args(Reason)


def internal(evidence: Evidence) -> list[str]:
    return [topic.name for topic in evidence.visible_topics() if topic.internal]


def class_topics(evidence: Evidence) -> list[str]:
    """Those of the class, with an underscore and no flag: in a class that has begun, its feed."""
    prefix = evidence.namespace.class_prefix
    return [topic.name for topic in evidence.visible_topics() if topic.name.startswith(prefix) and not topic.internal]


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


def answered(choose: Callable[[Evidence], list[str]] = internal, reason: str = NOT_KAFKAS) -> StepsFor:
    """Steps: these names are marked, and this is said of the class's topic."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from prepared(evidence)
        yield submit(InternalTopics.id, internal=choose(evidence), why_not=reason)

    return steps


class InternalTopics(Exercise):
    id = "looking-around.internal"
    title = "Whose are they?"
    points = 2
    todo = (
        "Mark every topic that is internal to Kafka, and no other. One of the rest has an underscore and belongs to your "
        "class: why is it not internal?"
    )
    hint = "Ask Kafka, not the name: the list above passes on Kafka's own flag for each topic."
    solution: ClassVar = staticmethod(answered())
    wrong_ways: ClassVar = [
        WrongWay(answered(lambda e: [name for name in choices(e) if name.startswith("_")]), "underscore"),
        WrongWay(answered(lambda e: [*internal(e), "test1p"]), "own"),
        WrongWay(answered(reason=ONE_UNDERSCORE), "two-underscores"),
        WrongWay(answered(reason=A_NEIGHBOUR), "a-neighbours"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        names = choices(evidence)
        if not names:
            return None  # nothing was ever created here: the first act of the class makes its feed
        one_of: Any = Literal[tuple(names)]
        fields: dict[str, Any] = {"internal": (list[one_of], Field([], title="Internal to Kafka"))}
        if feeds := class_topics(evidence):
            about = Field(title=f"{feeds[0]} is not internal, because", json_schema_extra={"widget": "radio"})
            fields["why_not"] = (Reason, about)
        return create_model("Marked", **fields)

    def observe(self, evidence: Evidence) -> Observation:
        given = evidence.submitted(self.id)
        if given is None:  # a list of all topics is not asked for in vain: it is the dearest question there is
            return {"topics": [], "of_the_class": [], "answers": None}
        listed = [
            {
                "name": evidence.namespace.short(topic.name),
                "internal": topic.internal,
                "own": evidence.namespace.owns(topic.name),
            }
            for topic in evidence.visible_topics()
        ]
        return {"topics": listed, "of_the_class": class_topics(evidence), "answers": given.fields["answers"]}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        if observation["answers"] is None:
            return not_begun("Nothing is marked yet.", expected=EXPECTED)
        answer = observation["answers"].get("internal")
        marked = set(answer) if isinstance(answer, list) else set()
        flagged = {topic["name"] for topic in observation["topics"] if topic["internal"]}
        if marked != flagged:
            return _wrongly_marked(marked, flagged, observation)
        names = ", ".join(sorted(flagged)) or "no topic at all"
        if not observation["of_the_class"]:
            return done(f"Internal to Kafka now: {names}.")
        return _why_not(observation["answers"].get("why_not"), observation["of_the_class"][0], names)


def _wrongly_marked(marked: set[str], flagged: set[str], observation: Observation) -> Verdict:
    own = {topic["name"] for topic in observation["topics"] if topic["own"]} - flagged
    if not marked:
        return not_yet(
            "Nothing is marked.", expected=EXPECTED,
            why="At least one topic is internal. List the topics above: Kafka's flag stands behind each name that has it.",
        )  # fmt: skip
    if mine := sorted(marked & own):
        return not_yet(
            f"{_said(mine)} marked, and yours.", expected=EXPECTED, misconception="own",
            why="Whatever its name is, a topic that you created is an ordinary one.",
        )  # fmt: skip
    if wrong := sorted(marked - flagged):
        underscored = any(name.startswith("_") for name in wrong)
        return not_yet(
            f"{_said(wrong)} marked, and not internal.",
            expected=EXPECTED,
            misconception="underscore" if underscored else "",
            why="An underscore is part of a name, and anybody may begin a name with one. Look for Kafka's own flag."
            if underscored
            else "",
        )
    return not_yet(
        "An internal topic is not marked.",
        expected=EXPECTED,
        misconception="missed",
        why="List the topics once more: Kafka may have created another one since you looked.",
    )


def _why_not(reason: object, topic: str, internal_topics: str) -> Verdict:
    """What was said of the class's topic, once the right ones are marked."""
    match reason:
        case str() if reason == NOT_KAFKAS:
            return done(f"Internal to Kafka now: {internal_topics}. {topic} belongs to the program of this class.")
        case str() if reason == ONE_UNDERSCORE:
            return not_yet(
                "What you marked is right. The underscores are not the reason.", expected=EXPECTED,
                misconception="two-underscores", why="Call a topic of yours __mine, and list the topics: has it the flag?",
            )  # fmt: skip
        case str() if reason == A_NEIGHBOUR:
            return not_yet(
                f"What you marked is right. But {topic} is not another student's.", expected=EXPECTED,
                misconception="a-neighbours",
                why="Other students' topics are not in your list at all. Whose is this one, that everybody sees?",
            )  # fmt: skip
        case _:
            return not_yet(
                f"What you marked is right. Nothing is said of {topic}.", expected=EXPECTED,
                why="Choose the reason why it is not internal.",
            )  # fmt: skip


def _said(names: Sequence[str]) -> str:
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"


EXERCISES = [InternalTopics()]
