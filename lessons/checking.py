"""Looks whether an exercise is done, and keeps what was seen."""

from __future__ import annotations

from dataclasses import asdict

from lessons import feed, pulse
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.metadata import list_metadata
from lessons.course.exercise import Exercise, Verdict
from lessons.course.loader import Lesson
from lessons.course.look import Look, PastAct
from lessons.grading import DONE, NOT_BEGUN_YET, standings_of
from lessons.models import Act, Attempt, Member, Observation
from lessons.perform import lend_connection

NO_LEADER = "LEADER_NOT_AVAILABLE"  # of one partition: others may have one
LATEST_ACTS = 100  # of one kind; a check reads no further back, however long somebody plays


def attempts_by_exercise(member: Member, lesson: Lesson) -> dict[str, Attempt]:
    """For each exercise of the lesson that was looked at: the attempt that did it, else the latest."""
    ids = [exercise.id for exercise in lesson.exercises]
    shown: dict[str, Attempt] = {}
    for attempt in (
        member.attempts.counted().filter(exercise__in=ids).select_related("observation").order_by("decided_at")
    ):
        latched = shown.get(attempt.exercise)
        if latched is None or latched.state != Attempt.State.DONE:
            shown[attempt.exercise] = attempt
    return shown


def check_lesson(member: Member, lesson: Lesson) -> bool:
    """Looks at what is not done yet; True when an attempt was added. Nothing is kept of a look that saw nothing new."""
    before = attempts_by_exercise(member, lesson)
    added = False
    for exercise in lesson.exercises:
        last = before.get(exercise.id)
        if last is None or last.state != Attempt.State.DONE:
            try:
                added |= _check_quietly(member, exercise, last)
            except ClusterError as error:  # the page says that the cluster is away; this is not the learner's matter
                if isinstance(error, KafkaUnavailable) and error.code != NO_LEADER:
                    break  # the next one would wait as long for no answer, and the learner with it
    return added


def _check_quietly(member: Member, exercise: Exercise, last: Attempt | None) -> bool:
    """Raises: ClusterError."""
    seen = _observe(member, exercise)
    verdict = exercise.judge(seen.data, seed_of(member, exercise))
    if verdict.state != "done" and last is not None and last.verdict == asdict(verdict):
        return False
    _keep(member, exercise, seen, verdict)
    return True


def check(member: Member, exercise: Exercise) -> Attempt:
    """Looks because somebody asked: always adds an attempt, "could not check" too. A done exercise stays done."""
    try:
        seen = _observe(member, exercise)
    except ClusterError as error:
        verdict = Verdict("could_not_check", seen="The cluster could not be read.", why=str(error))
        return _keep(member, exercise, None, verdict)
    return _keep(member, exercise, seen, exercise.judge(seen.data, seed_of(member, exercise)))


def _observe(member: Member, exercise: Exercise) -> Observation:
    """The evidence, not stored yet. Raises: ClusterError."""
    look = look_of(member)
    lend_connection()
    return Observation(
        member=member,
        exercise=exercise.id,
        version=exercise.version,
        data=exercise.observe(look),
        # Not by `look.cluster_id`: before Python 3.12 a cached_property has one lock for all looks of the process, and
        # of a class whose cluster is away each learner would wait for all the others.
        cluster_id=list_metadata(asked="Name the cluster").cluster_id or "",
    )


def look_of(member: Member) -> Look:
    def acts_of_kind(kind: str) -> tuple[PastAct, ...]:
        settled = member.acts.filter(kind=kind).exclude(state=Act.State.RUNNING).order_by("-settled_at")
        past = tuple(_past(act) for act in reversed(settled[:LATEST_ACTS]))
        lend_connection()  # Kafka is asked next
        return past

    return Look(namespace=member.namespace, acts_of_kind=acts_of_kind)


def _past(act: Act) -> PastAct:
    return PastAct(
        id=str(act.pk), kind=act.kind, fields=act.fields, state=act.state, data=act.answer.get("data", {}),
        code=act.answer.get("code", ""), settled_at=act.settled_at.isoformat() if act.settled_at else "",
    )  # fmt: skip


def seed_of(member: Member, exercise: Exercise) -> str:
    """What values that are a seat's own are made from; never changes."""
    return f"{member.klass.slug}.{member.slug}.{exercise.id}"


def _keep(member: Member, exercise: Exercise, seen: Observation | None, verdict: Verdict) -> Attempt:
    if seen is not None:
        seen.save()
    attempt = Attempt.objects.create(
        member=member,
        exercise=exercise.id,
        observation=seen,
        state=verdict.state,
        verdict=asdict(verdict),
        check_hash=exercise.text_hash,
        deciding_act=_deciding_act(member, verdict),
    )
    pulse.attempts.beat(member.pk, attempt.decided_at)
    if verdict.state == "done":
        feed.publish_unsent(member.klass)
    return attempt


def _deciding_act(member: Member, verdict: Verdict) -> Act | None:
    """The last act before a "done": its time decides whether the work was late."""
    if verdict.state != "done":
        return None
    return member.acts.filter(state=Act.State.DONE).order_by("-settled_at").first()


def progress(member: Member) -> dict[str, float]:
    """Exercises and points, done and in all, of the lessons that are switched on."""
    standings = standings_of(member)
    exercises = [exercise for lesson in member.klass.lessons for exercise in lesson.exercises]
    here = [standings.get(exercise.id, NOT_BEGUN_YET) for exercise in exercises]
    return {
        "done": sum(standing.state == DONE for standing in here),
        "total": len(exercises),
        "points": sum(standing.points for standing in here),
        "points_total": sum(exercise.points for exercise in exercises),
    }
