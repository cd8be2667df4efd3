"""Creating a class, and changing its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from lessons.classroom.feed import create_feed_topic
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Class, Member, Role, User
from lessons.classroom.people.seats import take_seat
from lessons.cluster.errors import ClusterError

SLUG_LENGTH = 20
DOUBLE_CLICK = timedelta(seconds=10)
SETTINGS = ("name", "lessons_off", "due_at", "time_zone", "late_rule")


def has_class(maker: Member, name: str) -> bool:
    """Whether this person teaches a class of that name, which was not made by the same double click."""
    earlier = Class.objects.filter(name=name, created_at__lte=timezone.now() - DOUBLE_CLICK)
    return earlier.filter(members__user=maker.user, members__role=Role.INSTRUCTOR).exists()


def make_class(name: str, maker: Member) -> Class:
    """A new class: with a short name that no other class has, a new code, and `maker`'s person as its instructor. Asked
    twice within seconds, this makes one class: that was a double click."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=maker.user_id)  # the second click waits for the first one
        just_made = Class.objects.filter(name=name, created_at__gt=timezone.now() - DOUBLE_CLICK)
        klass = just_made.filter(members__user=maker.user, members__role=Role.INSTRUCTOR).first()
        if klass is not None:
            return klass
        klass = _new_class(name, maker)
    with suppress(ClusterError):  # Kafka is down: the topic is created with the feed's first record
        create_feed_topic(klass)
    return klass


def _new_class(name: str, maker: Member) -> Class:
    for slug in _slugs(name):
        with suppress(IntegrityError), transaction.atomic():  # another class has the slug: try the next one
            klass = Class.objects.create(name=name, slug=slug, time_zone=maker.klass.time_zone)
            instructor = take_seat(klass, maker.name, user=maker.user, role=Role.INSTRUCTOR)
            record_change(klass, instructor, ChangeKind.CLASS, data={"name": name, "slug": slug})
            return klass
    raise AssertionError("there is always another short name")


def _slugs(name: str) -> Iterator[str]:
    """Short names made from the name, for names on the cluster: no dot, no underscore (see `Namespace`)."""
    base = slugify(name).replace("_", "-").strip("-")[:SLUG_LENGTH].strip("-") or "class"
    taken = set(Class.objects.values_list("slug", flat=True))
    number = 1
    while True:
        end = f"-{number}" if number > 1 else ""
        slug = base[: SLUG_LENGTH - len(end)].rstrip("-") + end
        if slug not in taken:
            yield slug
        number += 1


@transaction.atomic
def set_class(klass: Class, by: Member, wanted: Mapping[str, Any]) -> list[str]:
    """Save what is different, and return the names of those settings. History gets a row for each."""
    klass = Class.objects.select_for_update().get(pk=klass.pk)
    changed = [setting for setting in SETTINGS if getattr(klass, setting) != wanted[setting]]
    for setting in changed:
        data = {"setting": setting, "before": _as_json(getattr(klass, setting)), "after": _as_json(wanted[setting])}
        setattr(klass, setting, wanted[setting])
        record_change(klass, by, ChangeKind.SETTINGS, data=data)
    klass.save(update_fields=changed)
    return changed


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
