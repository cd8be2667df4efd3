"""A seat's user of the cluster: given at its first press, with a password that can be changed, and gone with the seat."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from lessons.classroom.models import Member
from lessons.cluster import users


def are_offered() -> bool:
    """Whether laptops reach this cluster at all."""
    return bool(settings.LAPTOP_SERVERS)


def give(member: Member) -> None:
    """Make the member's user, or make sure that it is as it should be. Raises: ClusterError, and then there is none."""
    if member.kafka_user_ends:
        end(member)
        member.refresh_from_db()
    users.give_user(member.namespace, member.kafka_password)
    if member.kafka_user_since is None:
        member.kafka_user_since = timezone.now()
        member.save(update_fields=["kafka_user_since"])


def has_user(member: Member) -> bool:
    """Whether there is one, and it is to stay."""
    return member.kafka_user_since is not None and not member.kafka_user_ends and member.removed_at is None


def change_password(member: Member) -> None:
    """The old one opens nothing any more, and connections that were made with it end within a minute.

    Raises: ClusterError, and then the old one still holds.
    """
    member.kafka_password_generation += 1
    users.give_user(member.namespace, member.kafka_password)
    member.save(update_fields=["kafka_password_generation"])


def end(member: Member) -> None:
    """Somebody who comes back makes a user with another password. Raises: ClusterError, and then it is tried again."""
    users.end_user(users.user_of(member.namespace))
    Member.objects.filter(pk=member.pk).update(
        kafka_user_since=None, kafka_user_ends=False, kafka_password_generation=F("kafka_password_generation") + 1
    )


def by_name() -> tuple[dict[str, Member], dict[str, Member]]:
    """Who should have a user now, and whose user is to be removed; by the users' names on the cluster."""
    rows = Member.objects.filter(kafka_user_since__isnull=False).select_related("klass")
    present: dict[str, Member] = {}
    ends: dict[str, Member] = {}
    for member in rows:
        found = present if has_user(member) else ends
        found[users.user_of(member.namespace)] = member
    return present, ends
