"""The course's own test: every exercise on the real cluster, from untouched to done."""

from __future__ import annotations

import subprocess
import sys
from uuid import uuid4

import pytest

from lessons.classroom.checks.attempts import check, check_lesson
from lessons.classroom.feed.topic import create_feed_topic
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Attempt
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.exercise import hash_of_programs
from lessons.course.loader import PARTS, all_exercises, lessons
from tests.course.any_answer import assert_any_answer_has_a_verdict
from tests.course.taking import (
    QUIET,
    SLOW,
    assert_done_by_its_solution,
    assert_fails_for_its_own_reason,
    take,
    wrong_ways_of,
)

EXERCISES = all_exercises()
WRONG = [
    pytest.param(
        exercise,
        wrong,
        id=f"{exercise.id}-{wrong.misconception}",
        # For groups, up to a quarter of a minute each: the first of each exercise is enough.
        marks=pytest.mark.every_way if exercise.id.startswith(SLOW) and wrong is not exercise.wrong_ways[0] else (),
    )
    for exercise, wrong in wrong_ways_of(QUIET)
]


def test_exercise_ids_are_unique_and_name_their_lesson():
    ids = [exercise.id for exercise in EXERCISES]
    assert len(ids) == len(set(ids))
    for lesson in lessons():
        assert all(exercise.id.startswith(f"{lesson.slug}.") for exercise in lesson.exercises)


def test_points_never_change():
    """What a class has been graded by stays as it is; a new exercise gets a new line."""
    assert {exercise.id: exercise.points for exercise in EXERCISES} == {
        "kafka-and-its-cluster.one-is-dead": 2,
        "kafka-and-its-cluster.entry-points": 2,
        "looking-around.internal": 2,
        "creating-topics.three-topics": 2,
        "creating-topics.boxes": 1,
        "creating-topics.two-copies": 2,
        "deleting-a-topic.when-again": 1,
        "deleting-a-topic.gone": 2,
        "deleting-a-topic.again": 2,
        "adding-partitions.how-many-move": 1,
        "adding-partitions.two-partitions": 2,
        "adding-partitions.three-leaders": 2,
        "producing.nine-delivered": 2,
        "producing.queue-full": 2,
        "consuming.exact-place": 3,
        "what-do-you-notice.prediction": 1,
        "what-do-you-notice.where": 2,
        "what-do-you-notice.order": 2,
        "keys-and-partitions.prediction": 1,
        "keys-and-partitions.before-it-is-sent": 2,
        "keys-and-partitions.two-hashes": 2,
        "order-and-keys.prediction": 1,
        "order-and-keys.three-tracks": 2,
        "order-and-keys.could-it-be": 2,
        "more-partitions-move-keys.prediction": 1,
        "more-partitions-move-keys.moved": 2,
        "more-partitions-move-keys.never-seen": 3,
        "two-groups-two-places.both-at-the-end": 2,
        "two-groups-two-places.missed": 1,
        "two-groups-two-places.where-next": 2,
        "a-group-shares-the-work.taken": 1,
        "a-group-shares-the-work.one-too-many": 2,
        "a-group-shares-the-work.what-it-costs": 2,
        "commit-crash-read-again.which-ride": 1,
        "commit-crash-read-again.twice": 2,
        "commit-crash-read-again.never": 2,
        "queues-share-groups.who-works": 1,
        "queues-share-groups.given-up": 2,
        "queues-share-groups.overtaken": 2,
        "a-broker-goes-down.who-takes-over": 1,
        "a-broker-goes-down.in-the-gap": 2,
        "a-broker-goes-down.back-at-its-place": 2,
        "what-delivered-means.two-of-three": 2,
        "what-delivered-means.what-it-takes": 2,
        "what-delivered-means.can-it-be-read": 1,
        "what-delivered-means.not-readable-yet": 2,
        "lag-and-replay.while-it-runs": 1,
        "lag-and-replay.back-to-a-moment": 2,
        "lag-and-replay.and-forward": 2,
        "transactions.which-offset": 1,
        "transactions.all-or-none": 2,
        "transactions.stands-still": 2,
        "retention.forget-a-rider": 2,
        "retention.how-old": 1,
        "retention.window": 2,
        "compaction-and-tombstones.what-is-left": 1,
        "compaction-and-tombstones.newest-and-none": 2,
        "compaction-and-tombstones.without-a-trace": 2,
        "design-it.disk": 1,
        "design-it.ride-events": 3,
        "design-it.station-list": 2,
    }


def test_every_act_in_a_lesson_is_an_act_with_such_fields():
    for lesson in lessons():
        for block in lesson.blocks:
            if block.kind in ("act", "stream"):
                assert set(block.fields) <= set(ACTIONS[block.name].model_fields)


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize("exercise", QUIET, ids=lambda exercise: exercise.id)
def test_untouched_it_is_not_done_and_by_its_solution_it_is_also_when_that_is_run_twice(exercise, alice, pytestconfig):
    """Twice with --every-way, and always in the basics, where it is quick."""
    is_basic = any(exercise in lesson.exercises for lesson in lessons() if lesson.part == PARTS[0])
    assert_done_by_its_solution(alice, exercise, times=2 if is_basic or pytestconfig.getoption("--every-way") else 1)
    if exercise.asks:
        assert_any_answer_has_a_verdict(alice, exercise)


@pytest.mark.long
@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize(("exercise", "wrong"), WRONG)
def test_a_known_wrong_answer_fails_for_its_own_reason(exercise, wrong, alice):
    if exercise.id.startswith("looking-around."):  # it asks for names with underscores: the feed's is one
        create_feed_topic(alice.klass)
    assert_fails_for_its_own_reason(alice, exercise, wrong)


@pytest.mark.usefixtures("kafka")
def test_done_stays_done_when_a_later_lesson_changes_the_state(alice):
    lesson = next(lesson for lesson in lessons() if lesson.slug == "producing")
    exercise = lesson.exercise("producing.nine-delivered")
    take(alice, exercise, exercise.solution)
    assert check_lesson(alice, lesson)
    perform(alice, ACTIONS["delete-topic"](name="test1p"), act_id=uuid4())
    assert check(alice, exercise).state == Attempt.State.NOT_YET
    assert standings_of(alice)[exercise.id].state == Attempt.State.DONE


@pytest.mark.usefixtures("kafka")
def test_looking_again_at_what_has_not_changed_keeps_nothing(alice):
    lesson = next(lesson for lesson in lessons() if lesson.slug == "creating-topics")
    perform(alice, ACTIONS["create-topic"](name="test1p"), act_id=uuid4())
    assert check_lesson(alice, lesson)
    assert not check_lesson(alice, lesson)
    assert [attempt.exercise for attempt in alice.attempts.all()] == ["creating-topics.three-topics"]


def test_threads_that_render_at_the_same_moment_as_the_first_one_all_get_it_right():
    """In a new interpreter, whose threads take turns all the time: the rules of Markdown are put together once."""
    program = """
import sys, threading
sys.setswitchinterval(1e-6)
from lessons.course import loader
start, wrong = threading.Barrier(8), []
def render():
    start.wait()
    if "<strong>" not in (html := loader.render("a **b** `c`\\n\\n- d")):
        wrong.append(html)
threads = [threading.Thread(target=render) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(bool(wrong))
"""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", program], check=True)


def test_which_check_it_was_is_told_by_all_programs_of_its_lesson(tmp_path):
    (tmp_path / "checks.py").write_text("from . import helper\n")
    (tmp_path / "helper.py").write_text("LIMIT = 1\n")
    before = hash_of_programs(tmp_path)
    (tmp_path / "helper.py").write_text("LIMIT = 2\n")
    assert hash_of_programs(tmp_path) != before
    assert len({exercise.text_hash for exercise in EXERCISES}) == len({e.id.partition(".")[0] for e in EXERCISES})
