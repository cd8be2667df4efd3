"""Who comes in, and how: seats for students, one-time links for staff, and the price of a wrong code."""

from __future__ import annotations

import secrets

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from sesame.utils import get_query_string

from lessons.models import Class, Member, Role, User

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


def ensure_first_class() -> Class:
    """The class that a fresh installation starts with; the oldest one later."""
    return Class.objects.order_by("id").first() or Class.objects.create(**FIRST_CLASS)


def join_path(klass: Class) -> str:
    return reverse("join-class", args=[klass.join_code])


def sign_in_path(klass: Class, role: str) -> str:
    """A link that signs one member of staff in, once, within a week. The newest link is the one that works."""
    member = Member.objects.filter(klass=klass, role=role).order_by("id").first()
    if member is None:
        user = User.objects.create_user(username=f"{role}-{secrets.token_hex(4)}")
        member = take_seat(klass, STAFF_NAMES[Role(role)], user=user, role=role)
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
