"""Another look at the live cluster: of one cell, of a column, of everything."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lessons.classroom.grading import deciding
from lessons.classroom.grading.standings import NOT_BEGUN_YET, standings_of
from lessons.classroom.models import Attempt, Change
from lessons.classroom.people.seats import set_removed
from lessons.classroom.perform import perform
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import all_exercises
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
EXERCISE = "creating-topics.three-topics"


@pytest.fixture
def greta(classroom) -> Client:
    return browser_of(classroom.greta)


def solve(member) -> None:
    for name in ("test1p", "test2p", "test2die"):
        perform(member, CreateTopic(name=name), act_id=uuid4(), lesson="creating-topics")


def looked_at(member, state: str) -> None:
    Attempt.objects.create(member=member, exercise=EXERCISE, state=state, check_hash="0" * 64)


def recheck(client: Client, klass, **fields: str) -> dict[str, str]:
    """What the redirect tells the page that shows how far it came."""
    answer = client.post(reverse("re-check", args=[klass.slug]), fields)
    assert answer.status_code == 302, answer.content
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}


def progress(client: Client, klass, told: dict[str, str]) -> str:
    return client.get(reverse("re-check", args=[klass.slug]), told).content.decode()


def stands(member) -> str:
    return standings_of(member).get(EXERCISE, NOT_BEGUN_YET).state


def test_a_column_is_looked_at_and_who_has_not_begun_still_has_not(greta, classroom):
    solve(classroom.alice)
    told = recheck(greta, classroom.klass, exercise=EXERCISE)
    assert (told["after"], told["new"]) == ("end", "1")
    assert (stands(classroom.alice), stands(classroom.bob)) == ("done", "")
    page = progress(greta, classroom.klass, told)
    assert "Re-checked" in page
    assert "<b>2</b> of 2 checked" in page
    column, of_alice = Change.objects.order_by("pk")
    assert (column.kind, column.by, column.data) == ("re-check", classroom.greta, {"exercise": EXERCISE, "checks": 2})
    assert (of_alice.seat, of_alice.data["state"]) == (classroom.alice, "done")


def test_done_stays_done_and_an_attempt_is_added(greta, classroom):
    looked_at(classroom.alice, "done")
    looked_at(classroom.bob, "not_yet")
    assert recheck(greta, classroom.klass, exercise=EXERCISE)["new"] == "0"
    assert (stands(classroom.alice), stands(classroom.bob)) == ("done", "not_yet")
    assert classroom.alice.attempts.order_by("pk").last().state == "not_yet"
    assert standings_of(classroom.bob)[EXERCISE].attempts == 1


def test_what_staff_ask_for_is_no_attempt_and_no_sign_of_the_student(greta, classroom):
    looked_at(classroom.bob, "not_yet")
    before = standings_of(classroom.bob)[EXERCISE]
    recheck(greta, classroom.klass, exercise=EXERCISE)
    after = standings_of(classroom.bob)[EXERCISE]
    assert (after.attempts, after.at) == (1, before.at)
    assert classroom.bob.attempts.latest("pk").asked_by == classroom.greta


def test_one_cell_is_looked_at_at_once_and_that_too_is_in_the_history(greta, classroom):
    solve(classroom.alice)
    address = reverse("decide", args=[classroom.klass.slug, classroom.alice.slug, EXERCISE])
    assert greta.post(address, {"do": "re-check"}).status_code == 302
    assert stands(classroom.alice) == "done"
    change = Change.objects.get()
    assert (change.kind, change.seat) == ("re-check", classroom.alice)
    student = browser_of(classroom.alice)
    told = student.get(reverse("lessons", args=[classroom.klass.slug])).content.decode()
    assert "re-checked: “done” · " in told


def test_many_are_looked_at_in_portions_that_go_on_where_the_last_one_ended(greta, classroom, monkeypatch):
    monkeypatch.setattr(deciding, "CHECKS_AT_ONCE", 3)
    set_removed(classroom.bob, classroom.ines, removed=True)
    solve(classroom.alice)
    told, portions = recheck(greta, classroom.klass, seat=classroom.alice.slug), 1
    page = progress(greta, classroom.klass, told)
    assert f"<b>3</b> of {len(all_exercises())} checked" in page
    assert "data-go-on" in page
    while told["after"] != "end":
        told, portions = recheck(greta, classroom.klass, **told), portions + 1
    assert portions == -(-len(all_exercises()) // 3)
    assert stands(classroom.alice) == "done"
    assert int(told["new"]) >= 1
    assert Change.objects.filter(kind="re-check").count() == 1 + int(told["new"])
    assert not classroom.bob.attempts.exists()


def test_with_the_cluster_away_nothing_counts_and_it_does_not_go_on_by_itself(greta, classroom, nothing_answers):
    looked_at(classroom.alice, "not_yet")
    told = recheck(greta, classroom.klass, exercise=EXERCISE)
    assert (stands(classroom.alice), stands(classroom.bob)) == ("not_yet", "")
    page = progress(greta, classroom.klass, told)
    assert "Stopped" in page
    assert "counts against nobody" in page
    assert "go_on.js" not in page
    assert "Continue" in page


@pytest.mark.parametrize("job", ["", "x", "999999", "9" * 30])
def test_a_made_up_job_is_a_missing_page(greta, classroom, job):
    assert greta.get(reverse("re-check", args=[classroom.klass.slug]), {"job": job}).status_code == 404


def test_a_job_of_another_class_is_a_missing_page(greta, classroom):
    theirs = Change.objects.create(klass=classroom.charlie.klass, by=classroom.charlie, kind="re-check")
    assert greta.get(reverse("re-check", args=[classroom.klass.slug]), {"job": theirs.pk}).status_code == 404
