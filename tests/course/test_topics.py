"""What lessons 3 and 4 make of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.creating_topics.boxes import CHOICES, TRUTH, Boxes
from lessons.course.creating_topics.three_topics import ThreeTopics
from lessons.course.creating_topics.two_copies import TwoCopies
from lessons.course.deleting_a_topic.again import Again
from lessons.course.deleting_a_topic.gone import Gone
from lessons.course.deleting_a_topic.when_again import AT_ONCE, FILES, WhenAgain
from lessons.course.seeded import seeded_choice


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}+00:00"


def life(topic_id: str, partitions: int = 1, replicas: int = 1) -> dict[str, object]:
    return {"topic_id": topic_id, "partitions": partitions, "replicas": replicas}


# --- lesson 3 ---


def boxed(predicted: dict[int, object], topic, *, before=(), created=()):
    """`predicted` by second; `created` as (second, id)."""
    return Boxes().judge(
        {
            "predictions": [{"at": at(second), "answer": answer} for second, answer in predicted.items()],
            "topic": topic,
            "before": list(before),
            "created": [{"at": at(second), "topic_id": topic_id} for second, topic_id in created],
        },
        "seed",
    )


NOW = life("now", 2, 3)


@pytest.mark.parametrize(
    ("predicted", "topic", "seen", "state", "misconception"),
    [
        ({1: "5"}, NOW, {"created": [(2, "now")]}, "done", ""),
        ({1: "5"}, NOW, {"before": [None]}, "done", ""),  # a program of one's own made it: a check saw none before
        ({1: "5"}, NOW, {"before": ["old"]}, "done", ""),  # deleted, and made again
        ({1: "5"}, NOW, {"before": ["now"]}, "not_yet", "afterwards"),
        ({2: "5"}, NOW, {"created": [(1, "now")], "before": ["now"]}, "not_yet", "afterwards"),
        ({3: "5"}, NOW, {"created": [(1, "old"), (2, "now")]}, "not_yet", "afterwards"),
        ({1: "5"}, life("now", 3, 2), {"before": [None]}, "not_yet", "other-numbers"),
        ({1: "7"}, NOW, {"before": [None]}, "not_yet", ""),
        ({1: ["6"]}, NOW, {"before": [None]}, "not_yet", ""),
    ],
)
def test_a_prediction_of_boxes_counts_when_it_is_older_than_the_topic(predicted, topic, seen, state, misconception):
    verdict = boxed(predicted, topic, **seen)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_the_truth_of_a_prediction_is_shown_after_the_fact_alone():
    for choice in CHOICES:
        assert TRUTH in boxed({1: choice}, NOW, before=[None]).seen
    stored = boxed({1: "5"}, None)
    assert f"= {TRUTH}" not in f"{stored.seen} {stored.expected} {stored.why}"


def placed(*replicas: list[int], brokers=(1, 2, 3), seed="seed"):
    seen = {"brokers": list(brokers), "replicas": list(replicas) or None, "unprefixed": {}}
    return TwoCopies().judge(seen, seed)


UNWANTED = seeded_choice((1, 2, 3), "seed")
OTHERS = [broker for broker in (1, 2, 3) if broker != UNWANTED]


@pytest.mark.parametrize(
    ("replicas", "state", "misconception"),
    [
        ([OTHERS], "done", ""),
        ([OTHERS[::-1]], "done", ""),
        ([[UNWANTED, OTHERS[0]]], "not_yet", "holds-a-copy"),
        ([OTHERS[:1]], "not_yet", "one-copy"),
        ([[1, 2, 3]], "not_yet", "every-broker"),
        ([OTHERS, OTHERS], "not_yet", "partitions"),
        ([], "not_yet", "missing"),
    ],
)
def test_copies_on_all_brokers_but_one(replicas, state, misconception):
    verdict = placed(*replicas)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_a_broker_that_is_down_now_and_holds_a_copy_is_a_broker_still():
    assert placed(OTHERS, brokers=[UNWANTED, OTHERS[0]]).state == "done"


def test_where_there_is_one_broker_nobody_can_do_it_and_it_counts_against_nobody():
    assert placed([1], brokers=[1]).state == "could_not_check"


def test_a_short_name_on_the_cluster_is_said_with_the_full_one():
    seen = {"topics": {}, "usual_replicas": 1, "unprefixed": {"test1p": "class.7KQ4.test1p"}}
    verdict = ThreeTopics().judge(seen, "seed")
    assert (verdict.misconception, verdict.is_begun) == ("bare-name", False)
    assert "class.7KQ4.test1p" in verdict.why


@pytest.mark.parametrize(
    ("now", "made", "state", "misconception"),
    [
        ({}, {}, "done", ""),  # all three stand there
        ({"test2die": None}, {"test2die": [life("gone")]}, "done", ""),  # the next cell has deleted it
        ({"test2p": life("b", 2)}, {"test2p": [life("b")]}, "done", ""),  # and one has given this one more partitions
        ({"test2p": life("b", 2)}, {"test2p": [life("b", 2)]}, "not_yet", "partitions"),
        ({"test2die": None}, {"test2die": [life("gone", 1, 3)]}, "not_yet", "missing"),
        ({"test2die": None, "test2p": life("b", 2)}, {"test2die": [life("gone")]}, "not_yet", "partitions"),
        ({"test2die": None}, {"test1p": [life("test1p")]}, "not_yet", "missing"),
    ],
)
def test_what_was_made_as_it_should_be_counts_when_it_is_gone_or_has_grown(now, made, state, misconception):
    topics = {name: life(name) for name in ("test1p", "test2p", "test2die")} | now
    there = {name: facts for name, facts in topics.items() if facts}
    verdict = ThreeTopics().judge({"topics": there, "made": made, "usual_replicas": 1, "unprefixed": {}}, "seed")
    assert (verdict.state, verdict.misconception) == (state, misconception)


# --- lesson 4 ---


def seen(now, *created, deleted=(), others=(), asked=False):
    """Evidence of topics named test2die: `created` as (id, partitions)."""
    return {
        "topic": now and life(now), "known": [life(*each) for each in created], "deleted": list(deleted),
        "others_deleted": list(others), "asked": asked, "unprefixed": {},
    }  # fmt: skip


def test_a_topic_of_the_same_name_that_was_created_later_is_another_one_and_the_deletion_is_done():
    verdict = Gone().judge(seen("new", ("old", 1), ("new", 1)), "seed")
    assert verdict.state == "done"
    assert "the id old" in verdict.seen
    assert "new" not in verdict.seen.replace("called test2die now", "")  # it is asked for in the next exercise


def test_one_that_was_created_by_a_program_and_deleted_by_the_form_counts():
    assert Gone().judge(seen(None, deleted=["old"]), "seed").state == "done"


def test_one_that_came_out_wrong_and_was_never_replaced_counts():
    assert Gone().judge(seen(None, ("wrong", 3)), "seed").state == "done"


def when(predicted: dict[int, object], topic, *, before=(), deleted=()):
    return WhenAgain().judge(
        {
            "predictions": [{"at": at(second), "answer": answer} for second, answer in predicted.items()],
            "topic": topic and life(topic),
            "before": list(before),
            "deleted": [{"at": at(second), "topic_id": "x"} for second in deleted],
        },
        "seed",
    )


@pytest.mark.parametrize(
    ("verdict", "state", "misconception"),
    [
        (when({1: FILES}, None, deleted=[2]), "done", ""),
        (when({1: AT_ONCE}, None, before=["old"]), "done", ""),  # by a program of one's own
        (when({1: AT_ONCE}, "new", before=["old"]), "done", ""),
        (when({3: AT_ONCE}, "new", before=["new"], deleted=[2]), "not_yet", "still-there"),
        (when({3: AT_ONCE}, None, before=[None], deleted=[2]), "not_yet", "afterwards"),
        (when({1: AT_ONCE}, None, before=[None]), "not_yet", "missing"),
        (when({1: {"a": 1}}, None, before=["old"]), "not_yet", ""),
    ],
)
def test_a_prediction_of_a_deletion_counts_when_it_is_older_than_the_end_of_the_topic(verdict, state, misconception):
    assert (verdict.state, verdict.misconception) == (state, misconception)


def again(id_start: object, offset: object, *, now="AbC-xyz", known=("old_1234", "AbC-xyz"), sent=None, typed_at=5):
    return Again().judge(
        {
            "topic": now and life(now), "known": [life(each) for each in known], "unprefixed": {},
            "answers": {"id_start": id_start, "first_offset": offset}, "typed_at": at(typed_at), "sent": sent,
        },
        "seed",
    )  # fmt: skip


MOMENT_MS = 1767225600_000  # at(0)


@pytest.mark.parametrize(
    ("verdict", "state", "misconception"),
    [
        (again("AbC-", 0), "done", ""),
        (again(" AbC+ ", 0), "done", ""),  # as the Python client writes it
        (again("abc-", 0), "not_yet", ""),
        (again("old_", 0), "not_yet", "old-id"),
        (again("old/", 0), "not_yet", "old-id"),
        (again("AbC-", 1), "not_yet", "counts-from-1"),
        (again("AbC-", 9), "not_yet", "goes-on"),
        (again("AbC-", None), "not_yet", "goes-on"),
        (again("AbC-", False), "not_yet", "goes-on"),
        (again(None, 0), "not_yet", ""),
        (again("AbC-", 0, known=["AbC-xyz"]), "not_yet", "first-life"),
        (again("AbC-", 0, now=None), "not_yet", "missing"),
        (again("AbC-", 0, sent={"first_ms": MOMENT_MS + 6000}), "done", ""),
        (again("AbC-", 0, sent={"first_ms": MOMENT_MS + 4000}), "not_yet", "afterwards"),
        (again("AbC-", 0, sent={"first_ms": None}), "not_yet", "afterwards"),
    ],
)
def test_the_id_of_the_new_topic_and_its_first_offset_are_said_before_anything_is_sent(verdict, state, misconception):
    assert (verdict.state, verdict.misconception) == (state, misconception)
    assert "AbC-" not in f"{verdict.expected} {verdict.why}"
