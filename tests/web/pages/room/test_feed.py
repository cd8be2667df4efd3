"""The feed on a page of its own: shared with the class, and on a projector."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import Change, Member
from tests.classroom.test_overview import TWO, attempt, predict
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")


def feed(member: Member, query: str = ""):
    return browser_of(member).get(reverse("class-feed", args=[member.klass.slug]) + query)


def share(member: Member, do: str):
    return browser_of(member).post(reverse("feed-share", args=[member.klass.slug]), {"do": do})


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
    assert browser_of(classroom.charlie).get(reverse("class-feed", args=[klass.slug])).status_code == 404
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


def on_wall(client: Client, klass) -> str:
    return client.get(reverse("class-feed", args=[klass.slug]) + "?projector=1").content.decode()


def test_the_projector_begins_without_names_and_remembers_what_was_chosen(classroom):
    ines, names = browser_of(classroom.ines), reverse("projector-names", args=[classroom.klass.slug])
    without = on_wall(ines, classroom.klass)
    assert "Bob" not in without
    assert classroom.bob.slug in without
    assert ines.post(names, {"do": "show"}).url.endswith("?projector=1")
    assert f'id="seat-row-{classroom.bob.slug}"' in on_wall(ines, classroom.klass)
    assert "live/projector/?names=shown" in on_wall(ines, classroom.klass)
    ines.post(names, {"do": "hide"})
    assert "Bob" not in on_wall(ines, classroom.klass)
    assert ines.post(names, {"do": "sometimes"}).status_code == 404


def test_the_projector_shows_who_is_where_by_number_brokers_and_predictions_without_what_is_true(classroom):
    attempt(classroom.alice, TWO, "done")
    attempt(classroom.bob, TWO, ago=12)
    predict(classroom.alice, "always 1 to 9")
    shown = on_wall(browser_of(classroom.ines), classroom.klass)
    assert re.search(r'5\. Two partitions .*?1 stuck.*?value="1" max="2"', shown)
    assert "always 1 to 9" in shown
    assert "This is true." not in shown
    assert "What is true?" in shown
    assert 'id="part-broker-panel"' in shown
    assert "/brokers/" not in shown


def test_students_see_on_a_projector_the_feed_alone(classroom):
    share(classroom.ines, "show")
    alice = browser_of(classroom.alice)
    assert alice.post(reverse("projector-names", args=[classroom.klass.slug]), {"do": "show"}).status_code == 404
    shown = on_wall(alice, classroom.klass)
    assert "Bob" not in shown
    assert "part-predictions" not in shown


def test_the_students_to_choose_from_are_those_who_are_there(classroom):
    Member.objects.filter(pk=classroom.bob.pk).update(removed_at=timezone.now())
    shown = browser_of(classroom.ines).get(reverse("room", args=[classroom.klass.slug])).content.decode()
    assert options(shown, "seat") == [classroom.alice.slug]
    names = browser_of(classroom.greta).get(reverse("room-names", args=[classroom.klass.slug])).json()
    assert names["students"] == [classroom.alice.slug]
    assert names["names"][classroom.bob.slug] == "Bob"
    assert json.dumps(names["names"][classroom.bob.slug]) in shown


def test_only_an_instructor_decides_whether_it_is_shared(classroom):
    assert share(classroom.greta, "show").status_code == 404
    assert share(classroom.alice, "show").status_code == 404
    assert share(classroom.ines, "sometimes").status_code == 404
    classroom.klass.refresh_from_db()
    assert not classroom.klass.feed_is_shared
