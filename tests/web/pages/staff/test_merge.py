"""Two seats of one person become one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lessons.classroom.grading.standings import DONE, standings_of
from lessons.classroom.history import ChangeKind, record_change
from lessons.classroom.models import Act, Attempt, Change, Hand, Member, Notebook, Observation
from lessons.classroom.people.merging import CantMerge, merge
from lessons.classroom.people.seats import take_seat
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db
EXERCISE = "creating-topics.three-topics"


def did(seat: Member, state: str = Attempt.State.DONE, exercise: str = EXERCISE) -> Attempt:
    """An act, a look, and what was made of it."""
    act = Act.objects.create(member=seat, kind="create-topic", fields={"name": "a"}, state=Act.State.DONE)
    seen = Observation.objects.create(member=seat, exercise=exercise, version=1, data={})
    return Attempt.objects.create(
        member=seat, exercise=exercise, observation=seen, state=state, check_hash="0" * 64, deciding_act=act
    )


def ask(client: Client, seat: Member, into: Member | None = None):
    url = reverse("seat-merge", args=[seat.klass.slug, seat.slug])
    return client.get(url, {"into": into.slug} if into else {})


def do(client: Client, seat: Member, into: Member):
    return client.post(reverse("seat-merge", args=[seat.klass.slug, seat.slug]), {"into": into.slug})


def test_it_asks_which_seat_stays_and_then_says_what_moves_and_nothing_has_moved_yet(classroom):
    did(classroom.alice)
    ines = browser_of(classroom.ines)
    assert "Bob" in ask(ines, classroom.alice).content.decode()
    page = ask(ines, classroom.alice, classroom.bob).content.decode()
    assert "What moves" in page
    assert f"Merge {classroom.alice.slug} into {classroom.bob.slug}" in page
    assert classroom.alice.acts.count() == 1


def test_acts_and_attempts_move_and_what_one_of_the_two_had_done_is_done(classroom):
    attempt, other = did(classroom.alice), did(classroom.bob, Attempt.State.NOT_YET)
    answer = do(browser_of(classroom.ines), classroom.alice, classroom.bob)
    assert answer.url.endswith(f"#seat-{classroom.bob.slug}")
    assert set(classroom.bob.attempts.values_list("pk", flat=True)) == {attempt.pk, other.pk}
    assert classroom.bob.acts.filter(pk=attempt.deciding_act_id).exists()
    assert standings_of(classroom.bob)[EXERCISE].state == DONE
    assert classroom.alice.acts.count() == classroom.alice.attempts.count() == 0


def test_notebooks_move_where_the_other_seat_has_none(classroom):
    for member, names in ((classroom.alice, ("original", "own")), (classroom.bob, ("own",))):
        for name in names:
            Notebook.objects.create(member=member, name=name)
    merge(classroom.alice, into=classroom.bob, by=classroom.ines)
    assert sorted(classroom.bob.notebooks.values_list("name", flat=True)) == ["original", "own"]
    assert [each.name for each in classroom.alice.notebooks.all()] == ["own"]


def test_the_evidence_stays_a_look_at_the_old_seat(classroom):
    attempt = did(classroom.alice)
    merge(classroom.alice, classroom.bob, classroom.ines)
    attempt.refresh_from_db()
    assert (attempt.member, attempt.observation.member) == (classroom.bob, classroom.alice)


def test_the_old_seat_reaches_nothing_and_its_personal_code_opens_the_other(classroom):
    browser = browser_of(classroom.alice)
    do(browser_of(classroom.ines), classroom.alice, classroom.bob)
    assert browser.get(reverse("joined", args=[classroom.klass.slug])).status_code == 404
    elsewhere = Client()
    elsewhere.post(reverse("return"), {"personal_code": classroom.alice.personal_code})
    assert "Bob" in elsewhere.get(reverse("joined", args=[classroom.klass.slug])).content.decode()


def test_who_joins_again_in_the_old_seats_browser_is_in_the_seat_that_stayed(classroom):
    browser = browser_of(classroom.alice)
    merge(classroom.alice, classroom.bob, classroom.ines)
    before = classroom.klass.members.count()
    browser.post(reverse("join"), {"code": classroom.klass.join_code, "name": "Alice"})
    assert "Bob" in browser.get(reverse("joined", args=[classroom.klass.slug])).content.decode()
    assert classroom.klass.members.count() == before


def test_a_chain_of_merges_ends_at_the_seat_that_stays(classroom):
    dora = take_seat(classroom.klass, "Dora")
    merge(classroom.alice, classroom.bob, classroom.ines)
    merge(classroom.bob, dora, classroom.ines)
    browser = Client()
    browser.post(reverse("return"), {"personal_code": classroom.alice.personal_code})
    assert "Dora" in browser.get(reverse("joined", args=[classroom.klass.slug])).content.decode()


def test_a_running_act_refuses_it_in_words_and_nothing_moves(classroom):
    did(classroom.alice)
    Act.objects.create(member=classroom.alice, kind="consume", fields={"topic": "a", "group_id": "g"})
    refused = do(browser_of(classroom.ines), classroom.alice, classroom.bob)
    assert refused.status_code == 409
    assert "still running" in refused.content.decode()
    assert (classroom.alice.acts.count(), classroom.bob.acts.count()) == (2, 0)


@pytest.mark.parametrize("into", ["itself", "staff", "removed", "of another class"])
def test_what_is_no_other_students_seat_of_the_class_takes_nothing(into, classroom):
    classroom.bob.removed_at = classroom.bob.joined_at
    classroom.bob.save()
    other = {"itself": "alice", "staff": "greta", "removed": "bob", "of another class": "charlie"}[into]
    did(classroom.alice)
    with pytest.raises(CantMerge):
        merge(classroom.alice, getattr(classroom, other), classroom.ines)
    answer = do(browser_of(classroom.ines), classroom.alice, getattr(classroom, other))
    assert answer.status_code in (404, 409)
    assert classroom.alice.acts.count() == 1


def test_a_seat_that_was_merged_is_neither_merged_again_nor_let_in(classroom):
    ines = browser_of(classroom.ines)
    do(ines, classroom.alice, classroom.bob)
    assert do(ines, classroom.alice, classroom.bob).status_code == 409
    seat = reverse("people-seat", args=[classroom.klass.slug, classroom.alice.slug])
    assert ines.post(seat, {"do": "restore"}).status_code == 404
    assert "merged into" in ines.get(reverse("people", args=[classroom.klass.slug])).content.decode()


def test_a_graders_decision_comes_along_unless_there_is_one_already(classroom):
    decided = {"exercise": EXERCISE, "state": "done", "points": 2, "reason": "Shown to me."}
    record_change(classroom.klass, classroom.greta, ChangeKind.OVERRIDE, seat=classroom.alice, data=decided)
    merge(classroom.alice, classroom.bob, classroom.ines)
    standing = standings_of(classroom.bob)[EXERCISE]
    assert (standing.state, standing.points) == (DONE, 2)
    assert standing.override.reason.startswith("Shown to me. (Greta")


def test_a_hand_that_was_up_is_lowered_and_the_school_number_comes_along(classroom):
    Hand.objects.create(member=classroom.alice, lesson="producing")
    Hand.objects.create(member=classroom.bob, lesson="producing")
    Member.objects.filter(pk=classroom.alice.pk).update(external_id="Alice@school.example")
    merge(classroom.alice, classroom.bob, classroom.ines)
    classroom.bob.refresh_from_db()
    assert classroom.bob.external_id == "Alice@school.example"
    assert classroom.bob.hands.filter(lowered_at=None).count() == 1


def test_it_is_in_the_history_with_what_moved(classroom):
    did(classroom.alice)
    merge(classroom.alice, classroom.bob, classroom.ines)
    row = Change.objects.get(kind="merge")
    assert (row.by, row.seat) == (classroom.ines, classroom.bob)
    moved = {"acts": 1, "attempts": 1, "done": 1, "hands": 0, "overrides": 0}
    assert row.data == {"from": classroom.alice.slug, **moved}
