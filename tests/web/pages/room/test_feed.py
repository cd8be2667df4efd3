"""The feed on a page of its own: shared with the class, and on a projector."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import Change, Member

pytestmark = pytest.mark.usefixtures("kafka")


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def feed(member: Member, query: str = ""):
    return client_of(member).get(reverse("class-feed", args=[member.klass.slug]) + query)


def share(member: Member, do: str):
    return client_of(member).post(reverse("feed-share", args=[member.klass.slug]), {"do": do})


def options(page: str, select: str) -> list[str]:
    [choices] = re.findall(rf"data-{select}[^>]*>(.*?)</select>", page)
    return re.findall(r'value="([^"]+)"', choices)


def test_students_see_it_while_it_is_shared_and_nobody_of_another_class_does(classroom):
    klass = classroom.klass
    assert feed(classroom.alice).status_code == 404
    share(classroom.ines, "show")
    klass.refresh_from_db()
    shown = feed(classroom.alice)
    assert shown.status_code == 200
    assert reverse("class-feed", args=[klass.slug]) in shown.content.decode()
    assert client_of(classroom.charlie).get(reverse("class-feed", args=[klass.slug])).status_code == 404
    share(classroom.ines, "hide")
    assert feed(classroom.alice).status_code == 404
    kept = Change.objects.order_by("pk").values_list("kind", "by", "data")
    assert list(kept) == [
        ("feed", classroom.ines.pk, {"shared": True}),
        ("feed", classroom.ines.pk, {"shared": False}),
    ]


def test_students_get_slugs_and_nobodys_name(classroom):
    share(classroom.ines, "show")
    shown = feed(classroom.alice).content.decode()
    for name in ("Bob", "Ines", "Greta"):
        assert name not in shown
    assert options(shown, "seat") == sorted([classroom.alice.slug, classroom.bob.slug])
    assert 'data-names-url=""' in shown
    assert 'data-seat-base=""' in shown


def test_names_can_be_hidden_on_the_projector_and_the_page_does_not_have_them_then(classroom):
    with_names = feed(classroom.ines, "?projector=1").content.decode()
    assert "Bob" in with_names
    assert "data-live-url" not in with_names
    without = feed(classroom.ines, "?projector=1&names=hidden").content.decode()
    assert "Bob" not in without
    assert classroom.bob.slug in without


def test_the_students_to_choose_from_are_those_who_are_there(classroom):
    Member.objects.filter(pk=classroom.bob.pk).update(removed_at=timezone.now())
    shown = client_of(classroom.ines).get(reverse("room", args=[classroom.klass.slug])).content.decode()
    assert options(shown, "seat") == [classroom.alice.slug]
    names = client_of(classroom.greta).get(reverse("room-names", args=[classroom.klass.slug])).json()
    assert names["students"] == [classroom.alice.slug]
    assert names["names"][classroom.bob.slug] == "Bob"
    assert json.dumps(names["names"][classroom.bob.slug]) in shown


def test_only_an_instructor_decides_whether_it_is_shared(classroom):
    assert share(classroom.greta, "show").status_code == 404
    assert share(classroom.alice, "show").status_code == 404
    assert share(classroom.ines, "sometimes").status_code == 404
    classroom.klass.refresh_from_db()
    assert not classroom.klass.feed_is_shared
