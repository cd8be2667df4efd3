"""What lesson 5 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.adding_partitions.how_many_move import ALL, HALF, NONE, HowManyMove
from lessons.course.adding_partitions.three_leaders import ThreeLeaders
from lessons.course.adding_partitions.two_partitions import TwoPartitions


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


def grown(**found: object) -> dict[str, object]:
    """A topic test2p with two partitions, of which nothing else is known."""
    return {"topic_id": "x", "leaders": [1, 2], "had": [], "made_with": None, "others_grown": [], **found}


@pytest.mark.parametrize(
    ("found", "state", "misconception"),
    [
        ({}, "done", ""),  # a program grew it while nobody looked
        ({"made_with": 1, "had": [1, 2]}, "done", ""),
        ({"made_with": 2, "had": [2]}, "not_yet", "made-with-two"),
        ({"made_with": 2, "had": [2, 1]}, "done", ""),  # a check has seen it with one
        ({"leaders": [1, None]}, "done", ""),
        ({"leaders": [1, 2, 3]}, "not_yet", "too-many"),
        ({"topic_id": None, "leaders": [], "others_grown": ["test1p"]}, "not_yet", "missing"),
    ],
)
def test_a_second_partition_counts_unless_the_topic_is_known_to_have_begun_with_two(found, state, misconception):
    verdict = TwoPartitions().judge(grown(**found), "seed")
    assert (verdict.state, verdict.misconception) == (state, misconception)


@pytest.mark.parametrize(
    ("predicted", "partitions", "grown_at", "had", "state", "said"),
    [
        ({1: HALF}, 2, at(2), [], "done", "None of them moved"),
        ({1: NONE}, 2, at(2), [], "done", "And so it is"),
        ({1: HALF, 3: NONE}, 2, at(2), [], "done", HALF),  # knowing better afterwards changes nothing
        ({3: NONE}, 2, at(2), [], "not_yet", "before your prediction"),
        ({3: ALL}, 2, None, [1], "done", "never changes its partition"),  # by a program: a check saw one partition
        ({3: ALL}, 2, None, [2], "not_yet", "before your prediction"),
        ({1: NONE}, 1, None, [1], "not_yet", "is stored"),
        ({1: NONE}, 0, None, [], "not_yet", "is stored"),
        ({1: "whatever"}, 2, at(2), [], "not_yet", "Nothing was predicted"),
        ({}, 2, at(2), [], "not_yet", "Nothing was predicted"),
    ],
)
def test_a_prediction_counts_when_it_is_older_than_the_second_partition(
    predicted, partitions, grown_at, had, state, said
):
    given = [{"at": at(second), "answer": answer} for second, answer in predicted.items()]
    seen = {"predictions": given, "partitions": partitions, "grown_at": grown_at, "had": had}
    verdict = HowManyMove().judge(seen, "seed")
    assert verdict.state == state
    assert said in verdict.seen


@pytest.mark.parametrize(
    ("leaders", "copies", "brokers", "state", "misconception", "is_begun"),
    [
        ([1, 2, 3], 1, 3, "done", "", True),
        ([3, 3, 1, 2], 2, 3, "done", "", True),
        ([1, 2, 2, 1], 1, 3, "not_yet", "too-few-partitions", True),
        ([1, 2, None], 1, 3, "not_yet", "too-few-partitions", True),
        ([1, 2], 3, 3, "not_yet", "copies-are-not-leaders", True),
        ([1, 2], 1, 2, "done", "", True),
        ([1], 1, 1, "done", "", True),
        ([], 0, 3, "not_yet", "missing", False),
    ],
)
def test_leaders_are_counted_and_not_copies(leaders, copies, brokers, state, misconception, is_begun):
    seen = {"leaders": leaders, "copies": copies, "brokers": brokers, "unprefixed": {}}
    verdict = ThreeLeaders().judge(seen, "seed")
    assert (verdict.state, verdict.misconception, verdict.is_begun) == (state, misconception, is_begun)
