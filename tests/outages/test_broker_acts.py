"""Stopping, killing and starting a broker, on three that may be stopped."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from lessons.classroom import perform as perform_module
from lessons.classroom import process
from lessons.classroom.models import Act
from lessons.classroom.perform import perform
from lessons.cluster import topics
from lessons.course import own_brokers
from lessons.course.acts import ACTIONS, _broker_act
from lessons.course.acts.kill_broker import KillBroker
from lessons.course.own_brokers import brokers_now
from lessons.embedded import BrokerStatus, set_wanted, wanted
from lessons.embedded.process import mark
from lessons.embedded.state import status, write_status
from lessons.web.view_models.lesson import answer_card
from tests.signing_in import browser_of
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)  # two instructors are two threads


@pytest.fixture(autouse=True)
def as_long_as_it_takes(monkeypatch) -> None:
    """Three workers start brokers and browsers meanwhile."""
    monkeypatch.setattr(_broker_act, "WAIT_S", 60.0)


def do(member, verb: str, broker: int) -> Act:
    return perform(member, ACTIONS[f"{verb}-broker"](broker=broker), act_id=uuid4())


@pytest.fixture
def folder(tmp_path, monkeypatch, kafka):
    """A data folder in which nothing runs, as a broker sees it that has not come up."""
    monkeypatch.setattr(own_brokers, "_data_dir", tmp_path)
    return tmp_path


def test_a_broker_that_is_down_for_any_reason_counts(folder, classroom):
    write_status(folder, BrokerStatus(2, "failed", problem="It ran out of memory."))
    act = do(classroom.ines, "stop", 1)
    assert act.answer["words"].startswith("Broker 2 is not serving now, and two of the three must.")


def test_a_broker_stays_down_since_it_went_down(folder):
    set_wanted(folder, 2, "stopped")
    write_status(folder, BrokerStatus(2, "down"))
    since = status(folder, 2).since
    write_status(folder, BrokerStatus(2, "down"))  # as a new `up` does
    assert status(folder, 2).since == since > 0
    assert [(each.state, each.may_start) for each in brokers_now()][1] == ("down", True)


def test_the_time_said_is_all_that_was_waited_also_for_what_came_before_the_broker_was_asked(
    folder, classroom, monkeypatch
):
    now = 0.0

    def wait(*_: object, **__: object) -> None:
        nonlocal now
        now += 2.5

    for broker in (2, 3):
        write_status(folder, BrokerStatus(broker, "up", mark(os.getpid())))
    clock = SimpleNamespace(monotonic=lambda: now, perf_counter=lambda: now)
    monkeypatch.setattr(_broker_act, "time", clock)
    monkeypatch.setattr(perform_module, "time", clock)
    monkeypatch.setattr(KillBroker, "_led", wait)
    monkeypatch.setattr(process.current().limits, "count_act", wait)
    act = do(classroom.ines, "kill", 1)
    assert (act.answer["words"], act.answer["took_ms"]) == ("Broker 1 is down after 2.5 s.", 5000)
    assert answer_card(act).headline == "Done in 5.0 s."


def address(classroom, verb: str = "stop", broker: int = 1) -> str:
    return reverse("broker-act", args=[classroom.klass.slug, broker, verb])


def test_it_asks_first_and_answers_on_the_page_without_javascript(folder, classroom):
    ines = browser_of(classroom.ines)
    asked = ines.get(address(classroom)).content.decode()
    assert "Stop kafka1?" in asked
    assert "kafka-server-stop.sh" in asked
    assert Act.objects.count() == 0
    done = ines.post(address(classroom), {"act_id": str(uuid4())}, follow=True)
    assert "This app refused." in done.content.decode()
    assert "Broker 2 is not serving now" in done.content.decode()
    assert [act.kind for act in Act.objects.all()] == ["stop-broker"]


def test_there_is_no_broker_four_and_no_other_verb(folder, classroom):
    ines = browser_of(classroom.ines)
    assert ines.get(address(classroom, broker=4)).status_code == 404
    assert ines.get(address(classroom, "eat")).status_code == 404


def buttons(client: Client, classroom) -> int:
    return client.get(reverse("room", args=[classroom.klass.slug])).content.decode().count("Start…")


def test_who_teaches_has_buttons_who_grades_has_none_and_with_ones_own_cluster_nobody(folder, classroom, monkeypatch):
    set_wanted(folder, 2, "stopped")
    assert buttons(browser_of(classroom.ines), classroom) == 1
    assert buttons(browser_of(classroom.greta), classroom) == 0
    monkeypatch.setattr(own_brokers, "_data_dir", None)
    assert buttons(browser_of(classroom.ines), classroom) == 0
    api = f"/api/v1/classes/{classroom.klass.slug}/acts/stop-broker"
    answer = browser_of(classroom.ines).post(api, {"broker": 1}, content_type="application/json")
    assert (answer.status_code, Act.objects.count()) == (404, 0)
    assert browser_of(classroom.ines).get(address(classroom)).status_code == 404


@pytest.fixture
def embedded(own_cluster, monkeypatch):
    monkeypatch.setattr(own_brokers, "_data_dir", own_cluster.data_dir)
    wait_for(lambda: all(each.may_stop for each in brokers_now()))
    return own_cluster


def picture_of(member, topic: str):
    process.current().snapshots.poke()
    seen = process.current().snapshots.latest()
    [found] = [each for each in seen.topics if each.name == member.namespace.full(topic)]
    return {each.id: each.up for each in seen.brokers}, found.partitions[0]


def test_a_stop_moves_leaders_shrinks_the_in_sync_set_and_a_second_one_is_refused(embedded, classroom):
    ines = classroom.ines
    topic = topics.create_topic(classroom.alice.namespace, "kept", partitions=1, replicas=3)
    leader = topic.partitions[0].leader
    stopped = do(ines, "stop", leader)
    assert stopped.state == "done", stopped.answer
    assert stopped.answer["words"].startswith(f"Broker {leader} is down after ")
    assert stopped.answer["data"]["led"] >= 1
    brokers, partition = wait_for(
        lambda: (
            (seen := picture_of(classroom.alice, "kept"))[1].leader not in (None, leader)
            and leader not in seen[1].in_sync
            and seen
        ),
    )
    assert (brokers[leader], len(partition.in_sync)) == (False, 2)
    other = next(each for each in (1, 2, 3) if each != leader)
    refused = do(ines, "kill", other)
    assert (refused.state, refused.answer["code"], refused.answer["speaker"]) == ("refused", "NO_QUORUM", "This app")
    assert wanted(embedded.data_dir, other) == "up"
    assert do(ines, "stop", leader).answer["code"] == "BROKER_DOWN"
    started = do(ines, "start", leader)
    assert (started.state, started.answer["words"][:14]) == ("done", f"Broker {leader} is up"), started.answer
    assert do(ines, "start", leader).answer["code"] == "BROKER_WANTED"


def test_of_two_instructors_who_kill_one_each_at_once_one_is_refused(embedded, classroom):
    def kill(broker: int) -> Act:
        try:
            return do(classroom.ines, "kill", broker)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        acts = list(threads.map(kill, (1, 2)))
    assert sorted(act.state for act in acts) == ["done", "refused"]
    [killed] = [act for act in acts if act.state == "done"]
    wait_for(
        lambda: process.current().outbox.publish_unsent(classroom.klass) or not Act.objects.filter(feed_offset=None),
    )
    assert [each.broker_id for each in brokers_now() if each.state == "down"] == [killed.fields["broker"]]
    assert [each.broker_id for each in brokers_now() if each.may_stop] == []
