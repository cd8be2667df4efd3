"""The API, `/api/v1/`: the acts, and what they show. OpenAPI at `/api/v1/openapi.json`.

Signed in by the same session as the pages, with the same CSRF token for what changes something. An act's operation is
derived from its description in `lessons.actions`; its status says what came of it: 200 done, 404 no such topic,
409 refused by Kafka, 422 refused by the app or not well-formed, 429 too many at once, 503 no answer from Kafka.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest
from ninja import NinjaAPI, Path, Query, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from ninja.security import django_auth
from pydantic import Field, create_model

from lessons.access import NOT_YOURS, get_lesson_for, get_member, get_own_act
from lessons.actions import ACTIONS, Action
from lessons.checking import attempts_by_exercise
from lessons.cluster import groups, records, snapshot, topics
from lessons.cluster.errors import ClusterError
from lessons.cluster.namespace import Namespace
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.models import Attempt, Member
from lessons.perform import ActIdTaken, perform
from lessons.views.errors import status_of, status_of_act

api = NinjaAPI(
    title="kafkaclass", version="1", urls_namespace="api", auth=django_auth, docs_url=None,
    description="Real Kafka, one act a call. Names of topics and groups are your own, as you typed them.",
)  # fmt: skip

MOST_RECORDS_AT_ONCE = 500


class Problem(Schema):
    """Why something was not done."""

    asked: str = Field("", examples=["Create the topic test1p with 1 partition and 4 replicas"])
    answered: str
    advice: str = ""
    code: str = Field("", examples=["INVALID_REPLICATION_FACTOR"])


class ActOut(Schema):
    id: UUID
    kind: str
    lesson: str
    fields: dict[str, Any]
    state: str = Field(description="running, done, refused, failed (nothing happened) or unknown")
    answer: dict[str, Any]
    started_at: datetime
    settled_at: datetime | None


class PartitionOut(Schema):
    id: int
    leader: int | None
    replicas: list[int]
    in_sync: list[int]
    error: str | None


class TopicOut(Schema):
    name: str
    topic_id: str | None
    internal: bool
    partitions: list[PartitionOut]
    error: str | None


class RecordsOut(Schema):
    earliest: int
    end: int
    records: list[dict[str, Any]]


class MemberOfGroupOut(Schema):
    client_id: str
    host: str


class LagOut(Schema):
    topic: str
    partition: int
    committed: int | None
    end: int | None
    lag: int | None


class GroupOut(Schema):
    group_id: str
    state: str
    members: list[MemberOfGroupOut]
    lags: list[LagOut]


class ExerciseOut(Schema):
    id: str
    lesson: str
    title: str
    points: int
    state: str = Field(description="done, not_yet or could_not_check")
    verdict: dict[str, Any]


PROBLEMS = {code: Problem for code in (404, 409, 422, 503)}


@api.exception_handler(ClusterError)
def say_refusal(request: HttpRequest, error: ClusterError):
    body = {"asked": error.asked, "answered": error.answered, "advice": error.advice, "code": error.code}
    return api.create_response(request, body, status=status_of(type(error).__name__))


@api.exception_handler(Http404)
def say_not_found(request: HttpRequest, error: Http404):
    return api.create_response(request, {"answered": NOT_YOURS, "code": "NOT_FOUND"}, status=404)


@api.exception_handler(ActIdTaken)
def say_taken(request: HttpRequest, error: ActIdTaken):
    body = {"answered": str(error), "advice": "Take a new random id.", "code": "ACT_ID_TAKEN"}
    return api.create_response(request, body, status=409)


# --- Acts ----------------------------------------------------------------------------------------------------


def _add_operation(action: type[Action]) -> None:
    """POST /classes/{class}/acts/{kind}, with the act's own fields as its body."""
    body_type = create_model(
        f"{action.__name__}In",
        __base__=action,
        act_id=(UUID | None, Field(None, description="A random id of yours: sent twice, it is one act.")),
        lesson=(str, Field("", max_length=40, description="The lesson's short name, when it belongs to one.")),
    )

    def operation(request: HttpRequest, class_slug: str, body: body_type):
        member = get_member(request.user, class_slug)
        fields = body.model_dump()
        act_id, lesson = fields.pop("act_id") or uuid4(), fields.pop("lesson")
        if lesson:
            get_lesson_for(member, lesson)
        act = perform(member, action.model_validate(fields), act_id=act_id, lesson=lesson)
        return Status(status_of_act(act), act)

    api.post(
        "/classes/{class_slug}/acts/" + action.kind,
        response=dict.fromkeys((200, 409, 422, 404, 429, 503), ActOut | Problem) | {200: ActOut},
        operation_id=f"act_{action.kind.replace('-', '_')}",
        url_name=f"act-{action.kind}",
        summary=action.title,
        tags=["acts"],
    )(operation)


for _action in ACTIONS.values():
    _add_operation(_action)


@api.get("/classes/{class_slug}/acts", response=list[ActOut], tags=["acts"])
@paginate(LimitOffsetPagination)
def list_acts(request: HttpRequest, class_slug: str):
    """Your acts, newest first, with Kafka's answers."""
    return get_member(request.user, class_slug).acts.order_by("-started_at")


@api.get("/classes/{class_slug}/acts/{uuid:act_id}", response={200: ActOut, 404: Problem}, tags=["acts"])
def get_act(request: HttpRequest, class_slug: str, act_id: UUID):
    return get_own_act(get_member(request.user, class_slug), act_id)


# --- What they show ------------------------------------------------------------------------------------------


@api.get("/classes/{class_slug}/topics", response={200: list[TopicOut], 503: Problem}, tags=["cluster"])
def list_topics(request: HttpRequest, class_slug: str, internal: bool = False):
    """Your topics; with `internal`, Kafka's own as well."""
    namespace = get_member(request.user, class_slug).namespace
    known = snapshot.service.latest(namespace)
    shown = [*known.topics_of(namespace), *(known.internal_topics if internal else ())]
    return [_topic(namespace, topic) for topic in shown]


@api.get("/classes/{class_slug}/topics/{name}", response={200: TopicOut, **PROBLEMS}, tags=["cluster"])
def get_topic(request: HttpRequest, class_slug: str, name: str):
    namespace = get_member(request.user, class_slug).namespace
    return _topic(namespace, topics.describe_topic(namespace, name))


@api.get(
    "/classes/{class_slug}/topics/{name}/{partition}/records",
    response={200: RecordsOut, **PROBLEMS},
    tags=["cluster"],
)
def read_records(
    request: HttpRequest,
    class_slug: str,
    name: str,
    partition: Annotated[int, Path(ge=0, lt=2**31)],
    start: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS_AT_ONCE)] = 100,
):
    """The records of a partition from an offset on; no group is joined and nothing is committed."""
    namespace = get_member(request.user, class_slug).namespace
    found = records.offsets(namespace.full(name), namespace=namespace)
    read = records.read_range(namespace.full(name), partition, start=start, limit=limit, namespace=namespace)
    earliest, end = found[partition]
    return {"earliest": earliest, "end": end, "records": [records.as_json(r, namespace) for r in read]}


@api.get("/classes/{class_slug}/groups", response={200: list[GroupOut], 503: Problem}, tags=["cluster"])
def list_groups(request: HttpRequest, class_slug: str):
    """Your consumer groups, with what they have committed and how far behind they are."""
    # A list: django-ninja takes a tuple of two for a status and a body.
    return list(groups.describe_groups(get_member(request.user, class_slug).namespace))


@api.get("/classes/{class_slug}/exercises", response=list[ExerciseOut], tags=["exercises"])
def list_exercises(request: HttpRequest, class_slug: str):
    """Every exercise with what was seen of it last; done stays done."""
    member = get_member(request.user, class_slug)
    return [_exercise(member, lesson, exercise) for lesson in member.klass.lessons for exercise in lesson.exercises]


def _topic(namespace: Namespace, topic: topics.Topic) -> dict[str, Any]:
    return {**asdict(topic), "name": namespace.short(topic.name)}


def _exercise(member: Member, lesson: Lesson, exercise: Exercise) -> dict[str, Any]:
    attempt = attempts_by_exercise(member, lesson).get(exercise.id)
    return {
        "id": exercise.id, "lesson": lesson.slug, "title": exercise.title, "points": exercise.points,
        "state": attempt.state if attempt else Attempt.State.NOT_YET, "verdict": attempt.verdict if attempt else {},
    }  # fmt: skip
