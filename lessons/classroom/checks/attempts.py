"""Looks whether an exercise is done, and keeps what was seen."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from lessons.classroom import pulse
from lessons.classroom.feed import outbox
from lessons.classroom.feed.records import VERDICTS
from lessons.classroom.models import Act, Attempt, Member, Observation
from lessons.classroom.perform import lend_connection
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.metadata import cluster_id
from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Exercise, Verdict
from lessons.course.loader import Lesson

NO_LEADER = "LEADER_NOT_AVAILABLE"  # of one partition: others may have one
# Of this process, by member and lesson: the view of an act and an open page look at the same moment. When another process
# has the page, both may look, and one of them keeps what was seen (`_keep_unless_others_did`).
_checked_at: dict[tuple[int, str], datetime] = {}
_checking: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)

KEEP_LIKE_WORDS_EVERY = timedelta(minutes=1)
LATEST_ACTS = 100  # of one kind; a check reads no further back, however long somebody plays


def attempts_by_exercise(member: Member, lesson: Lesson) -> dict[str, Attempt]:
    """For each exercise of the lesson that was looked at: the attempt that did it, else the latest."""
    ids = [exercise.id for exercise in lesson.exercises]
    looked_at = member.attempts.counted().filter(exercise__in=ids).order_by().values_list("exercise")
    done_first = Min("pk", filter=Q(state=Attempt.State.DONE))
    shown = [done or last for _, done, last in looked_at.annotate(done=done_first, last=Max("pk"))]
    return {each.exercise: each for each in Attempt.objects.filter(pk__in=shown).select_related("observation")}


def check_lesson(member: Member, lesson: Lesson) -> bool:
    """Looks at what is not done yet; True when an attempt was added. Nothing is kept of a look that saw nothing new.

    One thread at a time: who waited while another one looked has nothing to look for any more.
    """
    called_at, key = timezone.now(), (member.pk, lesson.slug)
    with _checking[key]:
        if was_checked_since(member, lesson, called_at):
            return False
        _checked_at[key], added = timezone.now(), False
        evidence = evidence_of(member)  # of all exercises together: groups are asked for once
        for exercise, last in _not_done_yet(member, lesson):
            try:
                added |= _check_quietly(member, exercise, last, evidence)
            except ClusterError as error:  # the page says that the cluster is away; this is not the learner's matter
                if isinstance(error, KafkaUnavailable) and error.code != NO_LEADER:
                    # The next exercise, and who waits here, would wait as long for no answer.
                    _checked_at[key] = timezone.now()
                    break
        return added


def _not_done_yet(member: Member, lesson: Lesson) -> list[tuple[Exercise, Attempt | None]]:
    """With the latest attempt at each."""
    latest = attempts_by_exercise(member, lesson)
    looked_at = [(exercise, latest.get(exercise.id)) for exercise in lesson.exercises]
    return [(exercise, last) for exercise, last in looked_at if last is None or last.state != Attempt.State.DONE]


def was_checked_since(member: Member, lesson: Lesson, at: datetime | None) -> bool:
    """Whether this process has begun a check of the lesson at that time or later."""
    checked_at = _checked_at.get((member.pk, lesson.slug))
    return at is not None and checked_at is not None and checked_at >= at


def _check_quietly(member: Member, exercise: Exercise, last: Attempt | None, evidence: Evidence) -> bool:
    """Raises: ClusterError."""
    seen = _observe(member, exercise, evidence)
    verdict = exercise.judge(seen.data, seed_of(member, exercise))
    if verdict.state != "done" and last is not None and last.verdict == asdict(verdict) and not _is_news(last, seen):
        return False
    return _keep_unless_others_did(member, exercise, seen, verdict, last)


def _keep_unless_others_did(
    member: Member, exercise: Exercise, seen: Observation, verdict: Verdict, last: Attempt | None
) -> bool:
    """Whether it was kept: not when there is an attempt by now that is later than the last one that was known."""
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)  # one process at a time
        latest = member.attempts.counted().filter(exercise=exercise.id).aggregate(pk=Max("pk"))["pk"]
        if latest != (last.pk if last else None):
            return False
        attempt = _stored(member, exercise, seen, verdict)
    _tell(attempt)
    return True


def _is_news(last: Attempt, seen: Observation) -> bool:
    """Whether a look after which the same would be said has seen something else: that is kept, for a check that is
    mended later may tell the two apart. At most now and then, for some see something else after every act."""
    is_old = timezone.now() - last.decided_at > KEEP_LIKE_WORDS_EVERY
    return is_old and (last.observation is None or last.observation.data != json.loads(json.dumps(seen.data)))


def check(member: Member, exercise: Exercise) -> Attempt:
    """Looks because somebody asked: always adds an attempt, "could not check" too. A done exercise stays done."""
    try:
        seen = _observe(member, exercise, evidence_of(member))
    except ClusterError as error:
        verdict = Verdict("could_not_check", seen="The cluster could not be read.", why=str(error))
        return _keep(member, exercise, None, verdict)
    return _keep(member, exercise, seen, exercise.judge(seen.data, seed_of(member, exercise)))


def check_unbegun(member: Member, exercise: Exercise) -> Attempt | None:
    """Looks for somebody who has not begun, as far as is known: only "done" is kept. Else it would look like a try.

    Raises: ClusterError.
    """
    seen = _observe(member, exercise, evidence_of(member))
    verdict = exercise.judge(seen.data, seed_of(member, exercise))
    return _keep(member, exercise, seen, verdict) if verdict.state == "done" else None


def _observe(member: Member, exercise: Exercise, evidence: Evidence) -> Observation:
    """The evidence, not stored yet. Raises: ClusterError."""
    lend_connection()
    return Observation(
        member=member,
        exercise=exercise.id,
        version=exercise.version,
        data=exercise.observe(evidence),
        cluster_id=cluster_id(asked="Name the cluster"),
    )


def evidence_of(member: Member) -> Evidence:
    def acts_of_kind(kind: str) -> tuple[PastAct, ...]:
        settled = member.acts.filter(kind=kind).exclude(state=Act.State.RUNNING).order_by("-settled_at")
        past = tuple(_past(act) for act in reversed(settled[:LATEST_ACTS]))
        lend_connection()  # Kafka is asked next
        return past

    return Evidence(namespace=member.namespace, acts_of_kind=acts_of_kind)


def _past(act: Act) -> PastAct:
    return PastAct(
        id=str(act.pk), kind=act.kind, fields=act.fields, state=act.state, data=act.answer.get("data", {}),
        code=act.answer.get("code", ""), settled_at=act.settled_at.isoformat() if act.settled_at else "",
    )  # fmt: skip


def seed_of(member: Member, exercise: Exercise) -> str:
    """What values that are a seat's own are made from; never changes."""
    return f"{member.klass.slug}.{member.slug}.{exercise.id}"


def _keep(member: Member, exercise: Exercise, seen: Observation | None, verdict: Verdict) -> Attempt:
    attempt = _stored(member, exercise, seen, verdict)
    _tell(attempt)
    return attempt


def _stored(member: Member, exercise: Exercise, seen: Observation | None, verdict: Verdict) -> Attempt:
    if seen is not None:
        seen.save()
    return Attempt.objects.create(
        member=member,
        exercise=exercise.id,
        observation=seen,
        state=verdict.state,
        verdict=asdict(verdict),
        check_hash=exercise.text_hash,
        deciding_act=deciding_act(member) if verdict.state == "done" else None,
    )


def _tell(attempt: Attempt) -> None:
    pulse.attempts.beat(attempt.member_id, attempt.decided_at)
    if attempt.state == Attempt.State.DONE:
        outbox.publish(attempt.member.klass, VERDICTS, attempt.pk)


def deciding_act(member: Member, until: datetime | None = None) -> Act | None:
    """The last act before a "done": its time decides whether the work was late. Some exercises ask for a refusal."""
    settled = member.acts.filter(state__in=(Act.State.DONE, Act.State.REFUSED))
    if until is not None:
        settled = settled.filter(settled_at__lte=until)
    return settled.order_by("-settled_at").first()
