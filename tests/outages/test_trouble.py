"""Brokers that are down, a disk that hangs, a database that is locked: a sentence for the learner, and nothing is lost.

A broker that is stopped by SIGSTOP is what a disk that hangs looks like from outside: its connections stand, and nothing
is answered. After broker.session.timeout.ms the others go on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.checks.attempts import check, check_lesson
from lessons.classroom.grading.deciding import cells_of, recheck
from lessons.classroom.grading.standings import DONE, NOT_BEGUN_YET, progress, standings_of
from lessons.classroom.limits import LimitSettings
from lessons.classroom.models import Act, Attempt, Member
from lessons.classroom.people.seats import take_seat
from lessons.classroom.perform import perform
from lessons.classroom.process import ProcessSettings
from lessons.classroom.settling import CUT_AFTER_S, find_out
from lessons.cluster import topics
from lessons.cluster.errors import KafkaUnavailable
from lessons.cluster.metadata import list_metadata
from lessons.course.acts import ACTIONS
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.base import Action
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.produce import Produce
from lessons.course.exercise import Exercise
from lessons.course.loader import all_exercises, lessons
from lessons.embedded.state import set_wanted
from tests.course.test_course import take
from tests.outages.trouble import (
    AGAIN,
    BROKERS,
    RECORD_ALONE,
    aside,
    at_once,
    create_internal_topics,
    cut_act,
    cut_check,
    ends_badly,
    every_act,
    exercises_tried,
    exists,
    fields_of_every_act,
    finish_everything,
    go_on,
    hang,
    is_settled,
    is_unchecked,
    kill_all,
    late,
    make_topics,
    room_of,
    seen_wrongly,
    start_all,
    values_in,
)
from tests.waiting import wait_for
from tests.web.sockets.test_live_page import parts

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db(transaction=True)  # the acts run on threads


@pytest.fixture
def process_settings() -> ProcessSettings:
    """One seat has every kind of act running at the same moment, and soon again, which is more than a person may."""
    return ProcessSettings(limits=LimitSettings(most_running=len(ACTIONS), most_acts=10 * len(ACTIONS)))


# --- What is tried -----------------------------------------------------------------------------------------------


def test_with_one_broker_down_a_topic_is_led_by_the_others_and_its_third_replica_is_not_in_sync(alice, own_cluster):
    """KRaft places a replica on a broker that is registered and down: it catches up later. Not on one that is going down."""
    set_wanted(own_cluster.data_dir, 3, "stopped")
    wait_for(lambda: not own_cluster.brokers[2].runs)
    wait_for(lambda: 3 not in list_metadata(asked="Look who is up").brokers)
    act = perform(alice, CreateTopic(name="three", replicas=3), act_id=uuid4())
    assert act.state == Act.State.DONE
    [partition] = act.answer["data"]["partitions"]
    assert sorted(partition["replicas"]) == [1, 2, 3]
    assert sorted(partition["in_sync"]) == [1, 2]
    assert perform(alice, Produce(topic="three", values="1"), act_id=uuid4()).state == Act.State.DONE


def test_a_broker_that_hangs_in_the_middle_of_every_act_and_every_check_costs_nobody_anything(alice, own_cluster):
    make_topics(alice, 1, *AGAIN)
    create_internal_topics(alice)  # now: one of the exercises asks which internal topics there are
    hung = topics.create_topic(alice.namespace, "alone", partitions=1, replicas=1).partitions[0].leader
    seats = {exercise: take_seat(alice.klass, exercise.title) for exercise in exercises_tried()}
    at_once({each: partial(solve, seats[each], each) for each in seats}, most=6)

    asked = {**every_act(1), "produce to alone": Produce(topic="alone", values="1")}
    moment = Barrier(len(asked) + len(seats), action=partial(hang, own_cluster, hung))
    acts = {name: partial(perform, alice, cut_act(action, moment), act_id=uuid4()) for name, action in asked.items()}
    checks = {each: partial(check, seat, cut_check(each, moment)) for each, seat in seats.items()}
    try:
        found = at_once({**acts, **checks})
    finally:
        go_on(own_cluster)
    assert ends_badly([found[name] for name in asked], states={Act.State.DONE, Act.State.UNKNOWN}) == []
    assert (
        seen_wrongly((found[each] for each in seats), states={Attempt.State.DONE, Attempt.State.COULD_NOT_CHECK}) == []
    )

    find_out(alice)
    happened = {act.kind for act in alice.acts.filter(state=Act.State.DONE)}
    # The broker that hung may be asked, and hears of both a moment later.
    wait_for(lambda: "create-topic" not in happened or exists(alice, "new1"))
    wait_for(lambda: "delete-topic" not in happened or not exists(alice, "old1"))
    sent = asked["produce"].values.split("\n")
    kept = [value for value in values_in(alice, "kept") if value in sent]
    assert sorted(kept) == sent or found["produce"].state == Act.State.UNKNOWN

    for turn in AGAIN:
        again = {kind: partial(perform, alice, action, act_id=uuid4()) for kind, action in every_act(turn).items()}
        acts = list(at_once(again).values())
        if not late(acts):
            break
    assert ends_badly(acts, states={Act.State.DONE}) == []
    checked: dict[Exercise, Attempt] = {}
    for _turn in AGAIN:  # a coordinator may be on its way back to the broker that hung
        open_ones = [each for each in seats if each not in checked or is_unchecked(checked[each])]
        checked |= at_once({each: partial(check, seats[each], each) for each in open_ones})
    assert seen_wrongly(checked.values(), states={Attempt.State.DONE}) == []


def solve(seat: Member, exercise: Exercise) -> None:
    """On a busy machine the members of a group may not come together in the seconds that their act takes."""
    for _try in AGAIN:
        take(seat, exercise, exercise.solution)
        if check(seat, exercise).state == Attempt.State.DONE:
            return


def test_a_create_that_every_broker_hung_in_is_settled_when_they_go_on(alice, own_cluster, monkeypatch):
    """They hang when Kafka has created the topic, and its numbers are asked for."""
    find_topic = topics.find_topic

    def hang_and_find(*args, **kwargs):
        monkeypatch.setattr(topics, "find_topic", find_topic)  # the check that follows the act asks, too
        hang(own_cluster, *BROKERS)
        return find_topic(*args, **kwargs)

    monkeypatch.setattr(topics, "find_topic", hang_and_find)
    try:
        act = perform(alice, CreateTopic(name="test1p", replicas=3), act_id=uuid4())
    finally:
        go_on(own_cluster)
    assert ends_badly([act], states={Act.State.UNKNOWN}) == []
    wait_for(lambda: is_settled(act))
    assert act.answer["data"]["topic_id"] == topics.describe_topic(alice.namespace, "test1p").topic_id


def ask(client: Client, member: Member, kind: str, fields: dict[str, Any]) -> int:
    """The status of the answer to the form of the first lesson that has one for such an act; else of the API's."""
    places = [(lesson.slug, index, block) for lesson in lessons() for index, block in enumerate(lesson.blocks)]
    forms = [(slug, index) for slug, index, block in places if (block.kind, block.name) == ("act", kind)]
    if forms:
        return client.post(reverse("act", args=[member.klass.slug, *forms[0]]), fields, headers=HTMX).status_code
    url = f"/api/v1/classes/{member.klass.slug}/acts/{kind}"
    return client.post(url, fields, content_type="application/json").status_code


def ask_for_every_act(client: Client, member: Member, turn: int) -> dict[str, Callable[[], int]]:
    return {kind: partial(ask, client, member, kind, fields) for kind, fields in fields_of_every_act(turn).items()}


def is_all_done(member: Member) -> bool:
    standings = standings_of(member)
    return all(standings.get(exercise.id, NOT_BEGUN_YET).state == DONE for exercise in all_exercises())


def try_everything_in_vain(alice: Member, client: Client, bob: Member, dora: Member) -> None:
    """Bob has done every exercise, Dora none."""
    asked = ask_for_every_act(client, alice, 1)
    checks = {(each.id, who): partial(check, who, each) for each in exercises_tried() for who in (bob, dora)}
    looks = {(each.slug, who): partial(check_lesson, who, each) for each in lessons() for who in (bob, dora)}
    urls = [reverse("lesson", args=[alice.klass.slug, lesson.slug]) for lesson in lessons()]
    pages = {url: partial(client.get, url) for url in urls}
    found = at_once({**asked, **checks, **looks, **pages})

    assert {kind: found[kind] for kind in asked} == {**dict.fromkeys(asked, 503), "submit-answers": 200}
    failed = alice.acts.filter(state=Act.State.FAILED)
    assert {act.kind for act in failed} == asked.keys() - {"submit-answers"}
    assert ends_badly(failed, states={Act.State.FAILED}) == []
    of_the_cluster = (found[exercise, who] for exercise, who in checks if exercise not in RECORD_ALONE)
    assert seen_wrongly(of_the_cluster, states={Attempt.State.COULD_NOT_CHECK}) == []
    judged = Attempt.objects.filter(member=dora).exclude(observation=None)
    assert {attempt.exercise for attempt in judged} == RECORD_ALONE
    assert not dora.attempts.filter(state=Attempt.State.DONE).exists()
    assert not any(found[slug, who] for slug, who in looks if who == bob)
    assert is_all_done(bob)
    assert {url: found[url].status_code for url in pages} == dict.fromkeys(pages, 200)


async def test_with_the_cluster_gone_nothing_happens_and_nothing_counts_and_open_pages_go_on_when_it_is_back(
    classroom, alice_client, own_cluster
):
    alice, bob, dora = classroom.alice, classroom.bob, await aside(take_seat, classroom.klass, "Dora")
    await aside(make_topics, alice, 1, *AGAIN)
    await aside(finish_everything, bob)
    async with room_of(alice) as room:
        page, consumer = room.open("live/lesson?lesson=creating-topics"), await room.consume(topic="kept")
        await page.until(lambda: 'data-state="up"' in parts(page).get("part-brokers", ""))
        await consumer.until_kind("assigned")

        await aside(kill_all, own_cluster)
        in_vain = await room.consume(topic="kept", group_id="in-vain")
        await aside(try_everything_in_vain, alice, alice_client, bob, dora)
        await in_vain.until_kind("stopped")
        assert "try again" in in_vain.last("problem")["words"]
        await page.until(lambda: "No broker answers." in parts(page)["part-brokers"])

        await aside(start_all, own_cluster)
        await page.until(lambda: 'data-state="up"' in parts(page)["part-brokers"])
        for turn in AGAIN:
            answers = await aside(at_once, ask_for_every_act(alice_client, alice, turn))
            acts = await aside(lambda number: list(alice.acts.order_by("-started_at")[:number]), len(answers))
            if not late(acts):
                break
        assert ends_badly(acts, states={Act.State.DONE}) == []
        assert answers == dict.fromkeys(answers, 200)
        await consumer.until(lambda: "second" in {record["value"].get("text") for record in consumer.records})
        for name in ("test1p", "test2p", "test2die"):
            await aside(perform, alice, CreateTopic(name=name), act_id=uuid4())
        await page.until(lambda: 'data-state="done"' in parts(page)["exercise-creating-topics-three-topics"])
        assert (await aside(check, dora, all_exercises()[0])).state == Attempt.State.NOT_YET


def test_acts_that_were_cut_are_settled_by_looking_at_the_cluster(alice, own_cluster):
    """Running: the app crashed between Kafka's answer and the row. Unknown: Kafka gave no answer."""
    make_topics(alice)
    perform(alice, CreateTopic(name="again"), act_id=uuid4())
    kept = CreateTopic(name="kept", partitions=3, replicas=3)
    cut = {
        "illegal": (Act.State.RUNNING, 3600, CreateTopic(name="bad name!")),
        "happened": (Act.State.RUNNING, 3600, kept),
        "happened in silence": (Act.State.UNKNOWN, 3600, AddPartitions(topic="kept", total=3)),
        "never happened": (Act.State.RUNNING, 3600, CreateTopic(name="never")),
        "lost": (Act.State.RUNNING, 3600, Produce(topic="kept", values="1")),
        "done by another act": (Act.State.UNKNOWN, 3600, CreateTopic(name="again")),
        "done by somebody else": (Act.State.UNKNOWN, 3600, CreateTopic(name="kept")),
        "happens later": (Act.State.UNKNOWN, 5, CreateTopic(name="late")),
    }
    acts = {how: cut_row(alice, action, state=state, age_s=age_s) for how, (state, age_s, action) in cut.items()}
    assert what_became_of(acts) == {"happened", "happened in silence"}
    for name in ("never", "late"):
        topics.create_topic(alice.namespace, name, partitions=1, replicas=1)
    assert what_became_of(acts) == {"happened", "happened in silence", "happens later"}


def test_a_recheck_goes_on_past_what_a_broker_that_is_down_keeps_from_it(classroom, own_cluster):
    alice = classroom.alice
    [partition] = topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1).partitions
    for exercise in all_exercises():
        Attempt.objects.create(member=alice, exercise=exercise.id, state=Attempt.State.NOT_YET, check_hash="")
    set_wanted(own_cluster.data_dir, partition.leader, "killed")
    wait_for(lambda: leader_of(alice, "test1p") is None)
    cells = cells_of(classroom.klass, alice, None)
    portions = [recheck(cells, classroom.greta)]
    while (cursor := portions[-1].cursor) is not None and not portions[-1].is_away:
        portions.append(recheck(cells, classroom.greta, after=cursor))
    assert sum(portion.checks for portion in portions) == len(all_exercises())
    could_not = alice.attempts.filter(state=Attempt.State.COULD_NOT_CHECK)
    assert 0 < sum(portion.failed for portion in portions) == could_not.count() < len(all_exercises())
    assert "no leader" in next(portion.problem for portion in portions if portion.problem)
    assert progress(alice)["points_total"] == sum(
        each.points for each in all_exercises() if each.id not in set(could_not.values_list("exercise", flat=True))
    )


def leader_of(member: Member, name: str) -> int | None:
    """-1 while nobody can say: the broker that was killed may have been asked, or have led the others."""
    try:
        return topics.describe_topic(member.namespace, name).partitions[0].leader
    except KafkaUnavailable:
        return -1


def cut_row(member: Member, action: Action, *, state: str, age_s: float) -> Act:
    then = timezone.now() - timedelta(seconds=age_s)
    settled_at = then if state == Act.State.UNKNOWN else None
    return Act.objects.create(
        member=member,
        kind=action.kind,
        fields=action.model_dump(),
        state=state,
        started_at=then,
        alive_at=then,
        settled_at=settled_at,
    )


def what_became_of(acts: Mapping[str, Act]) -> set[str]:
    """Which of them are done as far as can be found out; the others are not known."""
    find_out(next(iter(acts.values())).member)
    for act in acts.values():
        act.refresh_from_db()
    assert {act.state for act in acts.values()} == {Act.State.DONE, Act.State.UNKNOWN}
    return {how for how, act in acts.items() if act.state == Act.State.DONE}


@contextmanager
def locked_rows() -> Iterator[None]:
    """Somebody else holds the lock of every act's row, and we wait for it for 0.2 s only."""
    other = connection.copy()
    with connection.cursor() as ours, other.cursor() as theirs:
        if connection.vendor == "sqlite":
            ours.execute("PRAGMA busy_timeout = 200")  # instead of the 20 s of the settings
            theirs.execute("BEGIN EXCLUSIVE")
        else:
            ours.execute("SET lock_timeout = 200")
            theirs.execute("BEGIN; LOCK TABLE lessons_act")
        try:
            yield
        finally:
            theirs.execute("ROLLBACK")
            if connection.vendor != "sqlite":
                ours.execute("RESET lock_timeout")
    other.close()


def test_a_locked_database_is_said_and_nothing_is_done(alice, alice_client, own_cluster):
    url = reverse("act", args=[alice.klass.slug, "creating-topics", 1])
    fields = {"names": "locked-out", "partitions": "1", "replicas": "1", "act_id": str(uuid4())}
    with locked_rows():
        answer = alice_client.post(url, fields)
    assert answer.status_code == 503
    assert "The database is busy" in answer.content.decode()
    assert not exists(alice, "locked-out")
    assert alice_client.post(url, fields).status_code == 302


def test_an_answer_that_the_database_does_not_take_is_no_reason_to_send_it_again(
    alice, alice_client, own_cluster, monkeypatch
):
    """Kafka has created the topic, and then the lock is there."""
    url, fields = f"/api/v1/classes/{alice.klass.slug}/acts/create-topic", {"name": "created", "act_id": str(uuid4())}
    run = CreateTopic.run

    with ExitStack() as after_the_answer:

        def run_and_be_locked_out(action, namespace):
            answer = run(action, namespace)
            after_the_answer.enter_context(locked_rows())
            return answer

        monkeypatch.setattr(CreateTopic, "run", run_and_be_locked_out)
        said = alice_client.post(url, fields, content_type="application/json")
    assert said.status_code == 504
    assert "Do not send it again" in said.json()["advice"]
    monkeypatch.undo()

    act = alice.acts.get()
    assert act.state == Act.State.RUNNING
    alice.acts.update(alive_at=timezone.now() - timedelta(seconds=2 * CUT_AFTER_S))
    find_out(alice)
    assert is_settled(act)
    assert act.answer["data"]["topic_id"] == topics.describe_topic(alice.namespace, "created").topic_id
