"""The class at a glance: who is where, who is stuck, what many take for true, what was predicted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.classroom.changes import Changed, Kind
from lessons.classroom.grading.standings import KeptStandings
from lessons.classroom.models import Act, Attempt, Change, Member
from lessons.classroom.overview import ClassOverview, Overview
from lessons.course.loader import all_exercises

pytestmark = pytest.mark.django_db
TWO = "adding-partitions.two-partitions"
LEADERS = "adding-partitions.three-leaders"
MOVES = "adding-partitions.how-many-move"
PREDICTION = "what-do-you-notice.prediction"


def minutes_ago(minutes: float):
    return timezone.now() - timedelta(minutes=minutes)


def attempt(seat: Member, exercise: str, state: str = "not_yet", *, ago: float = 0, **verdict: str) -> Attempt:
    return Attempt.objects.create(
        member=seat, exercise=exercise, state=state, verdict=verdict, check_hash="", decided_at=minutes_ago(ago)
    )


def refusal(seat: Member, *, ago: float = 0, words: str = "No.", lesson: str = "adding-partitions") -> Act:
    return Act.objects.create(
        member=seat, kind="add-partitions", lesson=lesson, fields={}, state="refused", answer={"words": words},
        settled_at=minutes_ago(ago),
    )  # fmt: skip


def predict(seat: Member, order: str, *, ago: float = 0) -> Act:
    fields = {"exercise": PREDICTION, "answers": {"order": order}}
    return Act.objects.create(
        member=seat, kind="submit-answers", fields=fields, state="done", settled_at=minutes_ago(ago), lesson="what-do-you-notice"
    )  # fmt: skip


@pytest.fixture
def look(classroom):
    """Looks again after it has heard that something of these has changed, or of everybody."""
    overview = ClassOverview(classroom.klass, KeptStandings())

    def look(*of: Member) -> Overview:
        for member in of or classroom.klass.members.all():
            overview.hear(Changed(Kind.ATTEMPT, object(), classroom.klass.pk, member.pk))
        return overview.current()

    look.again = overview.current
    return look


def cell(seen, seat: Member, exercise: str) -> str:
    row = next(row for row in seen.rows if row.slug == seat.slug)
    return row.cells[[each.id for each in all_exercises()].index(exercise)]


def test_students_stand_by_name_with_a_cell_for_each_exercise_that_is_switched_on(look, classroom):
    assert [row.name for row in look().rows] == ["Alice", "Bob"]
    assert {len(row.cells) for row in look().rows} == {len(all_exercises())}
    classroom.klass.lessons_off = ["adding-partitions"]
    classroom.klass.save()
    assert {len(row.cells) for row in look().rows} == {len(all_exercises()) - 3}


def test_who_was_removed_or_merged_is_not_there(look, classroom):
    assert len(look().rows) == 2
    classroom.bob.removed_at = timezone.now()
    classroom.bob.save()
    assert [row.name for row in look().rows] == ["Alice"]
    classroom.bob.removed_at, classroom.bob.merged_into = None, classroom.alice
    classroom.bob.save()
    assert [row.name for row in look().rows] == ["Alice"]


def test_a_cell_is_open_trying_done_and_what_is_new_is_seen_at_the_next_look(look, classroom):
    assert cell(look(), classroom.alice, TWO) == "open"
    attempt(classroom.alice, TWO)
    assert cell(look(), classroom.alice, TWO) == "trying"
    attempt(classroom.alice, TWO, "done")
    assert (cell(look(), classroom.alice, TWO), cell(look(), classroom.bob, TWO)) == ("done", "open")


def test_a_graders_decision_is_seen_too(look, classroom):
    look()
    Change.objects.create(
        klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind="override",
        data={"exercise": TWO, "state": "done", "points": 2, "reason": "seen in class"},
    )  # fmt: skip
    assert cell(look(), classroom.alice, TWO) == "done"


def test_the_same_picture_is_the_same_object_and_only_fresh_seats_are_read_again(
    look, classroom, django_assert_max_num_queries
):
    attempt(classroom.bob, TWO)
    seen = look()
    with django_assert_max_num_queries(0):
        assert look.again() is seen
    attempt(classroom.alice, TWO)
    again = look(classroom.alice)
    assert again is not seen
    assert again.rows[1] is seen.rows[1]


def test_one_overview_serves_all_pages_of_a_class_and_goes_with_the_last(classroom, own_process):
    held, leave = own_process.overviews.keep(classroom.klass)
    again, leave_again = own_process.overviews.keep(classroom.klass)
    assert again is held
    assert held.current() is own_process.overviews.of(classroom.klass)
    leave()
    assert own_process.changes.is_running
    leave_again()
    assert own_process.overviews.keep(classroom.klass)[0] is not held


@pytest.mark.parametrize(("refusals", "stuck"), [(4, False), (5, True)])
def test_who_was_refused_five_times_since_the_last_progress_is_stuck(look, classroom, refusals, stuck):
    for ago in (5, 4, 3):
        refusal(classroom.alice, ago=ago)
    for exercise in (MOVES, TWO):
        attempt(classroom.alice, exercise, "done", ago=2)
    for number in range(refusals):
        refusal(classroom.alice, ago=1 - number / 10, words=f"refusal {number}")
    attempt(classroom.alice, LEADERS)
    seen = look()
    assert cell(seen, classroom.alice, LEADERS) == ("stuck" if stuck else "trying")
    assert [(each.name, each.refusals, each.words) for each in seen.stuck] == [("Alice", 5, "refusal 4")] * stuck


@pytest.mark.parametrize(("ago", "stuck"), [(9, False), (11, True), (31, False)], ids=["soon", "long", "gone"])
def test_who_makes_no_progress_for_ten_minutes_is_stuck_unless_there_was_no_sign_for_half_an_hour(
    look, classroom, ago, stuck
):
    attempt(classroom.alice, MOVES, "done", ago=ago)
    attempt(classroom.alice, TWO, ago=ago, seen="test2p has 1 partition.")
    seen = look()
    assert [(each.exercise, each.words) for each in seen.stuck] == [
        ("Two partitions", "test2p has 1 partition.")
    ] * stuck


def test_who_has_done_all_of_a_lesson_is_not_stuck_in_it(look, classroom):
    for exercise in (TWO, LEADERS, MOVES):
        attempt(classroom.alice, exercise, "done", ago=15)
    assert look().stuck == ()


def test_stuck_is_where_somebody_is_now_and_not_what_was_left_behind(look, classroom):
    attempt(classroom.alice, TWO, ago=25)
    attempt(classroom.alice, PREDICTION, ago=11)
    assert [each.exercise for each in look().stuck] == ["A prediction"]


def test_who_comes_back_after_a_break_begins_anew(look, classroom):
    attempt(classroom.alice, TWO, "done", ago=60)
    refusal(classroom.alice, ago=5)
    assert look().stuck == ()


def test_the_commonest_misconception_of_those_who_have_not_done_it(look, classroom):
    attempt(classroom.alice, TWO, misconception="missing", seen="There is no topic test2p.")
    attempt(classroom.alice, TWO, misconception="too-many", seen="test2p has 3 partitions.", why="Delete it.")
    attempt(classroom.bob, TWO, misconception="too-many", seen="test2p has 3 partitions.", why="Delete it.")
    [each] = look().misconceptions
    assert (each.exercise, each.name, each.seats, each.words) == (
        "Two partitions", "too-many", 2, "test2p has 3 partitions.",
    )  # fmt: skip
    attempt(classroom.bob, TWO, "done")
    assert [each.seats for each in look().misconceptions] == [1]


def test_what_is_only_not_finished_yet_is_no_misconception(look, classroom):
    attempt(classroom.alice, TWO, misconception="missing", seen="There is no topic test2p.")
    assert look().misconceptions == ()
    attempt(classroom.bob, TWO, misconception="too-many", seen="test2p has 3 partitions.")
    assert [(each.name, each.seats) for each in look().misconceptions] == [("too-many", 1)]


def test_predictions_are_counted_by_what_each_said_first(look, classroom):
    assert look().predictions == ()
    predict(classroom.alice, "always 1 to 9", ago=2)
    predict(classroom.alice, "in no order at all")
    predict(classroom.bob, "always 1 to 9")
    [chart] = look().predictions
    assert [(bar.seats, bar.is_true) for bar in chart.bars] == [(2, False), (0, True), (0, False)]
    assert (chart.seats, chart.exercise) == (2, "A prediction")


def test_a_prediction_that_is_none_of_the_choices_is_left_out(look, classroom):
    predict(classroom.alice, "made up")
    assert look().predictions == ()


def test_every_declared_truth_is_a_choice_of_the_questions_form():
    for exercise in all_exercises():
        if guess := exercise.guess:
            choices = exercise.questions(None, "").model_json_schema()["properties"][guess.field]["enum"]
            assert list(guess.choices) == choices
            assert guess.truth in choices
