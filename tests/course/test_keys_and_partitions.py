"""Lesson 9's checks where somebody misses, types twice, or sends in another order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lessons.classroom.checks.attempts import check, evidence_in, evidence_of, seed_of
from lessons.classroom.models import Attempt, Member
from lessons.course.exercise import Step, submit
from lessons.course.keys_and_partitions.before_it_is_sent import (
    BeforeItIsSent,
    bikes_asked,
    draw_now,
    here,
    in_java,
    is_tested,
)
from lessons.course.keys_and_partitions.steps import create, send
from lessons.course.keys_and_partitions.two_hashes import SPLIT, TwoHashes, bike_asked
from tests.course.conftest import Do

EXERCISE = BeforeItIsSent()


def asked_now(member: Member) -> list[str]:
    return bikes_asked(seed_of(member, EXERCISE), draw_now(evidence_of(member)))


def typed(bikes: list[str], place: Callable[[str], int]) -> Step:
    return submit(EXERCISE.id, **{bike.replace("-", "_"): place(bike) for bike in bikes})


def seen(member: Member) -> tuple[str, str]:
    attempt = check(member, EXERCISE)
    return attempt.state, attempt.verdict["misconception"]


def questions(member: Member) -> list[str] | None:
    asks = EXERCISE.questions(evidence_in(None, member), seed_of(member, EXERCISE))
    return sorted(asks.model_fields) if asks else None


def test_three_bikes_are_never_all_together_or_dealt_out_and_the_two_hashes_differ():
    for draw in range(100):
        bikes = bikes_asked("a seat", draw)
        places, others = [here(each) for each in bikes], [in_java(each) for each in bikes]
        assert places != others
        assert [0, 1, 2] not in (places, others)
        assert len(set(places)) > 1 < len(set(others))
    assert len({tuple(bikes_asked(f"seat {seat}", 0)) for seat in range(100)}) > 90


def test_a_bike_that_was_asked_for_is_not_asked_for_again():
    """It may have a record by then, and nothing that is typed would come before that."""
    for seat in range(100):
        bikes = [bike for draw in range(8) for bike in bikes_asked(f"seat {seat}", draw)]
        assert len(bikes) == len(set(bikes)) == 24


def test_after_a_miss_other_bikes_are_asked_and_the_miss_is_told_until_they_are_answered(alice: Member, do: Do):
    first = asked_now(alice)
    do(create(), typed(first, lambda bike: 0), send(*first))
    assert seen(alice) == ("not_yet", "other-partition")
    assert seen(alice) == ("not_yet", "other-partition")
    second = asked_now(alice)
    assert second != first
    assert questions(alice) == sorted(bike.replace("-", "_") for bike in second)
    do(typed(second, here))
    assert seen(alice) == ("not_yet", "not-sent")
    assert asked_now(alice) == second
    do(send(*second))
    assert seen(alice) == ("done", "")


def test_somebody_who_thinks_again_before_sending_may(alice: Member, do: Do):
    bikes = asked_now(alice)
    do(create(), typed(bikes, lambda bike: 0))
    assert seen(alice) == ("not_yet", "not-sent")
    do(typed(bikes, here))
    assert seen(alice) == ("not_yet", "not-sent")
    do(send(*bikes))
    assert seen(alice) == ("done", "")


def test_one_record_that_is_elsewhere_is_a_miss_before_the_others_are_sent(alice: Member, do: Do):
    bikes = asked_now(alice)
    wrong = next(bike for bike in bikes if here(bike))
    do(create(), typed(bikes, lambda bike: 0), send(wrong))
    assert seen(alice)[1] in ("other-partition", "other-hash")
    assert asked_now(alice) != bikes


def test_what_was_copied_from_the_reports_does_not_count(alice: Member, do: Do):
    bikes = asked_now(alice)
    do(create(), send(*bikes), typed(bikes, here))
    assert seen(alice) == ("not_yet", "afterwards")
    assert not set(asked_now(alice)) >= set(bikes)


def test_an_answer_to_an_earlier_question_does_not_count(alice: Member, do: Do):
    first = asked_now(alice)
    do(create(), typed(first, lambda bike: 0), send(*first))
    seen(alice)
    do(typed(first, here))
    attempt = check(alice, EXERCISE)
    assert attempt.state == Attempt.State.NOT_YET
    assert asked_now(alice)[0] in attempt.verdict["seen"]


def test_once_it_was_right_nothing_is_asked_any_more_and_the_task_names_the_same_bikes(alice: Member, do: Do):
    bikes = asked_now(alice)
    do(create(), typed(bikes, here), send(*bikes))
    assert seen(alice) == ("done", "")
    assert questions(alice) is None
    assert bikes[0] in EXERCISE.task(evidence_in(None, alice), seed_of(alice, EXERCISE))


def test_what_was_sent_in_javas_way_was_to_be_typed_so(alice: Member, do: Do):
    bikes = asked_now(alice)
    do(create(), typed(bikes, in_java), send(*bikes, partitioner="murmur2_random"))
    assert seen(alice) == ("done", "")


@pytest.mark.parametrize(
    ("found", "is_over"),
    [({}, False), ({"bike-20": [[1, 5]]}, False), ({"bike-20": [[0, 5]]}, True), ({"bike-20": [[1, 4]]}, True),
     ({"bike-20": [[1, 5], [0, 6]], "bike-21": [[2, 7]]}, True), ({"bike-99": [[0, 1]]}, False)],
)  # fmt: skip
def test_an_answer_is_put_to_the_test_by_a_miss_by_an_older_record_or_by_a_record_of_each(found, is_over):
    typed = {"bike-20": 1, "bike-21": 2}
    assert is_tested({"typed": typed, "answered_ms": 5, "found": found}) is is_over


@pytest.mark.parametrize("answers", [{}, {"bike_20": "1"}, {"bike_20": None}, {"bike_20": True}, {"more": ["1"]}])
def test_an_answer_of_another_shape_is_no_answer(alice: Member, do: Do, answers):
    do(create(), submit(EXERCISE.id, **answers))
    assert seen(alice)[0] == "not_yet"


def test_of_a_bike_the_two_hashes_always_say_something_else():
    assert {here(bike) == in_java(bike) for bike in SPLIT} == {False}
    assert len({bike_asked(f"seat {seat}") for seat in range(200)}) > 30


def test_the_seat_is_told_which_bike(alice: Member, kafka: str):
    seed = seed_of(alice, TwoHashes())
    assert f"**{bike_asked(seed)}**" in TwoHashes().task(evidence_in(None, alice), seed)
