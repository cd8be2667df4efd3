"""Seats: how people get one, and what an instructor can change about it."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lessons.classroom import changes
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Change, Class, Member, Role, User, random_code

FIRST_CLASS = {"name": "Introduction to Kafka", "slug": "kafka"}


def take_seat(klass: Class, name: str, *, user: User | None = None, role: str = Role.STUDENT) -> Member:
    """Add a member to the class. Two people may have the same name; their slugs tell them apart."""
    for _ in range(20):
        try:
            with transaction.atomic():
                person = user or _new_person()
                member = Member.objects.create(user=person, klass=klass, name=name, role=role)
                changes.tell(changes.of_member(member), member)
                return member
        except IntegrityError:
            sits_already = Member.objects.select_related("klass").filter(user=user, klass=klass).first()
            if user and sits_already:
                return sits_already
    raise RuntimeError(f"No free slug was found in class {klass.slug}.")


def has_namesake(klass: Class, name: str) -> bool:
    """Whether a student who is in the class has this name, in whatever case."""
    return klass.present_seats().filter(name__iexact=name).exists()


def set_door(klass: Class, by: Member, *, is_open: bool) -> None:
    """Open or close the class to new students. Those who have a seat can come back either way."""
    klass.door_open = is_open
    klass.save(update_fields=["door_open"])
    record_change(klass, by, ChangeKind.DOOR, data={"open": is_open})


def change_join_code(klass: Class, by: Member) -> None:
    """Replace the class code. The old one, and links with it, stop working."""
    klass.join_code = random_code(6)
    klass.save(update_fields=["join_code"])
    record_change(klass, by, ChangeKind.CLASS_CODE)


def share_feed(klass: Class, by: Member, *, shared: bool) -> None:
    """Show the live feed to students, with slugs instead of names, or hide it."""
    klass.feed_is_shared = shared
    klass.save(update_fields=["feed_is_shared"])
    record_change(klass, by, ChangeKind.FEED, data={"shared": shared})


def rename(seat: Member, by: Member, name: str) -> None:
    before, seat.name = seat.name, name
    seat.save(update_fields=["name"])
    record_change(seat.klass, by, ChangeKind.RENAME, seat=seat, data={"before": before, "after": name})


def give_new_personal_code(seat: Member, by: Member) -> None:
    """Replace the personal code.

    The new code opens this class and no other, because staff who hand it on could use it themselves."""
    end_access(seat)
    record_change(seat.klass, by, ChangeKind.PERSONAL_CODE, seat=seat)


def end_access(seat: Member) -> None:
    """End the personal code, sign-in links, and what is signed in by them: pages at once, sockets within 5 s; and the user of
    the cluster, whose password they show. In other classes the person stays signed in."""
    separate(seat)
    seat.user.set_unusable_password()  # another one: sessions and links end when the password changes
    seat.user.save(update_fields=["password"])
    seat.code_generation += 1
    seat.kafka_user_ends = seat.kafka_user_since is not None
    seat.save(update_fields=["code_generation", "code_hash", "kafka_user_ends"])


def knows_code(seat: Member) -> bool:
    """Whether staff may see the personal code: only one that staff gave, never the student's own."""
    return seat.changes.filter(kind=ChangeKind.PERSONAL_CODE).exists()


def separate(seat: Member) -> None:
    """Give the seat a person of its own if its person is in other classes too."""
    if Member.objects.filter(user=seat.user_id).exclude(pk=seat.pk).exists():
        seat.user = _new_person()
        seat.save(update_fields=["user"])


def same_person(user: User, klass: Class, name: str) -> User | None:
    """The person who joins another class under this name: `user`, or None for a new person.

    Another name at the same computer is another person. And nobody else may have a key to `user`'s seats: otherwise staff
    who gave a personal code, or the owner of a seat that was merged, would get into the other class with it.
    """
    seats = list(user.memberships.all())
    is_known = not seats or name.casefold() in {seat.name.casefold() for seat in seats}
    if not is_known or klass.pk in {seat.klass_id for seat in seats}:
        return None
    given = Change.objects.filter(seat__in=seats, kind=ChangeKind.PERSONAL_CODE)
    return None if given.exists() or Member.objects.filter(merged_into__in=seats).exists() else user


def set_external_id(seat: Member, by: Member, external_id: str) -> None:
    before, seat.external_id = seat.external_id, external_id
    seat.save(update_fields=["external_id"])
    record_change(seat.klass, by, ChangeKind.EXTERNAL_ID, seat=seat, data={"before": before, "after": external_id})


def set_removed(seat: Member, by: Member, *, removed: bool) -> None:
    """Remove a member or restore one. A removed member loses access, open pages within 5 s; their work is kept."""
    seat.removed_at = timezone.now() if removed else None
    seat.save(update_fields=["removed_at"])
    record_change(seat.klass, by, ChangeKind.REMOVE if removed else ChangeKind.RESTORE, seat=seat)


def _new_person() -> User:
    return User.objects.create_user(username=f"seat-{secrets.token_hex(8)}")


def ensure_first_class() -> Class:
    """The oldest class; a new installation gets one."""
    return Class.objects.order_by("id").first() or Class.objects.create(**FIRST_CLASS)


def join_path(klass: Class) -> str:
    return reverse("join-class", args=[klass.join_code])
