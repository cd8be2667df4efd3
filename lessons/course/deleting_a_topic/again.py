from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from lessons.course.bare_names import no_topic
from lessons.course.deleting_a_topic.lives import TOPIC, create, delete, known_lives
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
from lessons.course.predictions import topic_facts

LETTERS = 4
FIRST_OFFSET = 0
EXPECTED = (
    f"a new {TOPIC} without records, the first {LETTERS} characters of its id, and the offset of its first record"
)
SEND = Step("produce", {"topic": TOPIC, "values": "1\n2\n3"})


class Typed(BaseModel):
    id_start: str = Field(title=f"The first {LETTERS} characters of the new topic's id", max_length=60)
    first_offset: int = Field(title="The offset that its first record will get", ge=0, lt=2**63)


def typed(
    id_of: Callable[[str, str], str] = lambda old, new: new, *, offset: int = FIRST_OFFSET, send: Step | None = None
) -> StepsFor:
    """Steps: deleted, created again, perhaps written to, and then this is typed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        if evidence.topic(TOPIC) is None:
            yield create(TOPIC)
        old = _id_now(evidence)
        yield delete(TOPIC)
        yield create(TOPIC)
        if send is not None:
            yield send
        yield submit(Again.id, id_start=id_of(old, _id_now(evidence))[:LETTERS], first_offset=offset)

    return steps


def never_deleted(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield create(TOPIC)
    yield submit(Again.id, id_start=_id_now(evidence)[:LETTERS], first_offset=FIRST_OFFSET)


def _id_now(evidence: Evidence) -> str:
    topic = evidence.topic(TOPIC)
    return (topic and topic.topic_id) or ""


class Again(Exercise):
    id = "deleting-a-topic.again"
    reads_topics = (TOPIC,)
    title = "The same name"
    points = 2
    todo = (
        f"Create `{TOPIC}` once more. Before anything is sent to it: how does its id begin, and which offset will its "
        "first record get?"
    )
    hint = (
        "*Describe topic* shows the id. For the offset, ask yourself whether this is the topic that was there before."
    )
    solution: ClassVar = staticmethod(typed())
    wrong_ways: ClassVar = [
        WrongWay([submit(id, id_start="abcd", first_offset=0)], "missing"),
        WrongWay(never_deleted, "first-life"),
        WrongWay(typed(lambda old, new: old), "old-id"),
        WrongWay(typed(offset=1), "counts-from-1"),
        WrongWay(typed(offset=3), "goes-on"),
        WrongWay(typed(send=SEND), "afterwards"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return Typed

    def observe(self, evidence: Evidence) -> Observation:
        given, topic = evidence.submitted(self.id), evidence.topic(TOPIC)
        return {
            "topic": topic_facts(topic),
            "known": known_lives(evidence),
            "answers": given and given.fields["answers"],
            "typed_at": given and given.settled_at,
            "sent": _sent(evidence) if given and topic else None,
            "unprefixed": evidence.unprefixed([TOPIC]) if given and topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        answers, topic, bare = observation["answers"], observation["topic"], observation.get("unprefixed", {})
        if answers is None:
            return not_begun("Nothing is typed yet.", expected=EXPECTED)
        if topic is None:
            return no_topic(
                TOPIC, bare, expected=EXPECTED, why="Create it first.", misconception="missing", say=not_yet
            )
        old = [life["topic_id"] for life in observation["known"] if life["topic_id"] != topic["topic_id"]]
        return (
            _wrong_life(old)
            or _wrong_id(_plain(answers.get("id_start")), str(topic["topic_id"]), old)
            or _wrong_offset(answers.get("first_offset"))
            or _too_late(observation)
            or done(f"A new topic with the id {topic['topic_id']}; its first record gets offset {FIRST_OFFSET}.")
        )


def _sent(evidence: Evidence) -> dict[str, Any] | None:
    """When the oldest record was sent that is there, in ms since the epoch; None if none was ever sent."""
    spans = evidence.offsets(TOPIC)
    firsts = [
        record.timestamp_ms
        for partition, (start, end) in spans.items()
        for record in evidence.records(TOPIC, partition, start=start, end=end, at_most=1)
    ]
    if not any(end for _, end in spans.values()):
        return None
    return {"first_ms": min((each for each in firsts if each is not None), default=None)}


def _plain(text: object) -> str:
    """Kafka writes ids with - and _, the Python client with + and /."""
    return str(text or "").strip().replace("+", "-").replace("/", "_")


def _wrong_life(old: list[str]) -> Verdict | None:
    if old:
        return None
    return not_yet(
        f"This is the first {TOPIC} that is known of you.", expected=EXPECTED, misconception="first-life",
        why="Delete it, and create it once more.",
    )  # fmt: skip


def _wrong_id(typed_start: str, now: str, old: list[str]) -> Verdict | None:
    if typed_start == now[:LETTERS]:
        return None
    is_old = typed_start in {each[:LETTERS] for each in old}
    return not_yet(
        f"The id of the topic does not begin with “{typed_start}”.", expected=EXPECTED,
        misconception="old-id" if is_old else "",
        why="So began the id of the one that is gone." if is_old else "Describe the topic, and copy the beginning of its id.",
    )  # fmt: skip


def _wrong_offset(offset: object) -> Verdict | None:
    if offset == FIRST_OFFSET and not isinstance(offset, bool):
        return None
    if offset == 1:
        return not_yet(
            "The id is right. The first record gets another offset than 1.", expected=EXPECTED,
            misconception="counts-from-1", why="Where do partitions, and offsets, begin to count?",
        )  # fmt: skip
    return not_yet(
        f"The id is right. The first record gets another offset than {offset}.", expected=EXPECTED,
        misconception="goes-on", why="A topic with another id is another topic: nothing of the old one goes on in it.",
    )  # fmt: skip


def _too_late(observation: Observation) -> Verdict | None:
    sent = observation["sent"]
    typed_ms = datetime.fromisoformat(observation["typed_at"]).timestamp() * 1000
    if sent is None or (sent["first_ms"] is not None and typed_ms < sent["first_ms"]):
        return None
    return not_yet(
        "Right, but the topic had records when you typed it.", expected=EXPECTED, misconception="afterwards",
        why="Delete it, create it again, and say it before anything is sent.",
    )  # fmt: skip
