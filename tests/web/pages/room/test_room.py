from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from lessons.classroom import process
from lessons.classroom.perform import perform
from lessons.course.acts.create_topic import CreateTopic
from lessons.web.pages.room import feed
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
ADDRESSES = ["room", "room-names"]


def open_as(member, classroom, name: str = "room"):
    return browser_of(member).get(reverse(name, args=[classroom.klass.slug]))


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("who", ["ines", "greta"])
def test_who_teaches_or_grades_sees_the_class_and_its_names(who, name, classroom):
    answer = open_as(getattr(classroom, who), classroom, name)
    assert answer.status_code == 200
    assert classroom.alice.slug in answer.content.decode()
    assert "Alice" in answer.content.decode()
    assert "Charlie" not in answer.content.decode()


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_students_and_strangers_get_what_a_missing_class_gets(who, name, classroom):
    client = browser_of(getattr(classroom, who))
    refused = client.get(reverse(name, args=[classroom.klass.slug]))
    missing = client.get(reverse(name, args=["nothing"]))
    assert refused.status_code == missing.status_code == 404
    assert "Alice" not in refused.content.decode() or who == "alice"


@pytest.mark.parametrize("name", ADDRESSES)
def test_who_is_signed_out_gets_what_the_list_of_lessons_answers(name, classroom, client):
    refused = client.get(reverse(name, args=[classroom.klass.slug]))
    assert refused.status_code == client.get(reverse("lessons", args=[classroom.klass.slug])).status_code == 404


def test_the_bar_leads_those_who_teach_to_the_class_and_nobody_else(classroom):
    address = reverse("room", args=[classroom.klass.slug])
    assert address in open_as(classroom.ines, classroom, "lessons").content.decode()
    assert address not in open_as(classroom.alice, classroom, "lessons").content.decode()


def test_a_class_in_which_nothing_has_happened_says_so(classroom):
    page = open_as(classroom.ines, classroom).content.decode()
    assert "Nothing has happened in this class yet" in page
    assert 'data-from="0"' in page
    assert "style=" not in page


def test_the_history_begins_so_many_records_before_the_end(classroom, monkeypatch):
    for name in ("test1p", "test2p", "test2die"):
        perform(classroom.alice, CreateTopic(name=name), act_id=uuid4())
    process.current().outbox.publish_unsent(classroom.klass)
    assert 'data-from="0"' in open_as(classroom.ines, classroom).content.decode()
    monkeypatch.setattr(feed, "HISTORY_RECORDS", 2)
    assert 'data-from="1"' in open_as(classroom.ines, classroom).content.decode()
