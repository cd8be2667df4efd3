"""Clearing the cluster of what a seat or a class made there."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lessons.classroom import process
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Change, Member
from lessons.classroom.people.reset import things_of
from lessons.classroom.perform import perform
from lessons.cluster import clients, groups, topics
from lessons.course.acts.create_topic import CreateTopic
from tests.signing_in import browser_of


@pytest.fixture
def ines(classroom) -> Client:
    return browser_of(classroom.ines)


def create(seat: Member, name: str) -> None:
    assert perform(seat, CreateTopic(name=name), act_id=uuid4()).state == "done"


def commit(seat: Member, group: str, topic: str, *, stays: bool = False):
    """A group with a committed offset; who stays is its member still."""
    names = seat.namespace
    consumer = clients.new_consumer(**{"group.id": names.full(group), "auto.offset.reset": "earliest"})
    consumer.subscribe([names.full(topic)])
    while not consumer.assignment():
        consumer.poll(0.1)
    consumer.commit(offsets=[_at(partition) for partition in consumer.assignment()], asynchronous=False)
    if not stays:
        clients.close(consumer)
    return consumer


def _at(partition):
    partition.offset = 0
    return partition


def shown_by(page) -> str:
    return page.context["form"].initial["things"]


def test_what_was_shown_goes_and_what_somebody_is_in_what_came_since_and_what_is_anothers_stays(kafka, classroom, ines):
    alice, bob = classroom.alice, classroom.bob
    for seat, name in ((alice, "test1p"), (alice, "test2p"), (bob, "test1p")):
        create(seat, name)
    commit(alice, "left", "test1p")
    still_in = commit(alice, "still-in", "test2p", stays=True)
    try:
        url = reverse("seat-reset", args=[classroom.klass.slug, alice.slug])
        preview = ines.get(url)
        text = preview.content.decode()
        assert "2 topics, 2 groups" in text
        assert bob.slug not in text
        create(alice, "since")
        forged = json.loads(shown_by(preview))
        forged["topics"] += [f"{bob.slug}.test1p", f"../_{classroom.klass.slug}.feed"]
        answer = ines.post(url, {"things": json.dumps(forged)}, follow=True)
    finally:
        clients.close(still_in)
    told = answer.content.decode()
    assert "Deleted: 2 topics, 1 group" in told
    assert "The group has members" in told
    left = things_of(classroom.klass)
    assert left.topics == tuple(sorted((f"{alice.slug}.since", f"{bob.slug}.test1p")))
    assert [group.group_id for group in groups.list_groups(alice.namespace)] == ["still-in"]
    process.current().outbox.publish_unsent(classroom.klass)
    assert ClassTopics(classroom.klass.slug).full(TOPIC) in {topic.name for topic in topics.list_topics()}
    assert alice.acts.count() == 3
    row = Change.objects.get(kind="reset")
    assert (row.seat, row.data["topics"], row.data["groups"], row.data["left_in_all"]) == (alice, 2, 1, 1)


def test_a_whole_class_is_cleared_and_another_class_keeps_what_it_has(kafka, classroom, ines):
    create(classroom.alice, "test1p")
    create(classroom.charlie, "test1p")
    url = reverse("class-reset", args=[classroom.klass.slug])
    told = ines.post(url, {"things": shown_by(ines.get(url))}, follow=True).content.decode()
    assert "Deleted: 1 topic, 0 groups" in told
    assert not things_of(classroom.klass)
    assert things_of(classroom.charlie.klass)
    assert "There are no topics and no groups on the cluster" in ines.get(url).content.decode()


def test_while_kafka_is_away_it_says_so_and_nothing_is_lost(classroom, ines, settings):
    before = clients.connection()
    clients.configure(clients.Connection("127.0.0.1:9"))
    try:
        url = reverse("class-reset", args=[classroom.klass.slug])
        away = ines.post(url, {"things": json.dumps({"topics": [f"{classroom.alice.slug}.a"], "groups": []})})
    finally:
        clients.configure(before)
    assert away.status_code == 503
    assert not Change.objects.filter(kind="reset").exists()


@pytest.mark.parametrize(
    "things", ["", "[]", "null", '{"topics": 5}', '{"topics": [{}]}', '{"things": []}', "[" * 100_000], ids=range(7)
)
def test_a_made_up_list_is_a_missing_page_or_empties_nothing(things, kafka, classroom, ines):
    answer = ines.post(reverse("class-reset", args=[classroom.klass.slug]), {"things": things})
    assert answer.status_code in (302, 404)
