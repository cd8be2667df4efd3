from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.growth import made_at
from lessons.course.retention.steps import PING, SEND, TOPIC, begins_at, create, cut, pinged_until, set_to
from lessons.course.seeded import seeded_choice

CHECK_S = 2  # log.retention.check.interval.ms of the brokers that this app starts
NEEDED_S, ROOM_S = range(4, 8), range(6, 11)
READ = ("cleanup.policy", "retention.ms", "segment.ms")
NEVER_MS = 2**63  # -1 is no limit
DAY_MS = 86_400_000  # a segment that may be older is as the brokers have it: nobody has begun


def needed_asked(seed: str) -> int:
    """For how many seconds each record has to be there, for this seat."""
    return seeded_choice(NEEDED_S, seed)


def allowed_asked(seed: str) -> int:
    """How many seconds old a record that can be read may be."""
    return needed_asked(seed) + seeded_choice(ROOM_S, seed)


def configured(
    retention_ms: Callable[[int, int], int], segment_ms: Callable[[int, int], int], *then: Step, waits: bool = False
) -> StepsFor:
    """Steps: both settings, of what is needed and allowed in ms, then these; perhaps pings until one is gone."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        times = needed_asked(seed) * 1000, allowed_asked(seed) * 1000
        yield create()
        yield set_to("retention.ms", retention_ms(*times))
        yield set_to("segment.ms", segment_ms(*times))
        yield from then
        if waits:
            yield PING
            yield from pinged_until(lambda: begins_at(evidence) > 0)

    return steps


class Window(Exercise):
    id = "retention.window"
    reads_topics = (TOPIC,)
    title = "Old enough, and no older"
    points = 2
    todo = (
        f"The live map needs each position in `{TOPIC}` for some seconds, and the city allows nothing older than some "
        f"seconds more (the lesson's page names both). The brokers check every {CHECK_S} seconds. Set the topic so that both "
        "are kept while bikes go on sending, and let it work: something has to be gone by age."
    )
    hint = "How old is the oldest record of a segment when its newest one is as old as retention.ms?"
    solution: ClassVar = staticmethod(configured(lambda needed, allowed: needed, lambda *_: 1000, waits=True))
    wrong_ways: ClassVar = [
        WrongWay([create("another")], "no-topic"),
        WrongWay([create(), set_to("segment.ms", 1000)], "too-long"),
        WrongWay([create(), set_to("cleanup.policy", "compact")], "not-by-age"),
        WrongWay(configured(lambda needed, allowed: needed - 1000, lambda *_: 1000), "too-short"),
        WrongWay(configured(lambda needed, allowed: allowed, lambda *_: 1000), "segment-counts"),
        WrongWay(configured(lambda needed, allowed: needed, lambda needed, allowed: allowed), "segment-counts"),
        WrongWay(configured(lambda needed, allowed: needed, lambda *_: 1000), "still-there"),
        WrongWay(configured(lambda needed, allowed: needed, lambda *_: 1000, SEND, cut(3)), "by-hand"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"The live map needs each position in `{TOPIC}` for at least **{needed_asked(seed)} s**, and the city allows none "
            f"that is older than **{allowed_asked(seed)} s**. The brokers check every {CHECK_S} s. Set the topic so that both "
            "are kept while bikes go on sending every second, and let it work: something has to be gone by age."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """The topic's settings, where its partitions begin, and up to where this seat has cut them by hand."""
        topic = evidence.topic(TOPIC)
        settings = evidence.settings(TOPIC) if topic else {}
        spans = evidence.offsets(TOPIC) if topic else {}
        return {
            "topic_id": topic.topic_id if topic else None,
            "settings": {name: settings.get(name, "") for name in READ},
            "begins": {str(partition): earliest for partition, (earliest, _) in spans.items()},
            "by_hand": _by_hand(evidence),
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        needed, allowed = needed_asked(seed), allowed_asked(seed)
        expected = (
            f"settings of {TOPIC} that keep each record for {needed} s and none for more than {allowed} s, and records that "
            "are gone by age"
        )
        if observation["topic_id"] is None:
            return no_topic(TOPIC, observation["unprefixed"], expected=expected)
        return (
            _wrong_setting(observation["settings"], needed, allowed, expected=expected)
            or _nothing_gone(observation, expected=expected)
            or done(f"{_as_set(observation['settings'])}: it works, and {TOPIC} begins at {_begins(observation)}.")
        )


def _by_hand(evidence: Evidence) -> dict[str, int]:
    """{partition: the offset up to which this seat has cut it}, in the topic's latest life."""
    created = made_at(evidence, TOPIC)
    found: dict[str, int] = {}
    for act in evidence.acts("delete-records", topic=TOPIC):
        if act.state == "done" and act.settled_at > created:
            partition = str(act.fields.get("partition", 0))
            found[partition] = max(found.get(partition, 0), act.data.get("begins", 0))
    return found


def _wrong_setting(settings: Mapping[str, str], needed: int, allowed: int, *, expected: str) -> Verdict | None:
    """In milliseconds: a segment is closed by the first record that comes later than segment.ms after its first one."""
    retention, segment = (_ms(settings[name]) for name in ("retention.ms", "segment.ms"))
    say = not_begun if segment >= DAY_MS else not_yet
    if "delete" not in settings["cleanup.policy"]:
        return say(
            f"cleanup.policy is {settings['cleanup.policy'] or '(empty)'}.", expected=expected, misconception="not-by-age",
            why="Only a policy with “delete” in it deletes by age.",
        )  # fmt: skip
    if retention > allowed * 1000:
        return say(
            f"{_as_set(settings)}.", expected=expected, misconception="too-long",
            why="With that a record may become older than the city allows.",
        )  # fmt: skip
    if retention < needed * 1000:
        return say(
            f"{_as_set(settings)}.", expected=expected, misconception="too-short",
            why="With that a record can be gone before the map has done with it.",
        )  # fmt: skip
    if retention + segment > (allowed - CHECK_S) * 1000:
        return say(
            f"{_as_set(settings)}.", expected=expected, misconception="segment-counts",
            why="A segment goes as a whole, once its newest record is old enough. How old can its oldest one be by then?",
        )  # fmt: skip
    return None


def _nothing_gone(observation: Observation, *, expected: str) -> Verdict | None:
    """Right, but it was not seen at work."""
    begins, by_hand = observation["begins"], observation["by_hand"]
    if any(offset > by_hand.get(partition, 0) for partition, offset in begins.items()):
        return None
    seen = f"{_as_set(observation['settings'])}. That is right."
    if any(begins.values()):
        return not_yet(
            f"{seen} What is gone, you have deleted by hand.", expected=expected, misconception="by-hand",
            why="Send some pings, wait until they are too old, and look up the offsets.",
        )  # fmt: skip
    return not_yet(
        f"{seen} But {TOPIC} begins at offset 0: nothing is gone yet.", expected=expected, misconception="still-there",
        why="Send some pings, wait until they are too old, and look up the offsets.",
    )  # fmt: skip


def _as_set(settings: Mapping[str, str]) -> str:
    return f"retention.ms is {settings['retention.ms'] or '?'} and segment.ms is {settings['segment.ms'] or '?'}"


def _begins(observation: Observation) -> str:
    return "offset " + " and ".join(map(str, observation["begins"].values()))


def _ms(value: Any) -> int:
    return int(value) if str(value).isdecimal() else NEVER_MS
