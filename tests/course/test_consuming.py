"""What lesson 7 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.consuming.exact_place import ExactPlace
from lessons.course.consuming.steps import place_asked

SEED = "a seat"
WANTED = place_asked(SEED)


def place(
    committed: int, *, group: str = "readers", partition: int = 0, following: str | None = "next", last: str = "last"
):
    return {"group": group, "partition": partition, "committed": committed, "last": last, "next": following}


def seen(*places: dict, typed: object = "next", ends: tuple[int, ...] = (9,), is_set: list | None = None):
    return {
        "topic_id": "x", "spans": {str(partition): [0, end] for partition, end in enumerate(ends)},
        "places": list(places), "set": is_set or [], "latest": [], "typed": typed, "unprefixed": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("observation", "state", "misconception"),
    [
        (seen(place(WANTED)), "done", ""),
        (seen(place(WANTED), typed=" next "), "done", ""),
        (seen(place(9), place(WANTED, group="others")), "done", ""),  # one of the groups is there
        (seen(place(WANTED, partition=1), ends=(2, 9)), "done", ""),  # in a topic with two partitions, in one of them
        (seen(place(WANTED), typed=None), "not_yet", ""),
        (seen(place(WANTED), typed=["next"]), "not_yet", ""),
        (seen(place(WANTED), typed="last"), "not_yet", "read-last"),
        (seen(place(WANTED), typed="x"), "not_yet", "other-value"),
        (seen(place(WANTED - 1)), "not_yet", "behind"),
        (seen(place(9, following=None)), "not_yet", "too-far"),
        (seen(place(999, following=None)), "not_yet", "behind-the-end"),
        (seen(place(WANTED), is_set=[["readers", 0, WANTED]]), "not_yet", "set-not-read"),
        (seen(place(WANTED), is_set=[["readers", 0, WANTED - 1]]), "done", ""),  # set back, and read on by a program
        (seen(place(WANTED), place(WANTED, group="b"), is_set=[["b", 0, WANTED]]), "done", ""),
        (seen(place(1), ends=(2,)), "not_yet", "empty-topic"),
        (seen(), "not_yet", "no-group"),
    ],
)
def test_a_group_has_to_be_at_the_place_and_to_have_read_so_far(observation, state, misconception):
    verdict = ExactPlace().judge(observation, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_the_value_that_is_asked_for_is_never_told_before_it_was_typed():
    for typed in (None, "x", "last"):
        verdict = ExactPlace().judge(seen(place(WANTED, following="secret"), typed=typed), SEED)
        assert "secret" not in f"{verdict.seen} {verdict.expected} {verdict.why}"
