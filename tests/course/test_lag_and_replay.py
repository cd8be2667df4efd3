"""What lesson 15 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest
from confluent_kafka import Producer

from lessons.classroom.checks.attempts import evidence_of
from lessons.cluster import offsets, topics
from lessons.course.lag_and_replay.and_forward import AndForward
from lessons.course.lag_and_replay.back_to_a_moment import BackToAMoment
from lessons.course.lag_and_replay.steps import BACK, FORWARD, TOPIC, moment_asked, times_in
from lessons.course.lag_and_replay.while_it_runs import NEXT, WhileItRuns

SEAT = "kafka.7KQ4."
TIMES = [[offset, 1_764_423_612_345 + offset] for offset in range(5)]
OFFSET, MOMENT = moment_asked(TIMES, SEAT) or (0, "")


def place(committed: int, *, group: str = "billing", partition: int = 0):
    return {"group": group, "partition": partition, "committed": committed}


def seen(*places: dict, times: list | None = None, **more: object):
    return {
        "topic_id": "x", "spans": {"0": [0, 9]}, "places": list(places), "unprefixed": {},
        "times": TIMES if times is None else times, "back": [], "has_tried": False, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("observation", "state", "misconception", "is_begun"),
    [
        (seen(place(OFFSET), back=[["billing", OFFSET, 9]]), "done", "", True),
        (seen(place(OFFSET), back=[["billing", OFFSET, 9], ["map", 0, 9]]), "done", "", True),
        (seen(place(OFFSET)), "not_yet", "read-so-far", True),
        (seen(place(OFFSET, partition=1)), "not_yet", "not-back", False),
        (seen(place(9)), "not_yet", "not-back", False),
        (seen(place(9), has_tried=True), "not_yet", "not-back", True),
        (
            seen(place(0), back=[["billing", 0, 9]]),
            "not_yet",
            "the-beginning",
            False,
        ),  # as the lesson's form is filled in
        (seen(place(0), back=[["billing", 0, 9]], has_tried=True), "not_yet", "the-beginning", True),
        (seen(place(7), back=[["billing", 7, 9]]), "not_yet", "other-moment", True),
        (seen(place(9), times=TIMES[:2]), "not_yet", "empty-topic", False),
    ],
)
def test_a_group_is_at_the_moment_and_was_further_on(observation, state, misconception, is_begun):
    verdict = BackToAMoment().judge(observation, SEAT + BACK)
    assert (verdict.state, verdict.misconception, verdict.is_begun) == (state, misconception, is_begun)


def test_both_exercises_of_a_seat_ask_for_the_same_moment_and_seats_for_different_ones():
    seats = [f"kafka.{number}." for number in range(40)]
    assert all(moment_asked(TIMES, seat + BACK) == moment_asked(TIMES, seat + FORWARD) for seat in seats)
    assert len({moment_asked(TIMES, seat + BACK) for seat in seats}) == 3


@pytest.mark.parametrize(
    ("observation", "state", "misconception"),
    [
        (seen(place(9), back=[["billing", OFFSET]], typed=[9 - OFFSET, 9]), "done", ""),
        (seen(place(9), place(3, group="map"), back=[["billing", OFFSET]], typed=[9 - OFFSET, 9]), "done", ""),
        (seen(place(9), back=[["map", OFFSET]], typed=[9 - OFFSET, 9]), "not_yet", "behind"),
        (seen(place(9), back=[["billing", OFFSET - 1]], typed=[9 - OFFSET, 9]), "not_yet", "not-back"),
        (seen(place(9), back=[["billing", OFFSET]], typed=[None, 9]), "not_yet", ""),
        (seen(place(9), back=[["billing", OFFSET]], typed=[9 - OFFSET, 18 - OFFSET]), "not_yet", "sent-again"),
    ],
)
def test_the_group_that_went_back_is_at_the_end_again_and_nothing_was_sent(observation, state, misconception):
    verdict = AndForward().judge(observation, SEAT + FORWARD)
    assert (verdict.state, verdict.misconception) == (state, misconception)


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        ([5, 6, 7], [0, 1, 2]),
        ([5, 5, 7], [0, 2]),  # one of two with the same time
        ([5, 3, 5, 6, 1, 8], [0, 3, 5]),  # clocks that differ
    ],
)
def test_a_record_that_is_later_than_all_before_it_is_what_kafka_finds_for_its_time(seconds, found, alice, kafka):
    topics.create_topic(alice.namespace, TOPIC, partitions=1, replicas=1)
    producer = Producer({"bootstrap.servers": kafka})
    for second in seconds:
        producer.produce(alice.namespace.full(TOPIC), "trip", timestamp=TIMES[0][1] + 1000 * second)
    producer.flush(30)
    times = times_in(evidence_of(alice))
    assert [offset for offset, _ in times] == found
    assert [offsets.look_up(alice.namespace, TOPIC, 0, at=at_ms) for _, at_ms in times] == found


@pytest.mark.parametrize(
    ("tries", "is_back", "state", "misconception"),
    [
        (["2026-01-01T00:00:03+00:00"], False, "done", ""),
        ([], True, "done", ""),
        (["2026-01-01T00:00:01+00:00"], False, "not_yet", "afterwards"),
        ([], False, "not_yet", "not-set"),
    ],
)
def test_a_prediction_is_older_than_the_last_try(tries, is_back, state, misconception):
    predicted = [{"at": "2026-01-01T00:00:02+00:00", "answer": NEXT}]
    observation = {"predictions": predicted, "tries": tries, "places": [], "is_back": is_back}
    verdict = WhileItRuns().judge(observation, SEAT)
    assert (verdict.state, verdict.misconception) == (state, misconception)
    assert state == "done" or "refuse" not in f"{verdict.seen} {verdict.why}"
