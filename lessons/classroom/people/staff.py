"""Instructors and graders: invited with a link, removed, and never so that a class has no instructor.

Why it is so
------------
A link signs in whoever opens it, once. So it opens one class only: a colleague who teaches others, too, would otherwise
give an instructor of this class a key to those. Removing somebody ends every way in, so that restoring them does not bring
an old link back to life. That two instructors remove each other at the same moment is one after the other here: the class
is locked, and the second one is the last.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from sesame.utils import get_query_string

from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Class, Member, Role, User
from lessons.classroom.people.seats import end_access, separate, set_removed, take_seat

STAFF_NAMES = {Role.INSTRUCTOR: "Instructor", Role.GRADER: "Grader"}


class CantChangeStaff(Exception):
    """It would leave nobody who can, or two who can't be told apart; the message says so."""


@transaction.atomic
def invite(by: Member, role: str, name: str) -> Member:
    """A new member of staff, who has no link yet. Raises: CantChangeStaff."""
    klass = _locked(by.klass)
    if klass.members.exclude(role=Role.STUDENT).filter(name=name, removed_at=None).exists():
        words = _("%(name)s is already among the staff. A new sign-in link is made there, beside the name.")
        raise CantChangeStaff(words % {"name": name})
    colleague = staff_member(klass, role, name)
    record_change(klass, by, ChangeKind.INVITE, seat=colleague, data={"role": role})
    return colleague


@transaction.atomic
def new_link(colleague: Member, by: Member) -> str:
    """The path of a link that signs this colleague in, once, to this class. It ends the earlier ones."""
    separate(colleague)
    record_change(colleague.klass, by, ChangeKind.SIGN_IN_LINK, seat=colleague)
    return sign_in_path_of(colleague)


@transaction.atomic
def remove_staff(colleague: Member, by: Member) -> None:
    """Take somebody, or oneself, from the class, with all their ways in. Raises: CantChangeStaff."""
    _locked(colleague.klass)
    if is_last_instructor(colleague):
        words = _("%(name)s is the only instructor of this class. Invite another one first.")
        raise CantChangeStaff(words % {"name": colleague.name})
    end_access(colleague)
    set_removed(colleague, by, removed=True)


def is_last_instructor(member: Member) -> bool:
    return not member.klass.members.filter(role=Role.INSTRUCTOR, removed_at=None).exclude(pk=member.pk).exists()


def _locked(klass: Class) -> Class:
    """Nobody else changes the staff until the transaction ends."""
    return Class.objects.select_for_update().get(pk=klass.pk)


def link_expires_at() -> datetime:
    """When a link that is made now ends."""
    return timezone.now() + timedelta(seconds=settings.SESAME_MAX_AGE)


def sign_in_path(klass: Class, role: str) -> str:
    """A link that signs one member of staff in, once, within a week. Only the newest link works."""
    return sign_in_path_of(staff_member(klass, role))


def staff_member(klass: Class, role: str, name: str = "") -> Member:
    """The member with this role and name, created if there is none; without a name, the first with this role."""
    known = klass.members.filter(role=role, removed_at=None, **({"name": name} if name else {}))
    member = known.select_related("user").order_by("id").first()
    if member is None:
        user = User.objects.create_user(username=f"{role}-{secrets.token_hex(4)}")
        member = take_seat(klass, name or STAFF_NAMES[Role(role)], user=user, role=role)
    return member


def sign_in_path_of(member: Member) -> str:
    """Earlier links of this person end with it: a link holds as long as `last_login` is what it was."""
    member.user.last_login = timezone.now()
    member.user.save(update_fields=["last_login"])
    return reverse("sign-in") + get_query_string(member.user)
