"""The shapes of the API's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from lessons.classroom.models import Role

State = Literal["done", "not_yet", "could_not_check", "not_begun"]
SEAT, EXERCISE, TOPIC_ID = "7KQ4", "creating-topics.three-topics", "rW4zgHLQTN-NVz3lQwPLqw"
MOMENT = "2026-10-05T10:42:07Z"
VERDICT = {"state": "done", "seen": "All three topics are there.", "expected": "", "misconception": "", "why": ""}
ACT_ID = "4f9d6a1e-0d2c-4b7b-9a57-2f1b7c3f9e10"


def example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Fault(Schema):
    """One thing that is wrong with a request."""

    model_config = example(where=["body", "name"], wrong="Field required")

    where: list[str]
    wrong: str


class Problem(Schema):
    """Why something was not done. `asked`: what was asked; `answered`: why not; `advice`: what to try."""

    model_config = example(
        asked="Create the topic test1p with 1 partition and 4 replicas",
        answered="Unable to replicate the partition 4 time(s): 3 broker(s) are registered.",
        advice="Ask for at most as many replicas as there are brokers.", code="INVALID_REPLICATION_FACTOR", detail=[],
    )  # fmt: skip

    asked: str = ""
    answered: str
    advice: str = ""
    code: str = ""
    detail: list[Fault] = []


class ActOut(Schema):
    """What a member did to the cluster, with Kafka's answer."""

    model_config = example(
        id=ACT_ID, kind="create-topic", lesson="creating-topics",
        fields={"name": "test1p", "partitions": 1, "replicas": 1}, state="done",
        answer={"words": "test1p has 1 partition: broker 2 leads partition 0.", "data": {"topic_id": TOPIC_ID}},
        started_at=MOMENT, settled_at=MOMENT,
    )  # fmt: skip

    id: UUID
    kind: str
    lesson: str
    fields: dict[str, Any]
    state: Literal["running", "done", "refused", "failed", "unknown"] = Field(
        description="`failed`: nothing happened; `unknown`: nobody knows whether it happened."
    )
    answer: dict[str, Any]
    started_at: datetime
    settled_at: datetime | None


class PartitionOut(Schema):
    model_config = example(id=0, leader=2, replicas=[2, 3, 1], in_sync=[2, 3, 1], error=None)

    id: int
    leader: int | None
    replicas: list[int]
    in_sync: list[int]
    error: str | None


class TopicOut(Schema):
    model_config = example(
        name="test1p", topic_id=TOPIC_ID, internal=False, error=None,
        partitions=[{"id": 0, "leader": 2, "replicas": [2], "in_sync": [2], "error": None}],
    )  # fmt: skip

    name: str
    topic_id: str | None
    internal: bool
    partitions: list[PartitionOut]
    error: str | None


class RecordsOut(Schema):
    """Records of a partition. The `kind` of `key` and `value` tells null, empty, text and bytes apart."""

    model_config = example(
        earliest=0, end=1,
        records=[{"partition": 0, "offset": 0, "key": {"kind": "null"}, "value": {"kind": "text", "text": "1"}}],
    )  # fmt: skip

    earliest: int
    end: int
    records: list[dict[str, Any]]


class MemberOfGroupOut(Schema):
    model_config = example(client_id="rdkafka", host="/127.0.0.1")

    client_id: str
    host: str


class LagOut(Schema):
    model_config = example(topic="test1p", partition=0, committed=3, end=9, lag=6)

    topic: str
    partition: int
    committed: int | None
    end: int | None
    lag: int | None


class GroupOut(Schema):
    model_config = example(
        group_id="readers", protocol="classic", state="Empty", members=[],
        lags=[{"topic": "test1p", "partition": 0, "committed": 3, "end": 9, "lag": 6}],
    )  # fmt: skip

    group_id: str
    protocol: str = Field(description="`classic`, `consumer` (KIP-848), or `other`: not a consumer group")
    state: str
    members: list[MemberOfGroupOut]
    lags: list[LagOut]


class ExerciseOut(Schema):
    """An exercise and its latest verdict."""

    model_config = example(
        id=EXERCISE, lesson="creating-topics", title="Three topics", points=2, state="done", verdict=VERDICT
    )

    id: str
    lesson: str
    title: str
    points: int
    state: State
    verdict: dict[str, Any]


class ClassOut(Schema):
    """A class, and your role in it."""

    model_config = example(
        slug="kafka", name="Introduction to Kafka", seat=SEAT, role="grader", due_at=None, time_zone="UTC",
        late_rule="counts",
    )  # fmt: skip

    slug: str = Field(alias="klass.slug")
    name: str = Field(alias="klass.name")
    seat: str = Field(alias="slug", description="Your seat's slug.")
    role: Role
    due_at: datetime | None = Field(alias="klass.due_at")
    time_zone: str = Field(alias="klass.time_zone")
    late_rule: Literal["counts", "half", "nothing"] = Field(alias="klass.late_rule")


class SeatOut(Schema):
    """A student, with totals over the lessons that are switched on."""

    model_config = example(
        slug=SEAT, name="Ada", external_id="ada@example.org", joined_at=MOMENT, removed_at=None, points=11.5,
        points_total=32, done=7, exercises=16, attempts=23, last_at=MOMENT,
    )  # fmt: skip

    slug: str
    name: str
    external_id: str = Field(description="E-mail or id number in the school's system.")
    joined_at: datetime
    removed_at: datetime | None
    points: float
    points_total: int = Field(description="Of the exercises that could be checked.")
    done: int
    exercises: int
    attempts: int
    last_at: datetime | None


class ExerciseOfLessonOut(Schema):
    model_config = example(id=EXERCISE, title="Three topics", points=2)

    id: str
    title: str
    points: int


class LessonOut(Schema):
    """A lesson that is switched on."""

    model_config = example(
        slug="creating-topics", number=3, title="Creating topics", summary="Partitions and replicas.",
        exercises=[{"id": EXERCISE, "title": "Three topics", "points": 2}],
    )  # fmt: skip

    slug: str
    number: int
    title: str
    summary: str
    exercises: list[ExerciseOfLessonOut]


class AttemptOut(Schema):
    """The verdict of one check on its evidence."""

    model_config = example(
        id=41, seat=SEAT, exercise=EXERCISE, state="done", verdict=VERDICT, check_hash="9f" * 32, evidence_id=40, asked_by=None,
        deciding_act=ACT_ID, decided_at=MOMENT, replaces=None, counts=True,
    )  # fmt: skip

    id: int
    seat: str = Field(alias="member.slug")
    exercise: str
    state: Literal["done", "not_yet", "could_not_check"]
    verdict: dict[str, Any]
    check_hash: str = Field(description="SHA-256 of the check's text.")
    evidence_id: int | None = Field(
        alias="observation_id", description="What the check read; null if it could not read the cluster."
    )
    deciding_act: UUID | None = Field(alias="deciding_act_id")
    decided_at: datetime
    replaces: int | None = Field(alias="replaces_id", description="The older attempt, if this one is a re-grade.")
    asked_by: str | None = Field(
        alias="asked_by_slug", description="Who of the staff asked for it; null: it is the student's own attempt."
    )
    counts: bool = Field(description="False once it was re-graded.")


class EvidenceOut(Schema):
    """What a check read from the cluster and from the seat's acts. It never changes."""

    model_config = example(
        id=40, seat=SEAT, exercise=EXERCISE, version=1, data={"test1p": {"topic_id": TOPIC_ID, "partitions": 1}},
        sha256="c3" * 32, cluster_id="MkU3OEVBNTcwNTJENDM2Qg", observed_at=MOMENT,
    )  # fmt: skip

    id: int
    seat: str
    exercise: str
    version: int = Field(description="The version of the shape of `data`.")
    data: dict[str, Any]
    sha256: str = Field(description="SHA-256 of `data` as canonical JSON: sorted keys, no spaces, UTF-8.")
    cluster_id: str
    observed_at: datetime


class OverrideOut(Schema):
    model_config = example(reason="Demonstrated in class.", by="Greta", at=MOMENT)

    reason: str
    by: str
    at: datetime


class CompletionOut(Schema):
    """The standing of one exercise of one seat."""

    model_config = example(
        seat=SEAT, name="Ada", external_id="ada@example.org", exercise=EXERCISE, state="done", points=2, points_total=2,
        attempts=3, at=MOMENT, is_late=False, attempt_id=41, override=None,
    )  # fmt: skip

    seat: str
    name: str
    external_id: str
    exercise: str
    state: State
    points: float
    points_total: int
    attempts: int
    at: datetime | None = Field(description="When it was done, otherwise when it was last checked.")
    is_late: bool
    attempt_id: int | None = Field(description="The attempt that counts: the one that did it, otherwise the latest.")
    override: OverrideOut | None = Field(description="A grader's own decision.")


class StepOut(Schema):
    """One step of a scene: an act, with the short names that were typed."""

    model_config = example(
        id=1, kind="create-topic", fields={"name": "test1p", "partitions": 1, "replicas": 1},
        line="Create a topic: test1p with 1 partition, 1 replica", problem="",
    )  # fmt: skip

    id: int
    kind: str
    fields: dict[str, Any]
    line: str = Field(description="What it does, in words.")
    problem: str = Field(description="Why this version of the app cannot play it; empty: it can.")


class SceneOut(Schema):
    """Acts that an instructor recorded, to be played by anybody in the class."""

    model_config = example(
        link="7KQ4AAAA", title="Two docks", version=1, made_by="Ines", made_at=MOMENT,
        steps=[{"id": 1, "kind": "delete-topic", "fields": {"name": "test1p"}, "line": "Delete a topic: test1p", "problem": ""}],
    )  # fmt: skip

    link: str
    title: str
    version: int = Field(description="The version of the format of its steps.")
    made_by: str
    made_at: datetime
    steps: list[StepOut]
