"""Beginning a lesson anew: its topics and groups go, after they were shown; points and all else stay."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from lessons.classroom.lesson_reset import things_of_lesson, topics_of
from lessons.classroom.models import Change
from lessons.classroom.perform import perform
from lessons.cluster import clients, topics
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import get_lesson
from tests.signing_in import browser_of
from tests.web.pages.staff.test_reset import commit

pytestmark = pytest.mark.usefixtures("kafka")


def create(seat, name: str, *, lesson: str = "") -> None:
    assert perform(seat, CreateTopic(name=name), act_id=uuid4(), lesson=lesson).state == "done"


def test_a_lessons_topics_are_those_that_its_exercises_read_and_its_forms_name():
    assert topics_of(get_lesson("creating-topics")) >= {"test1p", "test2p", "test2die", "test3r"}
    assert "test1p" in topics_of(get_lesson("consuming"))
    assert "test1p" not in topics_of(get_lesson("a-group-shares-the-work"))


def test_what_was_shown_and_is_ticked_goes_and_what_came_since_or_is_another_lessons_stays(classroom, alice_client):
    alice, bob, lesson = classroom.alice, classroom.bob, "a-group-shares-the-work"
    create(alice, "returns", lesson=lesson)
    create(alice, "my-own", lesson=lesson)  # made by a form of this lesson, under another name
    create(alice, "test1p")
    create(bob, "returns")
    commit(alice, "some-readers", "returns")
    commit(alice, "others", "test1p")
    still_in = commit(alice, "invoices", "returns", stays=True)
    try:
        url = reverse("lesson-anew", args=[alice.klass.slug, lesson])
        page = alice_client.get(url)
        assert [each["name"] for each in page.context["topics"]] == ["my-own", "returns"]
        assert page.context["groups"] == ["invoices", "some-readers"]
        create(alice, "alarms", lesson=lesson)  # after the page was loaded
        ticked = {
            "topic": ["returns", "test1p", f"../{bob.slug}.returns"],
            "group": ["invoices", "some-readers", "others"],
        }
        told = alice_client.post(url, ticked, follow=True).content.decode()
    finally:
        clients.close(still_in)
    assert "Deleted: 1 topic, 1 group" in told
    assert "The group has members" in told
    assert set(topics.list_own(alice.namespace)) == {"my-own", "test1p", "alarms"}
    assert topics.list_own(bob.namespace) == ["returns"]
    assert alice.acts.count() == 4
    change = Change.objects.get()
    assert (change.kind, change.by, change.seat, change.data["lesson"]) == ("lesson-anew", alice, alice, lesson)
    assert "began the lesson" not in alice_client.get(reverse("my-work", args=[alice.klass.slug])).content.decode()


def test_what_an_earlier_lesson_left_for_this_one_is_there_again(classroom, alice_client):
    alice = classroom.alice
    create(alice, "test1p")
    first = topics.describe_topic(alice.namespace, "test1p").topic_id
    url = reverse("lesson-anew", args=[alice.klass.slug, "consuming"])
    assert alice_client.get(url).context["start"] == ["test1p with 1 partition, 1 replica"]
    told = alice_client.post(url, {"topic": "test1p", "start": "on"}, follow=True).content.decode()
    assert "created test1p with 1 partition, 1 replica" in told
    assert topics.describe_topic(alice.namespace, "test1p").topic_id not in (first, None)
    assert alice.acts.latest("started_at").lesson == "consuming"


def test_done_stays_done(classroom, alice_client):
    alice, klass = classroom.alice, classroom.klass.slug
    for name in ("test1p", "test2p", "test2die"):
        create(alice, name)
    check = reverse("check", args=[klass, "creating-topics", "creating-topics.three-topics"])
    assert 'data-state="done"' in alice_client.post(check, headers={"HX-Request": "true"}).content.decode()
    url = reverse("lesson-anew", args=[klass, "creating-topics"])
    names = [each["name"] for each in alice_client.get(url).context["topics"]]
    alice_client.post(url, {"topic": names})
    assert not things_of_lesson(alice, get_lesson("creating-topics"))
    assert "you are at its start" in alice_client.get(url).content.decode()
    assert 'data-state="done"' in alice_client.post(check, headers={"HX-Request": "true"}).content.decode()


def test_anothers_result_is_not_ones_own(classroom, alice_client):
    url = reverse("lesson-anew", args=[classroom.klass.slug, "creating-topics"])
    alice_client.post(url, {})
    did = Change.objects.get().pk
    assert alice_client.get(f"{url}?did={did}").status_code == 200
    for number in (did + 1, "x", "9" * 40):
        assert alice_client.get(f"{url}?did={number}").status_code == 404
    other = reverse("lesson-anew", args=[classroom.klass.slug, "consuming"])
    assert alice_client.get(f"{other}?did={did}").status_code == 404
    assert browser_of(classroom.bob).get(f"{url}?did={did}").status_code == 404
