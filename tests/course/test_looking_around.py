"""What the checks of lessons 1 and 2 say, without a cluster."""

from __future__ import annotations

import pytest

from lessons.course.kafka_and_its_cluster.checks import EntryPoints
from lessons.course.looking_around.checks import InternalTopics

SEEN = {
    "cluster_id": "4L6g3nShT-eMCtK--X86sw",
    "brokers": [1, 2, 3],
    "brokers_when_asked": [[1, 2, 3]],
    "bootstrap_servers": 5,
}


def judge_typed(count: int, id_end: str, **seen):
    return EntryPoints().judge({**SEEN, **seen, "answers": {"brokers": count, "id_end": id_end}}, "seed")


@pytest.mark.parametrize("id_end", ["86sw", " 86sw ", "86SW"])
def test_the_end_of_the_id_is_right_in_capitals_too(id_end):
    verdict = judge_typed(3, id_end)
    assert verdict.state == "done"
    assert ("forgiven" in verdict.seen) == (id_end == "86SW")


@pytest.mark.parametrize(
    ("brokers", "id_end", "misconception"),
    [(2, "86sw", "bootstrap-count"), (5, "86sw", "bootstrap-count"), (7, "86sw", ""), (3, "4l6g", "id-start"),
     (3, "", ""), (3, "wxyz", ""), (3, "4L6g3nShT-eMCtK--X86sw", "")],
)  # fmt: skip
def test_what_is_typed_wrongly_is_named_and_the_right_answer_is_not_given_away(brokers, id_end, misconception):
    verdict = judge_typed(brokers, id_end)
    assert (verdict.state, verdict.misconception) == ("not_yet", misconception)
    told = f"{verdict.expected} {verdict.why}"
    assert "3" not in told
    assert "86sw" not in told


def test_a_broker_that_went_after_the_learner_asked_makes_no_answer_wrong():
    assert judge_typed(3, "86sw", brokers=[1, 3]).state == "done"
    assert judge_typed(2, "86sw", brokers=[1, 3]).state == "done"


def test_a_cluster_of_two_brokers_has_two():
    assert judge_typed(2, "86sw", brokers=[1, 2], brokers_when_asked=[]).state == "done"


def judge_marked(*names: str):
    topics = [
        {"name": "__consumer_offsets", "internal": True, "own": False},
        {"name": "__transaction_state", "internal": True, "own": False},
        {"name": "_kafka.feed", "internal": False, "own": False},
        {"name": "__mine", "internal": False, "own": True},
    ]
    return InternalTopics().judge({"topics": topics, "answers": {"internal": list(names)}}, "seed")


@pytest.mark.parametrize(
    ("names", "misconception"),
    [((), ""), (("__consumer_offsets",), "missed"), (("__consumer_offsets", "_kafka.feed"), "underscore"), (("__consumer_offsets", "__mine"), "own"),
     (("_kafka.feed",), "underscore"), (("long-gone",), "")],
)  # fmt: skip
def test_what_is_marked_wrongly_is_named_and_the_right_topics_are_not(names, misconception):
    verdict = judge_marked(*names)
    assert (verdict.state, verdict.misconception) == ("not_yet", misconception)
    told = f"{verdict.seen} {verdict.expected} {verdict.why}"
    assert "__consumer_offsets" not in told
    assert "__transaction_state" not in told
    assert ("since you looked" in told) == (misconception == "missed")


def test_the_internal_topics_alone_are_right():
    assert judge_marked("__consumer_offsets", "__transaction_state").state == "done"


@pytest.mark.parametrize("exercise", [EntryPoints(), InternalTopics()], ids=lambda exercise: exercise.id)
def test_nothing_answered_is_not_done(exercise):
    verdict = exercise.judge({**SEEN, "topics": [], "answers": None}, "seed")
    assert (verdict.state, verdict.misconception) == ("not_yet", "")
    assert verdict.expected
