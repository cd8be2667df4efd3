from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lessons.course.compaction_and_tombstones.states import TOPIC, not_ready, topic_now
from lessons.course.compaction_and_tombstones.steps import (
    CREATE,
    NOT_COMPACTED,
    SEND,
    cleaned_until,
    create,
    state_is,
    tombstone,
)
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.growth import made_at

BIKE = "bike-23"  # in the solutions
IMPATIENT = create(delete_retention_ms=0)
DAY_MS = 86_400_000  # the default of delete.retention.ms: whoever has it has not begun


def scrapped(*before: Step, until: Callable[[Mapping[str, Any]], bool]) -> StepsFor:
    """Steps: these, and then what closes segments until the topic is so."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from before
        yield SEND
        yield tombstone(BIKE)
        yield from cleaned_until(lambda: until(topic_now(evidence)))

    return steps


class WithoutATrace(Exercise):
    """The cluster tells nothing of a key that is gone. The seat's acts do, and earlier checks, which saw its tombstone."""

    id = "compaction-and-tombstones.without-a-trace"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Without a trace"
    points = 2
    todo = (
        f"Have all that `{TOPIC}` knows of a scrapped bike disappear, its tombstone included, while other bikes stay. (If your "
        "own program does it, press *Check now* while the tombstone is there.)"
    )
    hint = "Two things stand in the way: a segment that is not closed, and a setting that held when the cleaner first passed the tombstone."
    solution: ClassVar = staticmethod(scrapped(IMPATIENT, until=lambda now: BIKE not in now["counts"]))
    wrong_ways: ClassVar = [
        WrongWay([NOT_COMPACTED, SEND], "not-compacted"),
        WrongWay([CREATE, SEND], "missing"),
        WrongWay([CREATE, SEND, tombstone(BIKE)], "not-cleaned"),
        WrongWay(scrapped(CREATE, until=lambda now: now["counts"].get(BIKE) == 1), "tombstone-stays"),
        WrongWay([CREATE, SEND, tombstone(BIKE), state_is(BIKE, "free")], "written-again"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        """The topic, and the keys that had a tombstone in it, as far as acts and earlier checks know."""
        now = topic_now(evidence)
        before = [each for each in evidence.earlier(self.id) if each.get("topic_id") == now["topic_id"]]
        keys = [key for each in [*before, now] for key, value in each.get("newest", {}).items() if value is None]
        return {**now, "tombstones": sorted({*keys, *_by_acts(evidence)})}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = (
            f"a bike that had a tombstone in {TOPIC}, of which no record is left, and others that are still there"
        )
        if verdict := not_ready(observation, expected=expected):
            return verdict
        counts, tombstones = observation["counts"], observation["tombstones"]
        gone = [key for key in tombstones if key not in counts]
        if gone and counts:
            return done(f"Nothing of {gone[0]} is left in {TOPIC}, not even its tombstone.")
        if gone:
            return not_yet(
                f"{TOPIC} is empty.", expected=expected, misconception="all-gone",
                why="The other bikes were to stay. Send the nine records of this page once more.",
            )  # fmt: skip
        if not tombstones:
            return not_begun(
                f"No bike in {TOPIC} is known to have a tombstone.", expected=expected, misconception="missing",
                why="Scrap one first.",
            )  # fmt: skip
        say = not_begun if _ms(observation["delete_retention_ms"]) >= DAY_MS else not_yet
        return _still_there(say, tombstones, observation, expected=expected)


def _still_there(
    say: Callable[..., Verdict], tombstones: Sequence[str], observation: Observation, *, expected: str
) -> Verdict:
    """Say it of the one that comes nearest."""
    counts, newest = observation["counts"], observation["newest"]
    scrapped = [key for key in tombstones if newest.get(key) is None]
    if not scrapped:
        return not_yet(
            f"{tombstones[0]} had a tombstone, and a newer record came after it.", expected=expected,
            misconception="written-again", why="The newest record of a key wins. Send the tombstone once more.",
        )  # fmt: skip
    nearest = min(scrapped, key=lambda key: counts[key])
    if counts[nearest] > 1:
        return say(
            f"{TOPIC} has {counts[nearest]} records of {nearest}; the newest is its tombstone.", expected=expected,
            misconception="not-cleaned",
            why="Segments are cleaned once they are closed. Send something else, a little later, and wait.",
        )  # fmt: skip
    return say(
        f"Of {nearest} the tombstone alone is left.", expected=expected, misconception="tombstone-stays",
        why="How long it stays was settled when the cleaner first passed it. A newer tombstone gets a time of its own.",
    )  # fmt: skip


def _by_acts(evidence: Evidence) -> set[str]:
    """The keys of tombstones that this seat has sent, in the topic's latest life."""
    created = made_at(evidence, TOPIC)
    return {
        act.fields["key"]
        for act in evidence.acts("produce", topic=TOPIC)
        if act.fields.get("tombstone") and act.state == "done"
        if act.fields.get("key") and act.settled_at > created
    }


def _ms(value: object) -> int:
    return int(str(value)) if str(value).isdecimal() else DAY_MS
