"""Checks whether an exercise is done, and keeps what was found."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from lessons.classroom import changes
from lessons.classroom.checks.deciding_act import deciding_act, stored
from lessons.classroom.checks.relevance import EVERYTHING, Kept, Memory
from lessons.classroom.models import Act, Attempt, Member, Observation
from lessons.classroom.settling import lend_connection
from lessons.classroom.storable import storable
from lessons.cluster.errors import ClusterError, KafkaUnavailable
from lessons.cluster.metadata import cluster_id
from lessons.cluster.snapshot import Snapshot
from lessons.course.evidence import Evidence, PastAct, Read, SnapshotEvidence
from lessons.course.exercise import Exercise, Verdict
from lessons.course.loader import Lesson, mistake_in

_log = logging.getLogger(__name__)

NO_LEADER = "LEADER_NOT_AVAILABLE"  # of one partition: others may have one

CHECK_FAILED = "check-failed"  # the name of what went wrong, in a verdict: the check itself
CHECKS_WHEN_OVERTAKEN = 3
KEEP_LIKE_WORDS_EVERY = timedelta(minutes=1)
LATEST_ACTS = 100  # of one kind; a check reads no further back, however long somebody plays
LATEST_OBSERVATIONS = 50  # of one exercise
FEW_OBSERVATIONS = 5  # so many are kept in memory: of the exercises of lessons that were not begun there is rarely more


def _shown(member: Member, exercises: Iterable[Exercise]) -> dict[str, Attempt]:
    """For each of the exercises that was checked: the attempt that did it, else the latest."""
    ids = [exercise.id for exercise in exercises]
    checked = member.attempts.counted().filter(exercise__in=ids).order_by().values_list("exercise")
    done_first = Min("pk", filter=Q(state=Attempt.State.DONE))
    shown = checked.annotate(shown=Coalesce(done_first, Max("pk"))).values("shown")
    return {each.exercise: each for each in Attempt.objects.filter(pk__in=shown).order_by()}


def check_seat(
    member: Member,
    lessons: Iterable[Lesson],
    *,
    begun: Collection[str],
    kinds: AbstractSet[str] | None = None,
    changed: AbstractSet[Read] = EVERYTHING,
    memory: Memory | None = None,
) -> bool:
    """Checks what is not done yet in these lessons; True when an attempt was added. With a `memory` only what has read
    something that has `changed` since the check that it remembers. `kinds`: of which the member has acts, where that is known.

    Nothing is kept of a check that found nothing new, or no first try. In a lesson that is not among the `begun` ones (their slugs) only
    "done" is kept: anything else would look like an attempt of somebody who has never been there.

    Raises: KafkaUnavailable, and then what comes after it was not checked: it would wait as long for no answer.
    """
    memory = memory or Memory()
    touched = [
        (exercise, lesson.slug in begun)
        for lesson in lessons
        for exercise in lesson.exercises
        if memory.is_touched(member.pk, exercise.id, changed, is_begun=lesson.slug in begun)
    ]
    wanted = _not_done(member, touched, memory)
    ahead = frozenset(name for exercise, *_ in wanted for name in exercise.reads_topics)
    found, added = memory.take_found(member.pk, changed), False
    once = evidence_of(member, memory=found, ahead=ahead, kinds=kinds, kept=memory.observed(member.pk))
    for exercise, is_begun, last in wanted:
        evidence = replace(once, read=set())
        memory.forget(member.pk, exercise.id, is_begun=is_begun)
        try:
            added |= _check_quietly(member, exercise, last, evidence, only_done=not is_begun)
            memory.note(member.pk, exercise.id, evidence.read, is_begun=is_begun)
        except ClusterError as error:  # the page says that the cluster is away; this is not the student's matter
            if isinstance(error, KafkaUnavailable) and error.code != NO_LEADER:
                raise
            found.clear()
        except Exception:  # a fault of one check: the others go on
            _log.exception("the exercise %s could not be checked", exercise.id)
    memory.keep_found(member.pk, found)
    return added


def _not_done(
    member: Member, exercises: Collection[tuple[Exercise, bool]], memory: Memory
) -> list[tuple[Exercise, bool, Attempt | None]]:
    """Each with whether its lesson is begun, and its latest attempt. What is done stays so, and is noted."""
    latest = _shown(member, (exercise for exercise, _ in exercises)) if exercises else {}
    wanted = []
    for exercise, is_begun in exercises:
        last = latest.get(exercise.id)
        if _is_done(last):
            memory.note(member.pk, exercise.id, (), is_begun=is_begun)
        else:
            wanted.append((exercise, is_begun, last))
    return wanted


def _is_done(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.state == Attempt.State.DONE


def check_lesson(member: Member, lesson: Lesson) -> bool:
    """The same for one lesson, on the caller's own thread; a cluster that is away is no error."""
    try:
        return check_seat(member, [lesson], begun={lesson.slug})
    except KafkaUnavailable:
        return False


def _check_quietly(
    member: Member, exercise: Exercise, last: Attempt | None, evidence: Evidence, *, only_done: bool
) -> bool:
    """Again, if another check has kept something meanwhile: it may have read the cluster earlier. Raises: ClusterError."""
    for _try in range(CHECKS_WHEN_OVERTAKEN):
        seen, verdict = _look(member, exercise, evidence)
        if verdict.state != "done" and last is None and (only_done or not verdict.is_begun):
            _remember(exercise, seen, evidence)
            return False
        if (
            verdict.state != "done"
            and last is not None
            and last.verdict == asdict(verdict)
            and not _is_news(last, seen)
        ):
            return False
        if _keep_unless_others_did(member, exercise, seen, verdict, last):
            return True
        last, evidence = _shown(member, [exercise]).get(exercise.id), evidence_of(member, memory={})
        if _is_done(last):
            return False
    return False


def _remember(exercise: Exercise, seen: Observation | None, evidence: Evidence) -> None:
    """Keep what was observed without a first try, where later checks ask for what the cluster has forgotten by then."""
    if not exercise.remembers or seen is None:
        return
    if not (before := evidence.earlier(exercise.id)) or before[-1] != seen.data:
        seen.save()


def _keep_unless_others_did(
    member: Member, exercise: Exercise, seen: Observation | None, verdict: Verdict, last: Attempt | None
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


def _is_news(last: Attempt, seen: Observation | None) -> bool:
    """Whether a look after which the same would be said has seen something else: that is kept, for a check that is
    mended later may tell the two apart. At most now and then, for some see something else after every act."""
    if timezone.now() - last.decided_at < KEEP_LIKE_WORDS_EVERY:
        return False
    before, now = (each.data if each else None for each in (last.observation, seen))
    return before != now


def check(member: Member, exercise: Exercise, *, asked_by: Member | None = None) -> Attempt:
    """Looks because somebody asked: always adds an attempt, "could not check" too. A done exercise stays done.
    `asked_by`: of the staff, for then it is no attempt of the student's."""
    try:
        seen, verdict = _look(member, exercise, evidence_of(member))
    except ClusterError as error:
        seen, verdict = None, Verdict("could_not_check", seen=_("The cluster could not be read."), why=str(error))
    return _keep(member, exercise, seen, verdict, asked_by)


def check_unbegun(member: Member, exercise: Exercise, *, asked_by: Member) -> Verdict:
    """Looks for somebody who has not begun, as far as is known: only "done" is kept. Else it would look like a try.

    Raises: ClusterError.
    """
    seen, verdict = _look(member, exercise, evidence_of(member))
    if verdict.state == "done":
        _keep(member, exercise, seen, verdict, asked_by)
    return verdict


def _look(member: Member, exercise: Exercise, evidence: Evidence) -> tuple[Observation | None, Verdict]:
    """What is seen, and the verdict on it. What an author's code raises is no fault of the student's: it is logged, counts
    against nobody, and the instructor's room shows it. Raises: ClusterError, and DatabaseError, which tell nothing of it.
    """
    seen: Observation | None = None
    try:
        seen = _observe(member, exercise, evidence)
        return seen, exercise.judge(seen.data, seed_of(member, exercise))
    except (ClusterError, DatabaseError):
        raise
    except Exception as error:
        _log.exception("the check of %s failed for the seat %s", exercise.id, member.namespace.prefix)
        why = _("Your instructor has to correct the check. It counts against nobody.")
        if settings.AUTHORING:
            why = mistake_in(Path(inspect.getfile(type(exercise))).parent, error)
        return seen, Verdict("could_not_check", _("The check itself failed."), misconception=CHECK_FAILED, why=why)


def _observe(member: Member, exercise: Exercise, evidence: Evidence) -> Observation:
    """The evidence, not stored yet. Raises: ClusterError."""
    lend_connection()
    began_at = timezone.now()  # whatever is done from now on may not be in it
    return Observation(
        member=member,
        exercise=exercise.id,
        version=exercise.version,
        data=storable(exercise.observe(evidence)),
        read=stored(evidence.read),
        cluster_id=cluster_id(asked="Name the cluster"),
        observed_at=began_at,
    )


def evidence_of(
    member: Member,
    *,
    memory: dict[Read, Any] | None = None,
    ahead: frozenset[str] = frozenset(),
    kinds: AbstractSet[str] | None = None,
    kept: Kept | None = None,
) -> Evidence:
    """For a check. `kinds`: of which the member has acts, where that is known. `kept`: see `_observed_of`."""
    return Evidence(member.namespace, _acts_of(member, kinds), memory, ahead, seen_before=_observed_of(member, kept))


def evidence_in(snapshot: Snapshot | None, member: Member) -> Evidence:
    """For what is shown of an exercise: it asks Kafka nothing."""
    return SnapshotEvidence(member.namespace, _acts_of(member), {}, seen_before=_observed_of(member), snapshot=snapshot)


def _acts_of(member: Member, kinds: AbstractSet[str] | None = None) -> Callable[[str], tuple[PastAct, ...]]:
    def acts_of_kind(kind: str) -> tuple[PastAct, ...]:
        if kinds is not None and kind not in kinds:
            return ()
        settled = member.acts.filter(kind=kind).exclude(state=Act.State.RUNNING).order_by("-settled_at")
        rows = settled.values_list("pk", "kind", "fields", "state", "answer", "settled_at")[:LATEST_ACTS]
        past = tuple(_past(*row) for row in reversed(rows))
        lend_connection()  # Kafka is asked next
        return past

    return acts_of_kind


def _past(
    pk: UUID, kind: str, fields: Mapping[str, Any], state: str, answer: Mapping[str, Any], settled_at: datetime | None
) -> PastAct:
    return PastAct(
        id=str(pk), kind=kind, fields=fields, state=state, data=answer.get("data", {}), code=answer.get("code", ""),
        settled_at=settled_at.isoformat() if settled_at else "",
    )  # fmt: skip


def _observed_of(member: Member, kept: Kept | None = None) -> Callable[[str], tuple[Mapping[str, Any], ...]]:
    """`kept`: what was read earlier, to be read again only where there is more by now; few observations are added to it."""

    @cache
    def observed() -> dict[str, tuple[int, int]]:
        """{exercise: (how many there are, the newest one's key)}; of most there is nothing."""
        rows = member.observations.order_by().values_list("exercise").annotate(number=Count("pk"), newest=Max("pk"))
        found = {exercise: (number, newest) for exercise, number, newest in rows}
        lend_connection()  # Kafka is asked next
        return found

    @cache
    def seen_before(exercise_id: str) -> tuple[Mapping[str, Any], ...]:
        there = observed().get(exercise_id)
        if there is None:
            return ()
        if kept and exercise_id in kept and kept[exercise_id][0] == there:
            return kept[exercise_id][1]
        latest = member.observations.filter(exercise=exercise_id).order_by("-pk").values_list("data", flat=True)
        found = tuple(reversed(latest[:LATEST_OBSERVATIONS]))
        lend_connection()  # Kafka is asked next
        if kept is not None and len(found) <= FEW_OBSERVATIONS:
            kept[exercise_id] = there, found
        return found

    return seen_before


def seed_of(member: Member, exercise: Exercise) -> str:
    """What values that are a seat's own are made from; never changes."""
    return f"{member.klass.slug}.{member.slug}.{exercise.id}"


def _keep(
    member: Member, exercise: Exercise, seen: Observation | None, verdict: Verdict, asked_by: Member | None
) -> Attempt:
    attempt = _stored(member, exercise, seen, verdict, asked_by)
    _tell(attempt)
    return attempt


def _stored(
    member: Member,
    exercise: Exercise,
    seen: Observation | None,
    verdict: Verdict,
    asked_by: Member | None = None,
) -> Attempt:
    if seen is not None:
        seen.save()
    return Attempt.objects.create(
        member=member,
        exercise=exercise.id,
        observation=seen,
        state=verdict.state,
        verdict=asdict(verdict),
        check_hash=exercise.text_hash,
        deciding_act=deciding_act(member, seen, exercise) if verdict.state == "done" and seen is not None else None,
        asked_by=asked_by,
    )


def _tell(attempt: Attempt) -> None:
    changes.tell(changes.of_attempt(attempt), attempt)
