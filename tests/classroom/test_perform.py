from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Act
from lessons.classroom.perform import ActIdTaken, perform
from lessons.classroom.settling import find_out, members_with_cut_acts, say_alive
from lessons.cluster import records
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.produce import Produce
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("kafka")


def test_an_act_is_stored_with_kafkas_answer(alice):
    act = perform(alice, CreateTopic(name="test1p"), act_id=uuid4(), lesson="creating-topics")
    stored = Act.objects.get(id=act.id)
    assert stored.state == Act.State.DONE
    assert stored.answer["data"]["partitions"][0]["leader"] in (1, 2, 3)
    assert stored.answer["took_ms"] > 0


def test_a_refusal_is_stored_in_kafkas_own_words_and_as_the_learner_typed_the_name(alice):
    act = perform(alice, CreateTopic(name="bad name!"), act_id=uuid4())
    assert act.state == Act.State.REFUSED
    assert act.answer["code"] == "TOPIC_EXCEPTION"
    assert "'bad name!'" in act.answer["words"]
    assert alice.namespace.prefix not in act.answer["words"]


def test_the_same_act_twice_is_one_act(alice):
    act_id = uuid4()
    message = Produce(topic="test1p", values="once")
    perform(alice, CreateTopic(name="test1p"), act_id=uuid4())
    first = perform(alice, message, act_id=act_id)
    second = perform(alice, message, act_id=act_id)
    assert first.answer == second.answer
    assert records.offsets(alice.namespace.full("test1p"))[0] == (0, 1)


def test_an_act_id_of_somebody_else_is_refused(classroom):
    act_id = uuid4()
    perform(classroom.alice, CreateTopic(name="test1p"), act_id=act_id)
    with pytest.raises(ActIdTaken):
        perform(classroom.bob, CreateTopic(name="test1p"), act_id=act_id)


def test_an_act_id_with_other_fields_is_refused(alice):
    act_id = uuid4()
    perform(alice, CreateTopic(name="test1p"), act_id=act_id)
    with pytest.raises(ActIdTaken):
        perform(alice, CreateTopic(name="test2p"), act_id=act_id)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_act(alice):
    act_id, answers = uuid4(), []

    def click() -> None:
        try:
            answers.append(perform(alice, CreateTopic(name="test1p"), act_id=act_id))
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert [act.state for act in answers] == [Act.State.DONE, Act.State.DONE]
    assert Act.objects.filter(member=alice).count() == 1


def in_the_feed(act: Act) -> Act:
    """The same, when the outbox has sent it."""

    def is_sent() -> bool:
        act.refresh_from_db()
        return act.feed_offset is not None

    wait_for(is_sent)
    return act


@pytest.mark.django_db(transaction=True)
def test_every_settled_act_stands_in_the_feed_without_a_name(classroom):
    alice = classroom.alice
    act = in_the_feed(perform(alice, CreateTopic(name="test1p"), act_id=uuid4()))
    feed_topic = ClassTopics(classroom.klass.slug).full(TOPIC)
    [record] = records.read_range(feed_topic, 0, start=act.feed_offset, end=act.feed_offset + 1, limit=1, timeout_s=5)
    assert str(act.id).encode() in record.value
    assert alice.slug.encode() in record.value
    assert b"Alice" not in record.value


@pytest.mark.django_db(transaction=True)
def test_what_the_feed_did_not_get_is_sent_later(classroom, own_process):
    """As after a time in which Kafka was away: the rows are the outbox."""
    act = in_the_feed(perform(classroom.alice, CreateTopic(name="test1p"), act_id=uuid4()))
    Act.objects.filter(pk=act.pk).update(feed_offset=None)
    assert own_process.outbox.publish_unsent(classroom.klass) == 1
    act.refresh_from_db()
    assert act.feed_offset == 1  # it stands twice now; readers drop the repeated id


@pytest.mark.django_db(transaction=True)
def test_what_another_process_has_just_stored_is_left_to_it_for_some_seconds(classroom, own_process):
    """Else each busy process would send what the others are just sending."""
    now = timezone.now()
    fresh, _ = [
        Act.objects.create(member=classroom.bob, kind="create-topic", fields={}, state=Act.State.DONE, settled_at=at)
        for at in (now, now - own_process.outbox.settings.left_after)
    ]
    mine = perform(classroom.alice, CreateTopic(name="test1p"), act_id=uuid4())

    def unsent() -> set[UUID]:
        return set(Act.objects.filter(feed_offset=None).values_list("pk", flat=True))

    wait_for(lambda: unsent() == {fresh.pk})  # the outbox begins with a look at what was left
    assert mine.state == Act.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_line_of_the_feed_is_short_however_long_the_act(alice):
    """A line that Kafka refuses would be sent again and again, and keep all others waiting."""
    perform(alice, CreateTopic(name="test1p"), act_id=uuid4())
    act = in_the_feed(perform(alice, Produce(topic="test1p", values="1", key="k" * 1_500_000), act_id=uuid4()))
    assert act.state == Act.State.REFUSED


def test_a_consumer_of_which_nobody_says_that_it_is_alive_was_cut_and_one_that_runs_elsewhere_was_not(classroom):
    """Wherever its process runs, and whoever else has died: several machines share one database."""
    long_ago, fields = timezone.now() - timedelta(hours=3), {"topic": "test1p", "group_id": "g"}
    lost, running = (
        Act.objects.create(member=each, kind="consume", fields=fields, started_at=long_ago, alive_at=long_ago)
        for each in (classroom.alice, classroom.bob)
    )
    say_alive([running.pk])
    assert members_with_cut_acts() == [classroom.alice.pk]
    for each in (classroom.alice, classroom.bob):
        find_out(each)
    lost.refresh_from_db()
    running.refresh_from_db()
    assert (lost.state, running.state) == (Act.State.UNKNOWN, Act.State.RUNNING)
    assert lost.answer["words"] == "The app ended while this was under way."
