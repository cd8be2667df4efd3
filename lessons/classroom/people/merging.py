"""Two seats of one person become one: for somebody who joined twice.

Why it is so
------------
What was done moves: acts, attempts, hands, and what graders decided, so that the seat that stays stands as both did
together, and done stays done. An observation stays what it is, a look at the old seat: it was judged by that seat's own
values and is judged again by those. Topics and groups stay on the cluster under the old seat's names, since Kafka gives
nothing a new name. The old seat is kept, removed, and its personal code leads to the one that stays.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from lessons.classroom.grading.standings import DONE, OVERRIDE
from lessons.classroom.history import record_change
from lessons.classroom.models import Act, Change, Hand, Member
from lessons.classroom.people.seats import separate


class CantMerge(Exception):
    """Says why in words."""


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows go from one seat to the other."""

    acts: int
    attempts: int
    done: int  # different exercises
    hands: int
    decisions: int  # of graders


def what_moves(seat: Member) -> Moving:
    return Moving(
        acts=seat.acts.count(),
        attempts=seat.attempts.count(),
        done=seat.attempts.counted().filter(state=DONE).values("exercise").distinct().count(),
        hands=seat.hands.count(),
        decisions=len(_decisions(seat)),
    )


def refuse_unlike(seat: Member, into: Member) -> None:
    """Raises: CantMerge, when these two can't become one now."""
    if seat.merged_into_id is not None:
        raise CantMerge(f"{seat.name} · {seat.slug} was merged already. It has nothing that could move.")
    if into.pk == seat.pk or into.klass_id != seat.klass_id or into.role != seat.role:
        raise CantMerge("A seat is merged into another student's seat of the same class.")
    if into.removed_at is not None:
        raise CantMerge(f"{into.name} · {into.slug} was removed from the class. Let them in again first.")
    if running := seat.acts.filter(state=Act.State.RUNNING).count():
        raise CantMerge(
            f"{_number(running, 'act')} of {seat.name} · {seat.slug} still running, perhaps a consumer on an open page. "
            "Nothing was moved. Ask them to stop it, or wait a minute, and try again."
        )


@transaction.atomic
def merge(seat: Member, into: Member, by: Member) -> Moving:
    """What `seat` did is what `into` did from now on. Raises: CantMerge, and then nothing has moved."""
    locked = {
        row.pk: row for row in Member.objects.select_for_update().filter(pk__in=[seat.pk, into.pk]).order_by("pk")
    }
    seat, into = locked[seat.pk], locked[into.pk]
    refuse_unlike(seat, into)
    moving = what_moves(seat)
    _carry_over_decisions(seat, into, by)
    _leave_unknown_acts(seat)
    seat.acts.update(member=into)
    seat.attempts.update(member=into)
    seat.hands.filter(replied_at=None, lowered_at=None).update(lowered_at=timezone.now())
    Hand.objects.filter(member=seat).update(member=into)
    if not into.external_id:
        into.external_id = seat.external_id
        into.save(update_fields=["external_id"])
    Member.objects.filter(merged_into=seat).update(merged_into=into)  # so that it is never more than one step
    seat.merged_into, seat.removed_at = into, seat.removed_at or timezone.now()
    seat.save(update_fields=["merged_into", "removed_at"])
    separate(into)  # whoever has the old seat's code gets this class, and no other
    record_change(
        seat.klass, by, "merge", seat=into, data={"from": seat.slug, **asdict(moving)}
    )  # open pages look for it
    return moving


def _decisions(seat: Member) -> dict[str, Change]:
    """The latest override of each exercise."""
    rows = seat.changes.filter(kind=OVERRIDE).select_related("by").order_by("pk")
    return {row.data["exercise"]: row for row in rows}


def _carry_over_decisions(seat: Member, into: Member, by: Member) -> None:
    """History is only added to: what was decided about one seat is decided again about the other, if nothing was yet."""
    known = _decisions(into)
    for exercise, change in _decisions(seat).items():
        if exercise not in known and change.data["state"]:
            reason = (
                f"{change.data['reason']} ({change.by.name} about the seat {seat.slug}, which was merged into this)"
            )
            record_change(seat.klass, by, OVERRIDE, seat=into, data={**change.data, "reason": reason})


def _leave_unknown_acts(seat: Member) -> None:
    """Looked for under the other seat's names, they would be taken for what is there by chance."""
    for act in seat.acts.filter(state=Act.State.UNKNOWN, answer__looked_up__isnull=True):
        act.answer = {**act.answer, "looked_up": True}
        act.save(update_fields=["answer"])


def _number(count: int, word: str) -> str:
    return f"1 {word} is" if count == 1 else f"{count} {word}s are"
