"""Whether work is late: the act that did it decides, else the moment in which it was first seen done."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from lessons.classroom.checks.attempts import check, check_lesson
from lessons.classroom.checks.deciding_act import deciding_act, stored
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Act, Attempt, Observation
from lessons.classroom.perform import perform
from lessons.cluster import topics
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.list_topics import ListTopics
from lessons.course.evidence import Part, Read
from lessons.course.loader import all_exercises, get_lesson

pytestmark = pytest.mark.django_db(transaction=True)
BY_ID = {exercise.id: exercise for exercise in all_exercises()}
THREE_TOPICS, TWO = BY_ID["creating-topics.three-topics"], BY_ID["adding-partitions.two-partitions"]
GONE = BY_ID["deleting-a-topic.gone"]
PLACE, WHERE = BY_ID["consuming.exact-place"], BY_ID["what-do-you-notice.where"]
NAMES = ("test1p", "test2p", "test2die")
TOPICS = [Read(Part.TOPIC, name) for name in NAMES]
NOW, HOUR = timezone.now(), timedelta(hours=1)


def act(member, kind: str, *, ago, state: str = "done", **fields) -> Act:
    settled = None if state == "running" else NOW - ago
    return Act.objects.create(member=member, kind=kind, fields=fields, state=state, settled_at=settled)


def seen(member, exercise, read, *, ago=timedelta(0)) -> Observation:
    return Observation.objects.create(
        member=member, exercise=exercise.id, version=1, data={}, read=stored(read), observed_at=NOW - ago
    )


def test_what_has_nothing_to_do_with_it_decides_nothing(alice):
    created = act(alice, "create-topic", ago=2 * HOUR, name="test1p")
    act(alice, "list-topics", ago=HOUR)
    act(alice, "create-topic", ago=HOUR, name="another")
    act(alice, "describe-topic", ago=HOUR, topic="test1p")
    act(alice, "produce", ago=HOUR, topic="test1p")
    assert deciding_act(alice, seen(alice, THREE_TOPICS, TOPICS), THREE_TOPICS) == created


def test_an_act_on_several_topics_decides_for_each_of_them(alice):
    created = act(alice, "create-topics", ago=2 * HOUR, names="test1p\ntest2p")
    act(alice, "create-topics", ago=HOUR, names="another\ntest3r")
    assert deciding_act(alice, seen(alice, THREE_TOPICS, TOPICS), THREE_TOPICS) == created


def test_an_act_after_which_a_check_remembers_that_nothing_was_begun_did_not_do_it(alice):
    """The topic was made in time by a form, and deleted late by a program: no attempt says what was seen in between."""
    made = act(alice, "create-topic", ago=3 * HOUR, name="test2die")
    read = [Read(Part.TOPIC, "test2die")]
    checked = seen(alice, GONE, read)
    assert deciding_act(alice, checked, GONE) == made
    seen(alice, GONE, read, ago=2 * HOUR)
    assert deciding_act(alice, checked, GONE) is None


def test_a_refusal_decides_too_for_an_exercise_may_ask_for_one(alice):
    refused = act(alice, "add-partitions", ago=HOUR, state="refused", topic="test2p")
    act(alice, "produce", ago=timedelta(0), topic="test2p")
    assert deciding_act(alice, seen(alice, TWO, [Read(Part.ACTS, "add-partitions")]), TWO) == refused


def test_of_the_answers_those_to_this_exercise_decide(alice):
    read = [Read(Part.ACTS, "submit-answers"), Read(Part.ACTS, "produce"), Read(Part.TOPIC, "test2p")]
    answered = act(alice, "submit-answers", ago=2 * HOUR, exercise=WHERE.id)
    act(alice, "submit-answers", ago=HOUR, exercise="another.one")
    act(alice, "produce", ago=HOUR, topic="test1p")
    assert deciding_act(alice, seen(alice, WHERE, read), WHERE) == answered


def test_as_of_an_earlier_moment_a_later_act_decides_nothing(alice):
    first = act(alice, "create-topic", ago=2 * HOUR, name="test1p")
    act(alice, "create-topic", ago=timedelta(0), name="test2p")
    assert deciding_act(alice, seen(alice, THREE_TOPICS, TOPICS), THREE_TOPICS, until=NOW - HOUR) == first


def test_with_a_consumer_that_runs_the_moment_decides_in_which_it_was_seen(alice):
    read = [Read(Part.TOPIC, "test1p"), Read(Part.RECORDS, "test1p"), Read(Part.GROUPS)]
    act(alice, "produce", ago=2 * HOUR, topic="test1p")
    running = act(alice, "consume", ago=HOUR, state="running", topic="test1p", group_id="a")
    observation = seen(alice, PLACE, read)
    assert deciding_act(alice, observation, PLACE) is None
    Act.objects.filter(pk=running.pk).update(state="done", settled_at=NOW - HOUR)
    assert deciding_act(alice, observation, PLACE) == Act.objects.get(pk=running.pk)


@pytest.mark.parametrize(("by", "decides"), [("the same check", False), ("another check", True)])
def test_an_act_after_which_the_same_check_said_not_yet_did_not_do_it(alice, by, decides):
    """Another check: it was judged again since, and what that one said does not make early work late."""
    created = act(alice, "create-topic", ago=3 * HOUR, name="test1p")
    Attempt.objects.create(
        member=alice, exercise=THREE_TOPICS.id, state="not_yet", observation=seen(alice, THREE_TOPICS, TOPICS, ago=2 * HOUR),
        check_hash=THREE_TOPICS.text_hash if by == "the same check" else "0" * 64,
    )  # fmt: skip
    assert deciding_act(alice, seen(alice, THREE_TOPICS, TOPICS), THREE_TOPICS) == (created if decides else None)


@pytest.fixture
def due(alice):
    """An hour ago; late work is worth nothing."""
    alice.klass.due_at, alice.klass.late_rule = NOW - HOUR, "nothing"
    alice.klass.save()


def backdate(member) -> None:
    member.acts.update(settled_at=NOW - 2 * HOUR)
    Observation.objects.filter(member=member).update(observed_at=NOW - 2 * HOUR)


@pytest.mark.usefixtures("kafka", "due")
def test_done_in_time_it_is_not_late_whatever_else_is_done_before_it_is_checked(alice, own_process):
    own_process.checks.close()
    for name in NAMES:
        perform(alice, CreateTopic(name=name), act_id=uuid4())
    backdate(alice)
    perform(alice, ListTopics(), act_id=uuid4())
    check(alice, THREE_TOPICS)
    standing = standings_of(alice)[THREE_TOPICS.id]
    assert (standing.state, standing.is_late, standing.points) == ("done", False, 2)


@pytest.mark.usefixtures("kafka", "due")
def test_done_late_by_a_program_of_ones_own_it_is_late_whatever_was_done_in_time(alice, own_process):
    own_process.checks.close()
    perform(alice, CreateTopic(name="test1p"), act_id=uuid4(), lesson="creating-topics")
    assert check_lesson(alice, get_lesson("creating-topics"))
    backdate(alice)
    alice.attempts.update(decided_at=NOW - 2 * HOUR)
    Observation.objects.filter(member=alice).update(observed_at=NOW - 2 * HOUR + timedelta(seconds=1))
    for name in NAMES[1:]:
        topics.create_topic(alice.namespace, name, partitions=1, replicas=1)
    assert check(alice, THREE_TOPICS).deciding_act is None
    assert standings_of(alice)[THREE_TOPICS.id].is_late
