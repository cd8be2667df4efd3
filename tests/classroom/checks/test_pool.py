"""Whatever changed a seat, its exercises are checked; no page has a part in it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.utils import timezone

from lessons.classroom.changes import of_act
from lessons.classroom.checks import attempts
from lessons.classroom.checks.pool import CheckPool, CheckSettings
from lessons.classroom.checks.relevance import Memory
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.perform import perform
from lessons.classroom.process import ProcessSettings
from lessons.cluster import records, topics
from lessons.cluster.metadata import Cluster, describe_cluster
from lessons.cluster.records import Message
from lessons.course import evidence
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.produce import Produce
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.evidence import Part, Read
from lessons.course.loader import all_exercises, get_lesson
from tests.waiting import wait_for

pytestmark = [pytest.mark.usefixtures("kafka"), pytest.mark.django_db(transaction=True)]
THREE_TOPICS, NAMES = "creating-topics.three-topics", ("test1p", "test2p", "test2die")
TWO_PARTITIONS = "adding-partitions.two-partitions"
NINE_DELIVERED, ONE_TO_NINE = "producing.nine-delivered", "123456789"
OF_TEST2P = "what-do-you-notice.order"  # reads its records


@pytest.fixture
def process_settings() -> ProcessSettings:
    return ProcessSettings(checks=CheckSettings(doubt_s=0.05, others_first_s=0.0))


def create_three_topics(member) -> None:
    """As the API does it: no lesson is named, and no page is open."""
    for name in NAMES:
        perform(member, CreateTopic(name=name), act_id=uuid4())


def is_done(member, exercise: str) -> bool:
    return member.attempts.filter(exercise=exercise, state="done").exists()


def test_acts_by_the_api_tick_a_lesson_that_nobody_has_open(alice):
    create_three_topics(alice)
    wait_for(lambda: is_done(alice, THREE_TOPICS))


def test_a_program_of_ones_own_ticks_another_lesson_than_the_open_one(alice, own_process):
    close = own_process.checks.open(alice, get_lesson("consuming"))
    try:
        for name in NAMES:
            topics.create_topic(alice.namespace, name, partitions=1, replicas=1)
        wait_for(lambda: is_done(alice, THREE_TOPICS))
    finally:
        close()


def test_of_a_lesson_that_was_not_begun_only_done_is_kept(alice, own_process):
    create_three_topics(alice)
    wait_for(lambda: is_done(alice, THREE_TOPICS))
    wait_for(own_process.checks.is_idle)
    assert set(alice.attempts.values_list("state", flat=True)) == {"done"}


def test_a_check_that_fails_holds_up_no_other_and_counts_against_nobody(alice, own_process, monkeypatch):
    faulty = get_lesson("kafka-and-its-cluster").exercise("kafka-and-its-cluster.entry-points")

    def judge(self, observation, seed):
        raise KeyError("brokers")

    monkeypatch.setattr(type(faulty), "judge", judge)
    perform(alice, SubmitAnswers(exercise=faulty.id, answers={}), act_id=uuid4(), lesson="kafka-and-its-cluster")
    create_three_topics(alice)
    wait_for(lambda: is_done(alice, THREE_TOPICS))
    wait_for(own_process.checks.is_idle)
    [told_once] = alice.attempts.filter(exercise=faulty.id)
    assert told_once.state == "could_not_check"
    assert standings_of(alice)[faulty.id].attempts == 0


@pytest.fixture
def two_pools(own_process) -> Iterator[tuple[CheckPool, CheckPool, list[str]]]:
    """As of two processes; and which of them checks something."""
    checked: list[str] = []
    settings = CheckSettings(others_first_s=1.0)
    here, there = (
        CheckPool(own_process.snapshots, settings, took=lambda _, name=name: checked.append(name))
        for name in ("here", "there")
    )
    yield here, there, checked
    here.close()
    there.close()


def test_an_act_is_checked_where_the_seats_page_is_and_else_where_it_was_done(alice, own_process, two_pools):
    here, there, checked = two_pools
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)

    def act_there() -> None:
        [sent] = records.produce(alice.namespace, "test1p", [Message(value=b"1")])
        act = alice.acts.create(
            kind="produce", fields=Produce(topic="test1p", values="1").model_dump(mode="json"), line="", state="done",
            answer={"data": {"deliveries": [{"partition": 0, "offset": sent.offset}]}}, settled_at=timezone.now(),
        )  # fmt: skip
        there.hear(of_act(act))
        here.hear(of_act(act, is_own=False))
        own_process.snapshots.poke(alice.namespace)

    close = here.open(alice, get_lesson("producing"))
    try:
        wait_for(lambda: "here" in checked)
        checked.clear()
        act_there()
        wait_for(lambda: "here" in checked)
        wait_for(there.is_idle)
        assert "there" not in checked
    finally:
        close()
    act_there()
    wait_for(lambda: "there" in checked)


def noted(monkeypatch) -> list[str]:
    """The exercises that are observed from now on, as they are."""
    observed: list[str] = []
    observe = attempts._observe

    def noting(member, exercise, evidence):
        observed.append(exercise.id)
        return observe(member, exercise, evidence)

    monkeypatch.setattr(attempts, "_observe", noting)
    return observed


def test_without_a_page_what_the_seats_acts_may_have_changed_is_checked_and_read_anew(alice, own_process, monkeypatch):
    """What a program did in between no snapshot tells: it is seen when something that reads it is checked."""
    perform(alice, CreateTopic(name="test1p"), act_id=uuid4(), lesson="creating-topics")
    wait_for(own_process.checks.is_idle)
    observed = noted(monkeypatch)
    for value in ONE_TO_NINE[:-1]:
        records.produce(alice.namespace, "test1p", [Message(value=value.encode())])
    perform(alice, Produce(topic="test1p", values=ONE_TO_NINE[-1]), act_id=uuid4(), lesson="producing")
    wait_for(lambda: is_done(alice, NINE_DELIVERED))
    wait_for(own_process.checks.is_idle)
    assert not {THREE_TOPICS, "kafka-and-its-cluster.entry-points"} & set(observed)


def all_with_ids(process, member, number: int) -> bool:
    """Ids come later than the topics, and are news."""
    own = process.snapshots.latest().topics_of(member.namespace)
    return len(own) == number and all(topic.topic_id for topic in own)


def test_with_a_page_open_only_what_has_read_something_that_changed_is_checked_again(alice, own_process, monkeypatch):
    observed = noted(monkeypatch)
    for name, partitions in (("test1p", 1), ("test2p", 2)):
        perform(alice, CreateTopic(name=name, partitions=partitions), act_id=uuid4(), lesson="creating-topics")
    close = own_process.checks.open(alice, get_lesson("creating-topics"))
    try:
        wait_for(lambda: all_with_ids(own_process, alice, 2))
        wait_for(lambda: {exercise.id for exercise in all_exercises()} == set(observed))
        wait_for(own_process.checks.is_idle)
        observed.clear()
        perform(alice, Produce(topic="test1p", values="1"), act_id=uuid4(), lesson="creating-topics")
        wait_for(lambda: NINE_DELIVERED in observed)
        wait_for(own_process.checks.is_idle)
        assert not {THREE_TOPICS, "deleting-a-topic.gone", "looking-around.internal", OF_TEST2P} & set(observed)
    finally:
        close()


def test_what_a_broker_tells_that_lags_behind_is_asked_again_until_it_is_as_the_snapshot_shows_it(
    alice, own_process, monkeypatch
):
    """The broker hears of the second partition after every page has seen it, and nothing changes any more then."""
    perform(alice, CreateTopic(name="test2p"), act_id=uuid4(), lesson="adding-partitions")
    before, full_name = topics.describe_topic(alice.namespace, "test2p"), alice.namespace.full("test2p")
    describe_each, lags, asked = evidence.describe_each, threading.Event(), Counter[str]()
    lags.set()

    def describing(names, **how):
        answers = describe_each(names, **how)
        asked.update(answers.keys())
        return answers | ({full_name: before} if lags.is_set() and full_name in answers else {})

    monkeypatch.setattr(evidence, "describe_each", describing)
    close = own_process.checks.open(alice, get_lesson("adding-partitions"))
    try:
        perform(alice, AddPartitions(topic="test2p", total=2), act_id=uuid4(), lesson="adding-partitions")
        wait_for(lambda: asked[full_name] > 20)  # what has changed leads to a handful of checks
        assert not is_done(alice, TWO_PARTITIONS)
        lags.clear()
        wait_for(lambda: is_done(alice, TWO_PARTITIONS))
    finally:
        close()


def test_a_check_that_was_told_of_fewer_brokers_than_the_snapshot_shows_is_made_again(alice, own_process):
    memory, cluster, shown = Memory(), describe_cluster(), own_process.snapshots.latest()
    memory.keep_found(alice.pk, {Read(Part.BROKERS): cluster})
    assert memory.read_otherwise(alice.pk, shown, alice.namespace) == set()
    lags_behind = Cluster(cluster.cluster_id, dict(list(cluster.addresses.items())[1:]))
    memory.keep_found(alice.pk, {Read(Part.BROKERS): lags_behind})
    assert memory.read_otherwise(alice.pk, shown, alice.namespace) == {Read(Part.BROKERS)}


def test_an_act_on_another_topic_wakes_no_check_that_asks_for_acts_on_its_own_alone(alice, own_process, monkeypatch):
    """*By one alone* reads what was sent to `receipts`; *Nine bikes leave* reads to which other topics anything was sent."""
    by_one, observed = "what-delivered-means.can-it-be-read", noted(monkeypatch)
    for name in ("test1p", "receipts"):
        perform(alice, CreateTopic(name=name), act_id=uuid4(), lesson="creating-topics")
    close = own_process.checks.open(alice, get_lesson("producing"))

    def observed_after_sending_to(topic: str) -> list[str]:
        wait_for(lambda: all_with_ids(own_process, alice, 2))
        wait_for(own_process.checks.is_idle)
        observed.clear()
        perform(alice, Produce(topic=topic, values="1"), act_id=uuid4(), lesson="producing")
        wait_for(lambda: NINE_DELIVERED in observed)
        wait_for(own_process.checks.is_idle)
        return list(observed)

    try:
        wait_for(lambda: by_one in observed)
        assert by_one not in observed_after_sending_to("test1p")
        assert by_one in observed_after_sending_to("receipts")
    finally:
        close()
