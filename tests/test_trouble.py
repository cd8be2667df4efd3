"""Brokers that are down, a database that is locked: a sentence for the learner, and nothing is lost."""

from __future__ import annotations

import sqlite3
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.urls import reverse

from lessons.actions import CreateTopic, Produce
from lessons.brokers.cluster import EmbeddedCluster
from lessons.brokers.state import set_wanted
from lessons.checking import check, check_lesson
from lessons.cluster import snapshot, topics
from lessons.course.loader import get_lesson
from lessons.models import Act, Attempt
from lessons.perform import find_out, perform
from tests.waiting import wait_for

BROKERS = (1, 2, 3)


def up_brokers() -> set[int]:
    return {broker.id for broker in snapshot.Eye().look().brokers if broker.up}


def stop(cluster: EmbeddedCluster, *broker_ids: int) -> None:
    for broker_id in broker_ids:
        set_wanted(cluster.data_dir, broker_id, "stopped")
    wait_for(lambda: not up_brokers() & set(broker_ids), timeout_s=30)


def test_with_one_broker_down_a_topic_is_led_by_the_others_and_its_third_replica_is_not_in_sync(alice, own_cluster):
    """KRaft places a replica on a broker that is registered and down: it catches up later."""
    stop(own_cluster, 3)
    act = perform(alice, CreateTopic(name="three", replicas=3), act_id=uuid4())
    assert act.state == Act.State.DONE
    [partition] = act.answer["data"]["partitions"]
    assert sorted(partition["replicas"]) == [1, 2, 3]
    assert sorted(partition["in_sync"]) == [1, 2]
    assert perform(alice, Produce(topic="three", values="1"), act_id=uuid4()).state == Act.State.DONE


def test_a_partition_without_its_only_broker_is_said_and_can_be_written_when_it_is_back(alice, own_cluster):
    perform(alice, CreateTopic(name="test1p"), act_id=uuid4())
    leader = topics.describe_topic(alice.namespace, "test1p").partitions[0].leader
    stop(own_cluster, leader)
    act = perform(alice, Produce(topic="test1p", values="1"), act_id=uuid4())
    assert act.state == Act.State.UNKNOWN  # nobody answered: it may have been written
    assert "not known" in act.answer["words"]
    set_wanted(own_cluster.data_dir, leader, "up")
    wait_for(lambda: up_brokers() == set(BROKERS), timeout_s=60)

    def sent() -> bool:
        return perform(alice, Produce(topic="test1p", values="2"), act_id=uuid4()).state == Act.State.DONE

    wait_for(sent, timeout_s=30)


def test_with_all_brokers_down_an_act_says_that_nothing_happened_and_works_when_they_are_back(
    alice, alice_client, own_cluster
):
    lesson = get_lesson("creating-topics")
    url = reverse("act", args=[alice.klass.slug, lesson.slug, 1])
    fields = {"name": "test1p", "partitions": "1", "replicas": "1"}
    stop(own_cluster, *BROKERS)

    answer = alice_client.post(url, {**fields, "act_id": str(uuid4())}, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "Nothing happened." in answer.content.decode()
    assert 'value="test1p"' in answer.content.decode()  # what was typed is still there
    assert not check_lesson(alice, lesson)  # nothing is counted against anybody
    assert check(alice, lesson.exercises[0]).state == Attempt.State.COULD_NOT_CHECK
    page = alice_client.get(reverse("lesson", args=[alice.klass.slug, lesson.slug]))
    assert page.status_code == 200

    for broker_id in BROKERS:
        set_wanted(own_cluster.data_dir, broker_id, "up")
    wait_for(lambda: up_brokers() == set(BROKERS), timeout_s=60)
    assert alice_client.post(url, {**fields, "act_id": str(uuid4())}).status_code == 302


def test_an_act_that_was_cut_is_settled_by_looking_at_the_cluster(alice, own_cluster):
    """As after a crash of the app between Kafka's answer and the row."""
    happened = perform(alice, CreateTopic(name="test1p"), act_id=uuid4())
    never = Act.objects.create(member=alice, kind="create-topic", fields=CreateTopic(name="other").model_dump())
    lost = Act.objects.create(member=alice, kind="produce", fields=Produce(topic="test1p", values="1").model_dump())
    Act.objects.filter(pk__in=[happened.pk, never.pk, lost.pk]).update(
        state=Act.State.RUNNING, started_at="2020-01-01T00:00:00Z"
    )
    find_out(alice)
    states = {act.pk: act.state for act in Act.objects.all()}
    assert states == {happened.pk: Act.State.DONE, never.pk: Act.State.UNKNOWN, lost.pk: Act.State.UNKNOWN}


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_is_said_and_nothing_is_done(alice, alice_client, own_cluster):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such lock")
    url = reverse("act", args=[alice.klass.slug, "creating-topics", 1])
    fields = {"name": "locked-out", "partitions": "1", "replicas": "1", "act_id": str(uuid4())}
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 200")  # instead of the 20 s of the settings
    other = sqlite3.connect(django_settings.DATABASES["default"]["TEST"]["NAME"], isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        answer = alice_client.post(url, fields)
        assert answer.status_code == 503
        assert "Nothing was done" in answer.content.decode()
    finally:
        other.close()
    assert alice_client.post(url, fields).status_code == 302
