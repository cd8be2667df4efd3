from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.course.a_broker_goes_down.steps import CREATE, OF_A_SEAT, SEND, TOPIC, alarm_asked, outage, send_alarm
from lessons.course.copies import has_gap, in_words, not_ready, seen_in, sent_in_a_gap
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield from outage(evidence, meanwhile=[send_alarm(alarm_asked(seed))])


def sent_too_early(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield SEND
    yield send_alarm(alarm_asked(seed))


class InTheGap(Exercise):
    """A check that sees the alarm for the first time has to see, too, that a copy is missing."""

    id = "a-broker-goes-down.in-the-gap"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Sent in the gap"
    points = 2
    todo = (
        f"While one of the three copies of `{TOPIC}` is missing, send an alarm of your own (the lesson's page names it). It has "
        "to be there still when all three are in sync again."
    )
    hint = "Have this page open while you send it: that a copy was missing is seen at that moment, or never."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [
        WrongWay([Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 1})], "too-few-copies"),
        WrongWay([CREATE, SEND], "not-sent"),
        WrongWay(sent_too_early, "all-in-sync"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"While one of the three copies of `{TOPIC}` is missing, send the value **{alarm_asked(seed)}**. It has to "
            "be there still when all three are in sync again."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """How the partition stood at each check, and how often the seat's alarm was in it."""
        return seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        alarm, states = alarm_asked(seed), observation["states"]
        expected = f"“{alarm}” in {TOPIC}, sent while a copy was missing, and three replicas in sync"
        say = not_yet if any(each["values"].get(alarm) for each in states) else not_begun
        if verdict := not_ready(observation, TOPIC, expected=expected, say=say):
            return verdict
        now, sent = states[-1], sent_in_a_gap(states, alarm)
        where = in_words(now)
        if not now["values"].get(alarm):
            why = "Send it now." if has_gap(now) else "Send it while any of the three brokers is down."
            return say(
                f"{where} “{alarm}” is not there.", expected=expected, misconception="not-sent", why=why,
            )  # fmt: skip
        if not sent:
            return not_yet(
                f"{where} “{alarm}” was not seen to be sent while a copy was missing.", expected=expected,
                misconception="all-in-sync", why="Send it once more, while a copy is missing and this page is open.",
            )  # fmt: skip
        if has_gap(now):
            return not_yet(
                f"{where} “{alarm}” is there.", expected=expected, misconception="behind", why="Start the broker again.",
            )  # fmt: skip
        return done(
            f"“{alarm}” was sent while {sent['in_sync']} of 3 replicas were in sync, and now all three have it."
        )
