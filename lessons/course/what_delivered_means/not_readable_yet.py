from __future__ import annotations

import time
from collections.abc import Iterator
from typing import ClassVar

from lessons.course.copies import has_gap, in_words, not_ready, seen_in
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet, while_not
from lessons.course.outages import outage
from lessons.course.what_delivered_means.steps import (
    CREATE,
    FIRST,
    OF_A_SEAT,
    TOPIC,
    demand,
    receipt_asked,
    send,
)

COPIED_WITHIN_S = 20.0


def solution(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield FIRST
    yield from outage(evidence, TOPIC, meanwhile=[demand(3), send(receipt_asked(seed), acks="1")])


def sent_to_all(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield CREATE
    yield send(receipt_asked(seed), acks="1")
    for _ in while_not(lambda: evidence.newest(TOPIC), within_s=COPIED_WITHIN_S):
        time.sleep(0.1)


class NotReadableYet(Exercise):
    """The report of the act names an offset, and a check has to see that the partition ends before it."""

    id = "what-delivered-means.not-readable-yet"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Behind the mark"
    points = 2
    todo = (
        f"Have a receipt of your own (the lesson's page names it) acknowledged at a moment at which no consumer of `{TOPIC}` is "
        "given it. Later it has to be readable."
    )
    hint = "Demand three copies while two are there, and send it with acks=1. Have this page open meanwhile."
    solution: ClassVar = staticmethod(solution)
    wrong_ways: ClassVar = [WrongWay([CREATE, FIRST], "not-sent"), WrongWay(sent_to_all, "readable-at-once")]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Have the value **{receipt_asked(seed)}** acknowledged at a moment at which no consumer of `{TOPIC}` is given it. "
            "Later it has to be readable."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """How the partition stood at each check, and the offsets that this seat's reports had named by then."""
        reported = {
            act.fields["values"]: report["offset"]
            for act in evidence.acts("produce", topic=TOPIC)
            if act.fields["values"].startswith(OF_A_SEAT)
            for report in act.data.get("deliveries", ())
            if report.get("error") is None and report.get("offset") is not None
        }
        return seen_in(evidence, self.id, TOPIC, values_of_a_seat=OF_A_SEAT, reported=reported)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        receipt, states = receipt_asked(seed), observation["states"]
        expected = f"“{receipt}” acknowledged at an offset that lay behind the end of {TOPIC}, and readable now"
        say = not_yet if any(each["reported"].get(receipt) is not None for each in states) else not_begun
        if verdict := not_ready(observation, TOPIC, expected=expected, say=say):
            return verdict
        now = states[-1]
        hidden = [each for each in states if has_gap(each) and each["reported"].get(receipt, -1) >= each["end"]]
        if hidden and now["values"].get(receipt):
            offset = hidden[-1]["reported"][receipt]
            return done(f"“{receipt}” was acknowledged at offset {offset} while {TOPIC} ended at {hidden[-1]['end']}.")
        if hidden:
            why = "Start the broker that is down." if has_gap(now) else "Wait until enough copies are in sync."
            return not_yet(
                f"{in_words(now)} “{receipt}” is acknowledged, and nobody can read it.", expected=expected,
                misconception="behind", why=why,
            )  # fmt: skip
        if now["values"].get(receipt):
            return say(
                f"“{receipt}” was not seen acknowledged behind the end of {TOPIC}.", expected=expected, misconception="readable-at-once",
                why="Send it once more while fewer copies are in sync than are demanded.",
            )  # fmt: skip
        return say(
            f"No report for “{receipt}”, sent alone by a form of this app, was found.",
            expected=expected,
            misconception="not-sent",
        )
