"""What was typed into an exercise is stored, or it is said that it was not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from lessons.classroom.access import get_exercise
from lessons.classroom.checks.attempts import check as check_now
from lessons.classroom.checks.attempts import evidence_in, seed_of
from lessons.classroom.models import Act
from lessons.cluster import topics
from lessons.cluster.snapshots import SnapshotTaker
from lessons.course.loader import get_lesson
from tests.course.test_course import take

pytestmark = pytest.mark.usefixtures("kafka")
INTERNAL, ORDER = "looking-around.internal", "what-do-you-notice.order"
TYPED = "kafka-and-its-cluster.entry-points"


def check(client, member, exercise: str, *, is_htmx: bool = True, **typed: str):
    lesson = exercise.partition(".")[0]
    headers = {"HX-Request": "true"} if is_htmx else {}
    return client.post(reverse("check", args=[member.klass.slug, lesson, exercise]), typed, headers=headers)


@pytest.mark.parametrize("is_htmx", [True, False], ids=["htmx", "without JavaScript"])
def test_a_refused_answer_says_so_at_its_field(is_htmx, alice, alice_client):
    answer = check(alice_client, alice, TYPED, is_htmx=is_htmx, brokers="many")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "whole number" in page.partition('class="field-error"')[2]
    assert ("</html>" in page) is not is_htmx
    assert not alice.acts.exists()


@pytest.mark.usefixtures("nothing_answers")
def test_while_the_cluster_is_away_what_was_marked_is_refused_aloud_and_stays_in_the_page(alice, alice_client):
    answer = check(alice_client, alice, INTERNAL, internal="__consumer_offsets")
    assert answer.status_code == 503
    assert answer["HX-Reswap"] == "none"
    assert not alice.acts.exists()


def test_questions_stay_while_no_broker_answers(alice):
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    [exercise] = get_lesson("looking-around").exercises
    before = SnapshotTaker().take(frozenset({alice.namespace.prefix}))
    away = replace(before, problem="No broker answers.")
    asked = [exercise.questions(evidence_in(each, alice), seed_of(alice, exercise)) for each in (before, away)]
    assert asked[0] is not None
    assert asked[0].model_json_schema() == asked[1].model_json_schema()


def test_an_answer_to_questions_that_are_gone_is_refused_aloud(alice, alice_client):
    """They were answered rightly in another tab: nothing is asked any more."""
    _, order = get_exercise(ORDER)
    take(alice, order, order.solution)
    check_now(alice, order)
    acts = Act.objects.count()
    answer = check(alice_client, alice, ORDER, ordered="1 before 2")
    assert answer.status_code == 422
    assert "have changed since the page was made" in answer.content.decode()
    assert Act.objects.count() == acts
    assert check(alice_client, alice, ORDER).status_code == 200
