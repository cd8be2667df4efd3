from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.course.copies import in_words, not_ready, seen_in, sent_in_a_gap
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.outages import outage
from lessons.course.what_delivered_means.steps import CREATE, FIRST, OF_A_SEAT, TOPIC, receipt_asked, send


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield FIRST
    yield from outage(evidence, TOPIC, meanwhile=[send(receipt_asked(seed))])


def sent_too_early(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield send(receipt_asked(seed))


class TwoOfThree(Exercise):
    """A check that sees the receipt for the first time has to see, too, that a copy is missing."""

    id = "what-delivered-means.two-of-three"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Two of three"
    points = 2
    todo = f"While one copy of `{TOPIC}` is missing and two are demanded, send a receipt of your own (the lesson's page names it)."
    hint = "Have this page open while you send it: that a copy was missing is seen at that moment, or never."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [
        WrongWay([Step("create-topic", {"name": TOPIC, "partitions": 1, "replicas": 3}), FIRST], "not-sent"),
        WrongWay(sent_too_early, "all-in-sync"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return f"While one copy of `{TOPIC}` is missing and `min.insync.replicas` is 2, send the value **{receipt_asked(seed)}**."

    def observe(self, evidence: Evidence) -> Observation:
        """How the partition stood at each check, how often the seat's receipts were in it, and how many copies were demanded."""
        demanded = evidence.settings(TOPIC).get("min.insync.replicas", "") if evidence.topic(TOPIC) else ""
        return seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT, demanded=demanded)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        receipt, states = receipt_asked(seed), observation["states"]
        expected = f"“{receipt}” in {TOPIC}, sent while two of its three replicas were in sync and two were demanded"
        say = not_yet if any(each["values"].get(receipt) for each in states) else not_begun
        if verdict := not_ready(observation, TOPIC, expected=expected, say=say):
            return verdict
        now, sent = states[-1], sent_in_a_gap([each for each in states if each["demanded"] == "2"], receipt)
        if sent:
            return done(
                f"“{receipt}” was delivered while {sent['in_sync']} of 3 replicas were in sync, and 2 were demanded."
            )
        if not now["values"].get(receipt):
            return say(
                f"{in_words(now)} “{receipt}” is not there.", expected=expected, misconception="not-sent",
                why="Send it while a copy is missing.",
            )  # fmt: skip
        if sent_in_a_gap(states, receipt):
            return not_yet(
                f"“{receipt}” was sent while min.insync.replicas was not 2.", expected=expected,
                misconception="other-demand", why="Set it to 2, and send it once more while a copy is missing.",
            )  # fmt: skip
        return not_yet(
            f"“{receipt}” was not seen to be sent while a copy was missing.", expected=expected, misconception="all-in-sync",
            why="Send it once more, while a copy is missing and this page is open.",
        )  # fmt: skip
