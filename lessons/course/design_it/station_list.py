from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from lessons.course.design_it.brief import COPIES, IN_SYNC, create, design_of, no_topic, not_safe
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_yet
from lessons.course.newest import newest_of
from lessons.course.seeded import seeded_choice

TOPIC = "station-list"
STATIONS = tuple(f"station-{number}" for number in range(11, 30))
OPEN = 2


def closed_asked(seed: str) -> str:
    """Which station is closed for good, for this seat."""
    return seeded_choice(STATIONS, seed)


def send(keys: str, values: str, **more: Any) -> Step:
    return Step("produce", {"topic": TOPIC, "key": keys, "values": values, **more})


LISTED = send("station-4\nstation-5", "by the river\nmarket square")


def listed(*, closes: bool = True, value: str | None = None, **change: Any) -> StepsFor:
    """Steps: the right topic, but for what is changed, two stations, and one that is closed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        right = {"min_insync_replicas": IN_SYNC, "cleanup_policy": "compact", "replicas": COPIES}
        yield create(TOPIC, **{**right, **change})
        yield LISTED
        closed = closed_asked(seed)
        yield send(closed, "old station")
        if closes:
            yield send(closed, "", tombstone=True) if value is None else send(closed, value)

    return steps


class StationList(Exercise):
    id = "design-it.station-list"
    reads_topics = (TOPIC,)
    title = "The list of stations"
    points = 2
    todo = (
        f"Have a topic `{TOPIC}` from which any new reader learns all stations that there are, however long ago they were "
        "told of. Tell it of two stations, and of one that is closed for good (the lesson's page names it). It has to be as "
        "safe as the events."
    )
    hint = "What is the key, and what is the value of a station that does not exist any more?"
    solution: ClassVar = staticmethod(listed())
    wrong_ways: ClassVar = [
        WrongWay([create("another")], "no-topic"),
        WrongWay(listed(cleanup_policy="delete"), "forgets-by-age"),
        WrongWay(listed(cleanup_policy="compact,delete"), "forgets-by-age"),
        WrongWay(listed(replicas=1, min_insync_replicas=1), "one-copy"),
        WrongWay(listed(min_insync_replicas=1), "acknowledged-by-one"),
        WrongWay([create(TOPIC, min_insync_replicas=IN_SYNC, cleanup_policy="compact")], "not-sent"),
        WrongWay(listed(closes=False), "not-closed"),
        WrongWay(listed(value="closed"), "not-closed"),
        WrongWay(listed(value=""), "empty-is-not-null"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Have a topic `{TOPIC}` from which any new reader learns all stations that there are, however long ago they were "
            f"told of. Tell it of two stations, and that **{closed_asked(seed)}**, which it may know, is closed for good. It "
            "has to be as safe as the events."
        )

    def observe(self, evidence: Evidence) -> Observation:
        design = design_of(evidence, TOPIC)
        newest = newest_of(evidence, TOPIC) if design["partitions"] else {}
        return {**design, "newest": newest}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        closed = closed_asked(seed)
        expected = (
            f"a topic {TOPIC} that keeps each station's newest record, with two stations, and {closed} closed in it"
        )
        verdict = no_topic(observation, TOPIC, expected=expected) or not_safe(observation, TOPIC, expected=expected)
        if verdict:
            return verdict
        policy = observation["settings"]["cleanup.policy"]
        if policy != "compact":
            return not_yet(
                f"cleanup.policy of {TOPIC} is {policy or '(empty)'}.", expected=expected, misconception="forgets-by-age",
                why="A station of which nothing was heard for long would disappear from the list.",
            )  # fmt: skip
        return _wrong_list(observation["newest"], closed, expected=expected) or done(
            f"{TOPIC} keeps the newest record of each station, and {closed} has a tombstone."
        )


def _wrong_list(newest: dict[str, str | None], closed: str, *, expected: str) -> Verdict | None:
    stations = [key for key, value in newest.items() if value and key != closed]
    if len(stations) < OPEN:
        return not_yet(
            f"The number of stations in {TOPIC} is {len(stations)}.", expected=expected, misconception="not-sent",
            why="Send a record of each, with the station as its key.",
        )  # fmt: skip
    if closed not in newest or newest[closed]:
        said = f"The newest record of {closed} says “{(newest.get(closed) or '')[:20]}”."
        return not_yet(
            said if closed in newest else f"{TOPIC} says nothing of {closed}.", expected=expected,
            misconception="not-closed", why="A reader has to learn that there is no such station any more.",
        )  # fmt: skip
    if newest[closed] == "":
        return not_yet(
            f"The newest record of {closed} has an empty value.", expected=expected, misconception="empty-is-not-null",
            why="That is a value, of no bytes, and the cleaner keeps it for ever.",
        )  # fmt: skip
    return None
