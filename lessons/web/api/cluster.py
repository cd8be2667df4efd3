"""What is on the cluster: topics, records and groups; and the member's exercises."""

from dataclasses import asdict
from typing import Annotated, Any

from ninja import Path, Query, Router

from lessons.classroom import process
from lessons.classroom.access import get_asker, get_lesson_for
from lessons.classroom.grading.standings import NOT_BEGUN_YET, Standing, attempts_shown, standings_of
from lessons.classroom.models import Attempt
from lessons.cluster import groups, records, topics
from lessons.cluster.namespace import Namespace
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson
from lessons.web.api.doors import Asking
from lessons.web.api.schemas import ExerciseOut, GroupOut, Problem, RecordsOut, TopicOut
from lessons.words import _

router = Router(tags=["cluster"])

LessonSlug = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$", description="A lesson's slug; empty: of all lessons.")]
Watch = Annotated[bool, Query(description="Check them by themselves for the next ten seconds, as an open page does.")]
MOST_RECORDS_AT_ONCE = 500
MOST_BYTES_AT_ONCE = 8 * 1024 * 1024


@router.get("/classes/{slug:class_slug}/topics", response=list[TopicOut])
def list_topics(request: Asking, class_slug: str, internal: bool = False):
    """Your topics; with `internal`, Kafka's own topics too."""
    namespace = get_asker(request.auth, class_slug).namespace
    known = process.current().snapshots.latest(namespace)
    shown = [*known.topics_of(namespace), *(known.internal_topics if internal else ())]
    return [_topic(namespace, topic) for topic in shown]


@router.get("/classes/{slug:class_slug}/topics/{name}", response={200: TopicOut, 429: Problem})
def get_topic(request: Asking, class_slug: str, name: str):
    """One of your topics, as the brokers describe it."""
    member = get_asker(request.auth, class_slug)
    with process.current().limits.running_read(member, asked=_("Describe the topic %(topic)s") % {"topic": name}):
        return _topic(member.namespace, topics.describe_topic(member.namespace, name))


@router.get("/classes/{slug:class_slug}/topics/{name}/{partition}/records", response={200: RecordsOut, 429: Problem})
def read_records(
    request: Asking,
    class_slug: str,
    name: str,
    partition: Annotated[int, Path(ge=0, lt=2**31)],
    start: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS_AT_ONCE)] = 100,
):
    """The records of a partition, starting at an offset: at most `limit`, and fewer where they are large. This joins no
    group and commits nothing."""
    member = get_asker(request.auth, class_slug)
    namespace = member.namespace
    with process.current().limits.running_read(member, asked=_("Read the records of %(topic)s") % {"topic": name}):
        found = records.offsets(namespace.full(name), namespace=namespace)
        read = records.read_range(
            namespace.full(name), partition,
            start=start, limit=limit, most_bytes=MOST_BYTES_AT_ONCE, namespace=namespace,
        )  # fmt: skip
    earliest, end = found[partition]
    return {"earliest": earliest, "end": end, "records": [records.as_json(r, namespace) for r in read]}


@router.get("/classes/{slug:class_slug}/groups", response={200: list[GroupOut], 429: Problem})
def list_groups(request: Asking, class_slug: str):
    """Your groups: consumer groups with their committed offsets and their lag; of other kinds of groups the id alone."""
    member = get_asker(request.auth, class_slug)
    with process.current().limits.running_read(member, asked=_("List the groups")):
        # A list: django-ninja reads a tuple of two as a status and a body.
        return [*groups.describe_groups(member.namespace), *groups.list_other_groups(member.namespace)]


@router.get("/classes/{slug:class_slug}/exercises", response=list[ExerciseOut], tags=["exercises"])
def list_exercises(request: Asking, class_slug: str, lesson: LessonSlug = "", watch: Watch = False):
    """Every exercise with its latest verdict; done stays done."""
    member = get_asker(request.auth, class_slug)
    chosen = [get_lesson_for(member, lesson)] if lesson else list(member.klass.lessons)
    for each in chosen if watch else ():
        process.current().watching.go_on(member, each)
    standings = standings_of(member)
    attempts = attempts_shown(standings.values())
    return [
        _exercise(each, exercise, standing, attempts.get(standing.attempt_id or 0))
        for each in chosen
        for exercise in each.exercises
        for standing in [standings.get(exercise.id, NOT_BEGUN_YET)]
    ]


def _topic(namespace: Namespace, topic: topics.Topic) -> dict[str, Any]:
    return {**asdict(topic), "name": namespace.short(topic.name)}


def _exercise(lesson: Lesson, exercise: Exercise, standing: Standing, attempt: Attempt | None) -> dict[str, Any]:
    return {
        "id": exercise.id, "lesson": lesson.slug, "title": exercise.title, "points": exercise.points,
        "state": standing.state or "not_begun", "verdict": attempt.verdict if attempt else {},
    }  # fmt: skip
