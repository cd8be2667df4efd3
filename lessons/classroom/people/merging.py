"""Merges two seats of one person, for somebody who joined twice.

Why it is so
------------
All work moves: acts, attempts, hands, overrides, and notebooks of which the remaining seat has none. The remaining seat has the results of both, and done stays done. An
observation stays one of the old seat: it was judged with that seat's own values, and a re-grade uses them again. Topics
and groups keep the old seat's names on the cluster, since Kafka can't rename anything. The old seat is kept as removed,
and its personal code opens the remaining one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.classroom.grading.standings import DONE
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Act, Change, Hand, Member
from lessons.classroom.people.seats import separate


class CantMerge(Exception):
    """These two seats can't be merged now; the message says why."""


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows move from one seat to the other."""

    acts: int
    attempts: int
    done: int  # different exercises
    hands: int
    overrides: int


def what_moves(seat: Member) -> Moving:
    return Moving(
        acts=seat.acts.count(),
        attempts=seat.attempts.count(),
        done=seat.attempts.counted().filter(state=DONE).values("exercise").distinct().count(),
        hands=seat.hands.count(),
        overrides=len(_overrides(seat)),
    )


def check_mergeable(seat: Member, into: Member) -> None:
    """Raises: CantMerge."""
    if seat.merged_into_id is not None:
        raise CantMerge(_("%(seat)s has already been merged and has nothing left to move.") % {"seat": seat})
    if into.pk == seat.pk or into.klass_id != seat.klass_id or into.role != seat.role:
        raise CantMerge(_("Choose the seat of another student in the same class."))
    if into.removed_at is not None:
        raise CantMerge(_("%(seat)s was removed from the class. Restore this seat first.") % {"seat": into})
    if running := seat.acts.filter(state=Act.State.RUNNING).count():
        raise CantMerge(_still_running(seat, running))


@transaction.atomic
def merge(seat: Member, into: Member, by: Member) -> Moving:
    """Move the work of `seat` to `into`. Raises: CantMerge, and then nothing has moved."""
    locked = {
        row.pk: row for row in Member.objects.select_for_update().filter(pk__in=[seat.pk, into.pk]).order_by("pk")
    }
    seat, into = locked[seat.pk], locked[into.pk]
    check_mergeable(seat, into)
    moving = what_moves(seat)
    _carry_over_overrides(seat, into, by)
    _leave_unknown_acts(seat)
    seat.acts.update(member=into)
    seat.attempts.update(member=into)
    seat.hands.filter(replied_at=None, lowered_at=None).update(lowered_at=timezone.now())
    Hand.objects.filter(member=seat).update(member=into)
    seat.notebooks.exclude(name__in=into.notebooks.values("name")).update(member=into)
    if not into.external_id:
        into.external_id = seat.external_id
        into.save(update_fields=["external_id"])
    Member.objects.filter(merged_into=seat).update(
        merged_into=into
    )  # so that a merged seat is never more than one step away
    seat.merged_into, seat.removed_at = into, seat.removed_at or timezone.now()
    seat.save(update_fields=["merged_into", "removed_at"])
    separate(into)  # the old seat's code opens this class and no other
    data = {"from": seat.slug, **asdict(moving)}
    record_change(seat.klass, by, ChangeKind.MERGE, seat=into, data=data)  # open pages look for it
    return moving


def _overrides(seat: Member) -> dict[str, Change]:
    """The latest override of each exercise."""
    rows = seat.changes.filter(kind=ChangeKind.OVERRIDE).select_related("by").order_by("pk")
    return {row.data["exercise"]: row for row in rows}


def _carry_over_overrides(seat: Member, into: Member, by: Member) -> None:
    """Repeat each override of one seat for the other, unless that has one already: history is only ever added to."""
    known = _overrides(into)
    for exercise, change in _overrides(seat).items():
        if exercise not in known and change.data["state"]:
            words = {"reason": change.data["reason"], "name": change.by.name, "slug": seat.slug}
            reason = _("%(reason)s (%(name)s, for the seat %(slug)s, which was merged into this one)") % words
            record_change(seat.klass, by, ChangeKind.OVERRIDE, seat=into, data={**change.data, "reason": reason})


def _leave_unknown_acts(seat: Member) -> None:
    """Keep them from being looked up under the other seat's names, where something else may have the same name."""
    for act in seat.acts.filter(state=Act.State.UNKNOWN, answer__looked_up__isnull=True):
        act.answer = {**act.answer, "looked_up": True}
        act.save(update_fields=["answer"])


def _still_running(seat: Member, number: int) -> str:
    told = ngettext(
        "%(number)d action of %(seat)s is still running, perhaps a consumer on an open page. Nothing was moved. "
        "Ask the student to stop it, or wait a minute, and try again.",
        "%(number)d actions of %(seat)s are still running, perhaps a consumer on an open page. Nothing was moved. "
        "Ask the student to stop them, or wait a minute, and try again.",
        number,
    )
    return told % {"number": number, "seat": seat}
