"""What lessons 4 and 5 make of evidence that the course's own test does not come by."""

from __future__ import annotations

from lessons.course.adding_partitions.checks import RefusedShrink
from lessons.course.deleting_a_topic.checks import Gone


def seen(now, *created, deleted=(), others=()):
    """Evidence of topics named test2die: `created` as (id, partitions)."""
    made = [{"topic_id": topic_id, "partitions": count, "replicas": 1} for topic_id, count in created]
    return {"topic_id": now, "created": made, "deleted": list(deleted), "others_deleted": list(others)}


def test_a_topic_of_the_same_name_that_was_created_later_is_another_one_and_the_deletion_is_done():
    verdict = Gone().judge(seen("new", ("old", 1), ("new", 1)), "seed")
    assert verdict.state == "done"
    assert "the id old" in verdict.seen
    assert "the id new: another topic with the same name" in verdict.seen


def test_one_that_was_created_by_a_program_and_deleted_by_the_form_counts():
    assert Gone().judge(seen(None, deleted=["old"]), "seed").state == "done"


def test_one_that_came_out_wrong_and_was_never_replaced_counts():
    assert Gone().judge(seen(None, ("wrong", 3)), "seed").state == "done"


def test_a_refusal_counts_however_much_was_asked_afterwards():
    asked = [("test2p", 1, "INVALID_PARTITIONS"), ("test2p", 3, ""), ("test2p", -1, "NEGATIVE_PARTITIONS")]
    evidence = {"asked": [{"act": "a", "topic": t, "total": n, "code": code} for t, n, code in asked]}
    assert RefusedShrink().judge(evidence, "seed").state == "done"
