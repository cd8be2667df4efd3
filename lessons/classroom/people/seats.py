"""Who comes in, and how: seats for students, and one-time links for staff."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from sesame.utils import get_query_string

from lessons.classroom import changes
from lessons.classroom.history import record_change
from lessons.classroom.models import Change, Class, Member, Role, User, random_code

FIRST_CLASS = {"name": "Introduction to Kafka", "slug": "kafka"}
STAFF_NAMES = {Role.INSTRUCTOR: "Instructor", Role.GRADER: "Grader"}


def take_seat(klass: Class, name: str, *, user: User | None = None, role: str = Role.STUDENT) -> Member:
    """A new member of the class. Two people may have one name; their slugs tell them apart."""
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


def set_door(klass: Class, by: Member, *, is_open: bool) -> None:
    """Whether the class code still gives new seats. Whoever has a seat comes in either way."""
    klass.door_open = is_open
    klass.save(update_fields=["door_open"])
    record_change(klass, by, "door", data={"open": is_open})


def change_join_code(klass: Class, by: Member) -> None:
    """The old class code, and links with it, open nothing any more."""
    klass.join_code = random_code(6)
    klass.save(update_fields=["join_code"])
    record_change(klass, by, "class-code")


def share_feed(klass: Class, by: Member, *, shared: bool) -> None:
    """Whether students see the live feed, with slugs in the place of names."""
    klass.feed_is_shared = shared
    klass.save(update_fields=["feed_is_shared"])
    record_change(klass, by, "feed", data={"shared": shared})


def rename(seat: Member, by: Member, name: str) -> None:
    before, seat.name = seat.name, name
    seat.save(update_fields=["name"])
    record_change(seat.klass, by, "rename", seat=seat, data={"before": before, "after": name})


def give_new_personal_code(seat: Member, by: Member) -> None:
    """The old one brings nobody back any more, and who came in by it is out: pages at once, sockets within 5 s. Who hands
    the new one on could use it: so it opens this class and no other."""
    separate(seat)
    seat.user.set_unusable_password()  # another one: sessions are good for as long as it stands
    seat.user.save(update_fields=["password"])
    seat.code_generation += 1
    seat.save(update_fields=["code_generation", "code_hash"])
    record_change(seat.klass, by, "personal-code", seat=seat)


def knows_code(seat: Member) -> bool:
    """Whether staff may be shown the personal code: one that they gave themselves, never the student's own."""
    return seat.changes.filter(kind="personal-code").exists()


def separate(seat: Member) -> None:
    """The seat becomes a person of its own, when its person is in other classes, too."""
    if Member.objects.filter(user=seat.user_id).exclude(pk=seat.pk).exists():
        seat.user = _new_person()
        seat.save(update_fields=["user"])


def same_person(user: User, klass: Class, name: str) -> User | None:
    """Who sits down in a further class under this name: whoever is signed in here, or (None) a person of their own.

    Another name at the same computer is another person. And who has these seats must be alone with their keys: staff who
    gave a personal code, or the owner of a seat that was merged, would else come into the further class with it.
    """
    seats = list(user.memberships.all())
    is_known = not seats or name.casefold() in {seat.name.casefold() for seat in seats}
    if not is_known or klass.pk in {seat.klass_id for seat in seats}:
        return None
    given = Change.objects.filter(seat__in=seats, kind="personal-code")
    return None if given.exists() or Member.objects.filter(merged_into__in=seats).exists() else user


def set_external_id(seat: Member, by: Member, external_id: str) -> None:
    before, seat.external_id = seat.external_id, external_id
    seat.save(update_fields=["external_id"])
    record_change(seat.klass, by, "external-id", seat=seat, data={"before": before, "after": external_id})


def set_removed(seat: Member, by: Member, *, removed: bool) -> None:
    """Whoever is removed reaches nothing any more, an open page within 5 s; the record stays, and the way back too."""
    seat.removed_at = timezone.now() if removed else None
    seat.save(update_fields=["removed_at"])
    record_change(seat.klass, by, "remove" if removed else "let-in", seat=seat)


def _new_person() -> User:
    return User.objects.create_user(username=f"seat-{secrets.token_hex(8)}")


def ensure_first_class() -> Class:
    """The class that a fresh installation starts with; the oldest one later."""
    return Class.objects.order_by("id").first() or Class.objects.create(**FIRST_CLASS)


def join_path(klass: Class) -> str:
    return reverse("join-class", args=[klass.join_code])


def sign_in_path(klass: Class, role: str) -> str:
    """A link that signs one member of staff in, once, within a week. The newest link is the one that works."""
    return sign_in_path_of(staff_member(klass, role))


def staff_member(klass: Class, role: str, name: str = "") -> Member:
    """Who has this role and name in the class, made when there is nobody; without a name, whoever was first."""
    known = klass.members.filter(role=role, removed_at=None, **({"name": name} if name else {}))
    member = known.select_related("user").order_by("id").first()
    if member is None:
        user = User.objects.create_user(username=f"{role}-{secrets.token_hex(4)}")
        member = take_seat(klass, name or STAFF_NAMES[Role(role)], user=user, role=role)
    return member


def sign_in_path_of(member: Member) -> str:
    return reverse("sign-in") + get_query_string(member.user)
