"""The judges of lessons 1 to 4, whatever was observed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from lessons.course.creating_topics.boxes import CHOICES as BOXES
from lessons.course.creating_topics.boxes import Boxes
from lessons.course.creating_topics.three_topics import NAMES, ThreeTopics
from lessons.course.creating_topics.two_copies import TwoCopies
from lessons.course.deleting_a_topic.again import Again
from lessons.course.deleting_a_topic.gone import Gone
from lessons.course.deleting_a_topic.when_again import CHOICES as WHEN
from lessons.course.deleting_a_topic.when_again import WhenAgain
from lessons.course.exercise import Exercise
from lessons.course.kafka_and_its_cluster.entry_points import EntryPoints
from lessons.course.kafka_and_its_cluster.one_is_dead import OneIsDead
from lessons.course.looking_around.checks import ONE_UNDERSCORE, InternalTopics
from tests.course.total import always_answers

small = st.integers(0, 4)
names = st.sampled_from(["test1p", "test2die", "_class.feed", "__consumer_offsets"])
addresses = st.sampled_from(["h:1", "h:9092", "g:9093"])
ids = st.sampled_from(["aaaa-1", "bbbb_2"])
moments = st.integers(0, 59).map(lambda second: f"2026-01-01T00:00:{second:02}+00:00")
anything = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)
unprefixed = st.dictionaries(names, names, max_size=2)
topics = st.fixed_dictionaries({"topic_id": ids, "partitions": small, "replicas": small})
acts = st.lists(st.fixed_dictionaries({"at": moments, "topic_id": st.none() | ids}), max_size=3)


def predictions(choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    answer = st.sampled_from(choices) | anything | st.dictionaries(st.text(max_size=2), st.integers(), max_size=1)
    return st.lists(st.fixed_dictionaries({"at": moments, "answer": answer}), max_size=3)


def answers(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or some of these fields, with what belongs there or with anything else."""
    return st.none() | st.fixed_dictionaries({}, optional={name: likely | anything for name, likely in fields.items()})


asked = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["done", "refused", "failed", "unknown"]), "code": st.sampled_from(["", "_TRANSPORT"]),
        "began_at": st.lists(addresses, max_size=3), "silent": st.lists(addresses, max_size=2), "brokers": small,
    }
)  # fmt: skip
listed = st.fixed_dictionaries({"name": names, "internal": st.booleans(), "own": st.booleans()})

SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (OneIsDead(), {"asked": st.lists(asked, max_size=3)}),
    (
        EntryPoints(),
        {
            "addresses": st.dictionaries(st.sampled_from(["1", "2", "3"]), addresses), "counts": st.lists(small, max_size=2),
            "bootstrap_servers": small, "answers": answers(brokers=small, broker=small),
        },
    ),
    (
        InternalTopics(),
        {
            "topics": st.lists(listed, max_size=4), "of_the_class": st.lists(names, max_size=1),
            "answers": answers(internal=st.lists(names, max_size=3), why_not=st.just(ONE_UNDERSCORE)),
        },
    ),
    (
        ThreeTopics(),
        {
            "topics": st.dictionaries(st.sampled_from(NAMES), topics), "usual_replicas": st.integers(1, 3),
            "unprefixed": unprefixed,
        },
    ),
    (
        Boxes(),
        {
            "predictions": predictions(BOXES), "topic": st.none() | topics, "before": st.lists(st.none() | ids, max_size=2),
            "created": acts,
        },
    ),
    (
        TwoCopies(),
        {
            "brokers": st.lists(st.integers(1, 4), max_size=3, unique=True), "unprefixed": unprefixed,
            "replicas": st.none() | st.lists(st.lists(st.integers(1, 4), max_size=4), max_size=2),
        },
    ),
    (
        WhenAgain(),
        {
            "predictions": predictions(WHEN), "topic": st.none() | topics, "before": st.lists(st.none() | ids, max_size=2),
            "deleted": acts,
        },
    ),
    (
        Gone(),
        {
            "topic": st.none() | topics, "known": st.lists(topics, max_size=3), "deleted": st.lists(ids, max_size=2),
            "others_deleted": st.lists(names, max_size=2), "asked": st.booleans(), "unprefixed": unprefixed,
        },
    ),
    (
        Again(),
        {
            "topic": st.none() | topics, "known": st.lists(topics, max_size=3), "typed_at": moments,
            "answers": answers(id_start=ids.map(lambda topic_id: topic_id[:4]), first_offset=small),
            "sent": st.none() | st.fixed_dictionaries({"first_ms": st.none() | st.integers(0, 2**42)}),
            "unprefixed": unprefixed,
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet", "could_not_check"))
