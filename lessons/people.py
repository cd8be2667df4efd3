"""Who comes in, and how: seats for students, one-time links for staff, and the price of a wrong code."""

from __future__ import annotations

import secrets

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from sesame.utils import get_query_string

from lessons.models import Change, Class, Member, Role, User, random_code

FIRST_CLASS = {"name": "Introduction to Kafka", "slug": "kafka"}
STAFF_NAMES = {Role.INSTRUCTOR: "Instructor", Role.GRADER: "Grader"}

WRONG_CODES_WINDOW_S = 600
FREE_WRONG_CODES = 3
LONGEST_WAIT_S = 8.0


def take_seat(klass: Class, name: str, *, user: User | None = None, role: str = Role.STUDENT) -> Member:
    """A new member of the class. Two people may have one name; their slugs tell them apart."""
    for _ in range(20):
        try:
            with transaction.atomic():
                person = user or User.objects.create_user(username=f"seat-{secrets.token_hex(8)}")
                return Member.objects.create(user=person, klass=klass, name=name, role=role)
        except IntegrityError:
            sits_already = Member.objects.select_related("klass").filter(user=user, klass=klass).first()
            if user and sits_already:
                return sits_already
    raise RuntimeError(f"No free slug was found in class {klass.slug}.")


def set_door(klass: Class, by: Member, *, is_open: bool) -> None:
    """Whether the class code still gives new seats. Whoever has a seat comes in either way."""
    klass.door_open = is_open
    klass.save(update_fields=["door_open"])
    _note(klass, by, "door", data={"open": is_open})


def change_join_code(klass: Class, by: Member) -> None:
    """The old class code, and links with it, open nothing any more."""
    klass.join_code = random_code(6)
    klass.save(update_fields=["join_code"])
    _note(klass, by, "class-code")


def share_feed(klass: Class, by: Member, *, shared: bool) -> None:
    """Whether students see the live feed, with slugs in the place of names."""
    klass.feed_is_shared = shared
    klass.save(update_fields=["feed_is_shared"])
    _note(klass, by, "feed", data={"shared": shared})


def rename(seat: Member, by: Member, name: str) -> None:
    before, seat.name = seat.name, name
    seat.save(update_fields=["name"])
    _note(seat.klass, by, "rename", seat=seat, data={"before": before, "after": name})


def give_new_personal_code(seat: Member, by: Member) -> None:
    """The old one brings nobody back any more."""
    seat.code_generation += 1
    seat.save(update_fields=["code_generation", "code_hash"])
    _note(seat.klass, by, "personal-code", seat=seat)


def set_removed(seat: Member, by: Member, *, removed: bool) -> None:
    """Whoever is removed reaches nothing any more, an open page within 5 s; the record stays, and the way back too."""
    seat.removed_at = timezone.now() if removed else None
    seat.save(update_fields=["removed_at"])
    _note(seat.klass, by, "remove" if removed else "let-in", seat=seat)


def _note(
    klass: Class, by: Member, kind: str, *, seat: Member | None = None, data: dict[str, object] | None = None
) -> None:
    Change.objects.create(klass=klass, by=by, kind=kind, seat=seat, data=data or {})


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


def wait_after_wrong_code_s(address: str) -> float:
    """Counts one wrong code from this address; returns how long its answer has to wait, in seconds.

    A right code is never refused or slowed: a whole class sits behind one address. The count is in the cache's table,
    so that every web process counts alike.
    """
    key = f"wrong-codes:{address}"
    cache.add(key, 0, timeout=WRONG_CODES_WINDOW_S)
    try:
        wrong = cache.incr(key)
    except ValueError:  # it expired between the two calls
        wrong = 1
    return min(LONGEST_WAIT_S, 0.25 * 2 ** (wrong - FREE_WRONG_CODES)) if wrong > FREE_WRONG_CODES else 0.0
