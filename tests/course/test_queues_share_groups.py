"""What lesson 16 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

from typing import Any

import pytest

from lessons.cluster.share_groups import Change, Shared
from lessons.course.exercise import not_begun
from lessons.course.queues_share_groups import workshop
from lessons.course.queues_share_groups.given_up import GivenUp
from lessons.course.queues_share_groups.overtaken import Overtaken, asked, deliveries
from lessons.course.queues_share_groups.steps import GIVEN_UP, OVERTAKEN, SHOWN, another_job, job_asked
from lessons.course.queues_share_groups.who_works import SHARED, WhoWorks

SEATS = [f"kafka.{number}." for number in range(40)]
SEED = SEATS[0]
JOB = job_asked(SEED + GIVEN_UP, GIVEN_UP)
OTHER = another_job(JOB)
EARLY, LATE = (f"2026-05-04T10:0{minute}:00+00:00" for minute in range(2))


def group(*given_up: str, rejected: tuple[str, ...] = (), left: int = 0, overtook: int = 3) -> dict[str, Any]:
    dropped = sorted({*given_up, *rejected})
    return {
        "group": "mechanics", "left": left, "given_up": sorted(given_up), "rejected": sorted(rejected),
        "overtook": dict.fromkeys(dropped, overtook),
    }  # fmt: skip


def seen(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"topic_id": "x", "unprefixed": {}, "partitions": 1, "missing": [], "moments": [], "groups": list(groups)}
    return {**whole, **more}


@pytest.mark.parametrize(
    ("observation", "state", "misconception"),
    [
        (seen(group(JOB)), "done", ""),
        (seen(group(JOB), group(OTHER)), "done", ""),  # one group is enough
        (seen(group(SHOWN), group(JOB)), "done", ""),
        (seen(group(JOB, left=1)), "not_yet", "behind"),
        (seen(group(JOB, OTHER)), "not_yet", "other-job"),
        (seen(group(JOB, rejected=(OTHER,))), "not_yet", "other-job"),
        (seen(group(rejected=(JOB,))), "not_yet", "rejected"),
        (seen(group(OTHER)), "not_yet", "other-job"),
        (seen(group(SHOWN)), "not_yet", "none-failed"),
        (seen(group()), "not_yet", "none-failed"),
        (seen(), "not_yet", "no-group"),
        (seen(group(JOB), missing=["job 12"]), "not_yet", "not-sent"),
        (seen(group(JOB), partitions=3), "not_yet", "other-partitions"),
        (seen(group(JOB), topic_id=None), "not_yet", "no-topic"),
    ],
)
def test_a_group_has_to_give_up_just_the_job_that_is_asked_for(observation, state, misconception):
    verdict = GivenUp().judge(observation, SEED + GIVEN_UP)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_what_the_lesson_has_done_by_its_own_form_is_no_first_try():
    for observation in (seen(), seen(group()), seen(group(SHOWN))):
        assert not GivenUp().judge(observation, SEED + GIVEN_UP).is_begun


def test_both_exercises_ask_a_seat_for_the_same_job_and_never_for_the_lessons_own():
    asked_of = [(job_asked(seat + GIVEN_UP, GIVEN_UP), job_asked(seat + OVERTAKEN, OVERTAKEN)) for seat in SEATS]
    assert all(one == other != SHOWN for one, other in asked_of)
    assert len(set(asked_of)) > 3


@pytest.mark.parametrize(
    ("overtook", "more", "state", "misconception"),
    [
        (3, 0, "done", ""),
        (0, 0, "not_yet", "order-holds"),
        (4, 0, "not_yet", "other-number"),
        (3, "given once", "not_yet", "given-once"),
        (3, "one too many", "not_yet", "one-too-many"),
        (3, 1, "not_yet", "other-number"),
    ],
)
def test_the_numbers_are_those_of_the_group_and_of_five_deliveries(overtook, more, state, misconception):
    seed = SEED + OVERTAKEN
    job, many, failing = asked(seed)
    assert job == JOB
    assert deliveries(seed) == (many - failing) + 5 * failing
    in_all = {"given once": many, "one too many": many + 5 * failing}.get(more) or deliveries(seed) + more
    observation = seen(group(JOB), typed=[overtook, in_all])
    verdict = Overtaken().judge(observation, seed)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_with_one_member_nothing_may_be_overtaken_and_that_is_right():
    observation = seen(group(JOB, overtook=0), typed=[0, deliveries(SEED + OVERTAKEN)])
    assert Overtaken().judge(observation, SEED + OVERTAKEN).state == "done"


@pytest.mark.parametrize(
    ("moments", "more", "state", "misconception"),
    [
        ([LATE], {}, "done", ""),
        ([], {}, "not_yet", "no-group"),
        (["2026-05-04T09:00:00+00:00"], {}, "not_yet", "afterwards"),
        ([LATE], {"partitions": 3}, "not_yet", "other-partitions"),
    ],
)
def test_a_prediction_has_to_come_before_the_first_job(moments, more, state, misconception):
    given = {"predictions": [{"at": EARLY, "answer": SHARED}]}
    verdict = WhoWorks().judge({**seen(moments=moments, **more), **given}, "")
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_records_that_were_over_before_another_one_are_counted_once_and_only_those_behind_it():
    changes = [
        Change(1, 0, 0, 1, "accepted", 1),
        Change(2, 0, 2, 2, "released", 1),
        Change(3, 0, 3, 4, "accepted", 1),
        Change(4, 0, 4, 5, "archived", 1),
        Change(5, 0, 6, 6, "released", 1),
        Change(6, 0, 7, 10**12, "accepted", 1),
    ]
    assert workshop._over_before(changes[:5], 2) == 3
    assert workshop._over_before(changes, 2) == workshop.FAR - 1


def test_what_is_left_is_counted_from_where_the_group_begins():
    assert Shared("g", 0, None, 0, ()).left((3, 12)) == 9
    assert Shared("g", 0, 4, 2, ()).left((3, 12)) == 6
    assert Shared("g", 0, 4, 8, ()).left((0, 12)) == 0
    assert Shared("g", 0, 4, 0, ()).left((6, 12)) == 6  # what is deleted is not left to do


def test_a_topic_that_is_not_there_is_said_before_anything_else():
    verdict = workshop.not_ready(seen(topic_id=None, partitions=None, missing=["job 1"]), expected="x", say=not_begun)
    assert verdict is not None
    assert verdict.misconception == "no-topic"
