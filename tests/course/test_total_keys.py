"""The judges of lessons 9 to 11, whatever was observed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from lessons.course.exercise import Exercise
from lessons.course.keys_and_partitions.before_it_is_sent import BeforeItIsSent, bikes_asked
from lessons.course.keys_and_partitions.prediction import CHOICES as PLACES
from lessons.course.keys_and_partitions.prediction import Prediction as PredictedPlaces
from lessons.course.keys_and_partitions.two_hashes import TwoHashes, bike_asked
from lessons.course.more_partitions_move_keys.moved import Moved
from lessons.course.more_partitions_move_keys.moved import bike_asked as moving_bike
from lessons.course.more_partitions_move_keys.never_seen import NeverSeen, missed_asked
from lessons.course.more_partitions_move_keys.prediction import CHOICES as MOVES
from lessons.course.more_partitions_move_keys.prediction import Prediction as PredictedMoves
from lessons.course.order_and_keys.could_it_be import CouldItBe, orders_asked
from lessons.course.order_and_keys.prediction import CHOICES as ORDERS
from lessons.course.order_and_keys.prediction import Prediction as PredictedOrder
from lessons.course.order_and_keys.three_tracks import ThreeTracks
from lessons.course.order_and_keys.tracks import POINTS
from lessons.course.order_and_keys.tracks import bikes_asked as bikes_on_the_road
from tests.course.test_total_second_half import anything, ids, moments, predictions, unprefixed
from tests.course.total import SEED, always_answers

counts = st.none() | st.integers(0, 4)
bikes = st.sampled_from([*bikes_asked(SEED, 0), bike_asked(SEED), "bike-1"])
topic = {"partitions": counts | st.just(3), "unprefixed": unprefixed}
typed = st.dictionaries(bikes, st.integers(0, 3), max_size=3) | st.fixed_dictionaries(
    {bike: st.integers(0, 2) for bike in bikes_asked(SEED, 0)}
)
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)).map(list), min_size=1, max_size=3)

on_the_road = bikes_on_the_road(SEED)
points = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.sampled_from([*POINTS, ""]), st.integers(0, 9)).map(list),
    min_size=1, max_size=10,
)  # fmt: skip
whole = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)).map(
    lambda where: {
        bike: [[partition, 3 * n + turn, point, n] for n, point in enumerate(POINTS)]
        for turn, (bike, partition) in enumerate(zip(on_the_road, where, strict=True))
    }
)
tracks = {
    **topic, "keyless": st.integers(0, 20), "rows": whole | st.dictionaries(st.sampled_from(on_the_road), points),
}  # fmt: skip
orders = st.lists(st.sampled_from(orders_asked(SEED, "")), max_size=5)
partition = st.sampled_from(["0", "1", "2"])
places = st.dictionaries(partition, st.integers(0, 9), min_size=1, max_size=3)
spans = st.dictionaries(partition, st.tuples(st.integers(0, 2), st.integers(0, 9)).map(sorted), max_size=3)
times = st.dictionaries(partition, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(list), max_size=3))
new = st.just(
    {"0": [0, 1], "2": [0, missed_asked(SEED)]}
)  # with "0" alone read, the other one is what was to be missed

SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (PredictedPlaces(), {"predictions": predictions(PLACES), "sent": st.lists(moments, max_size=3).map(sorted)}),
    (
        BeforeItIsSent(),
        {
            **topic, "answer_id": st.sampled_from(["", "x"]), "answered_ms": st.integers(0, 9),
            "draw": st.integers(0, 99), "typed": typed, "found": st.dictionaries(bikes, rows, max_size=4),
        },
    ),
    (PredictedOrder(), {"predictions": predictions(ORDERS), "sent": st.lists(moments, max_size=3).map(sorted)}),
    (ThreeTracks(), tracks),
    (
        CouldItBe(),
        {
            **tracks, "answer_id": st.sampled_from(["", "x"]), "draw": st.sampled_from(["", "another"]),
            "ticked": anything | orders,
        },
    ),
    (PredictedMoves(), {"predictions": predictions(MOVES), "moved": st.lists(moments, max_size=3).map(sorted)}),
    (
        Moved(),
        {
            "topic_id": ids, "partitions": st.integers(0, 6), "had": st.lists(st.integers(0, 6), max_size=3),
            "was_made": st.booleans(), "unprefixed": unprefixed,
            "found": st.dictionaries(
                st.sampled_from([moving_bike(SEED), "bike-1"]), st.lists(st.integers(0, 5), min_size=1, max_size=3)
            ),
        },
    ),
    (
        NeverSeen(),
        {
            "spans": spans | new, "times": times, "places": st.dictionaries(st.sampled_from(["team-0", "team-1"]), places),
            "typed": anything | st.integers(0, 9), "unprefixed": unprefixed,
        },
    ),
    (TwoHashes(), {**topic, "found": st.dictionaries(bikes, st.sets(st.integers(0, 3), max_size=3).map(sorted), max_size=3)}),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))
