"""The judges of lessons 5 to 8, whatever was observed."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from hypothesis import strategies as st

from lessons.course.adding_partitions.how_many_move import CHOICES as MOVES
from lessons.course.adding_partitions.how_many_move import HowManyMove
from lessons.course.adding_partitions.three_leaders import ThreeLeaders
from lessons.course.adding_partitions.two_partitions import TwoPartitions
from lessons.course.consuming.exact_place import ExactPlace
from lessons.course.exercise import Exercise
from lessons.course.producing.one_to_nine import WANTED, NineDelivered
from lessons.course.producing.queue_full import QueueFull
from lessons.course.what_do_you_notice.order import Order, pairs_asked
from lessons.course.what_do_you_notice.prediction import CHOICES as ORDERS
from lessons.course.what_do_you_notice.prediction import Prediction
from lessons.course.what_do_you_notice.where import Where
from tests.course.total import SEED, always_answers

small = st.integers(0, 12)
counts = st.integers(0, 3)
brokers = st.none() | st.integers(1, 3)
names = st.sampled_from(["test1p", "test2p", "docks", "readers"])
values = st.sampled_from([*WANTED, "", "1 2 3 4 5 6 7 8 9", "x"])
moments = st.integers(0, 59).map(lambda second: f"2026-01-01T00:00:{second:02}+00:00")
anything = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)
unprefixed = st.dictionaries(names, names, max_size=1)
ids = st.none() | st.sampled_from(["x", "y"])
places = st.just({}) | st.fixed_dictionaries({value: st.tuples(counts, small).map(list) for value in WANTED})


def predictions(choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    answer = st.sampled_from(choices) | anything
    return st.lists(st.fixed_dictionaries({"at": moments, "answer": answer}), max_size=3)


def rows() -> st.SearchStrategy[Any]:
    stretches = st.lists(values, max_size=6) | st.just(WANTED)
    numbered = st.lists(stretches, min_size=1, max_size=3).map(lambda parts: list(enumerate(chain(*parts))))
    return st.dictionaries(st.sampled_from(["0", "1"]), numbered.map(lambda row: [list(each) for each in row]))


place = st.fixed_dictionaries(
    {
        "group": names, "partition": counts, "committed": small | st.just(999), "last": st.none() | values,
        "next": st.none() | values,
    }
)  # fmt: skip
sent = {"partitions": st.none() | counts, "places": places, "unprefixed": unprefixed}
pairs = st.lists(st.sampled_from(pairs_asked(SEED, "") + pairs_asked(SEED, "another")), max_size=5)

SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (
        HowManyMove(),
        {
            "predictions": predictions(MOVES), "topic_id": ids, "partitions": counts,
            "had": st.lists(counts, max_size=1), "grown_at": st.none() | moments,
        },
    ),
    (
        TwoPartitions(),
        {
            "topic_id": ids, "leaders": st.lists(brokers, max_size=4), "had": st.lists(counts, max_size=3),
            "made_with": st.none() | counts, "others_grown": st.lists(names, max_size=2),
        },
    ),
    (
        ThreeLeaders(),
        {
            "brokers": counts, "leaders": st.lists(brokers, max_size=4), "first": st.lists(st.integers(1, 3), max_size=4),
            "copies": counts, "unprefixed": unprefixed,
        },
    ),
    (NineDelivered(), {"topic_id": ids, "rows": rows(), "other_topics": st.lists(names, max_size=2), "unprefixed": unprefixed}),
    (QueueFull(), {"typed": st.none() | st.lists(anything, max_size=3), "fills": st.just([])}),
    (
        ExactPlace(),
        {
            "topic_id": ids, "places": st.lists(place, max_size=3), "latest": st.lists(names, max_size=1),
            "spans": st.dictionaries(st.sampled_from(["0", "1"]), st.tuples(counts, small).map(list)),
            "set": st.lists(st.tuples(names, counts, small).map(list), max_size=2), "typed": anything | values,
            "unprefixed": unprefixed,
        },
    ),
    (Prediction(), {"predictions": predictions(ORDERS), "sent": st.lists(moments, max_size=3).map(sorted)}),
    (Where(), {**sent, "typed": st.none() | st.tuples(counts, small).map(list), "held": st.none() | values}),
    (
        Order(),
        {**sent, "answer_id": st.sampled_from(["", "x"]), "draw": st.sampled_from(["", "another"]), "marked": anything | pairs},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))
