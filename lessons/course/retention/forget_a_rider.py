from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from lessons.course.bare_names import no_topic
from lessons.course.evidence import Evidence, text_of
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.retention.steps import PINGS, SEND, TOPIC, create, cut, last_ping
from lessons.course.seeded import seeded_choice

ASKED = ("bike-17", "bike-23", "bike-42", "bike-58")  # behind the last ping of each there are others
MOST_READ = 200  # records, from the beginning


def bike_asked(seed: str) -> str:
    """Whose positions are to go, for this seat."""
    return seeded_choice(ASKED, seed)


def cut_behind(before: Callable[[int], int]) -> StepsFor:
    """Steps: twelve pings, and a cut that depends on how many of them the bike's last one is."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield create()
        yield SEND
        first = evidence.offsets(TOPIC)[0][1] - len(PINGS)
        yield cut(max(-1, first + before(last_ping(bike_asked(seed)))))

    return steps


class ForgetARider(Exercise):
    id = "retention.forget-a-rider"
    reads_topics = (TOPIC,)
    title = "Forget one rider"
    points = 2
    todo = (
        f"The rider of one of the bikes (the lesson's page names it) no longer agrees: nothing of that bike may be left in "
        f"`{TOPIC}`. Keep as many of the others' records as you can."
    )
    hint = "Which is the last record of that bike? The form asks for the offset at which the partition is to begin."
    solution: ClassVar = staticmethod(cut_behind(lambda last: last))
    wrong_ways: ClassVar = [
        WrongWay([create("another")], "no-topic"),
        WrongWay([create(partitions=2)], "more-partitions"),
        WrongWay([create()], "empty-topic"),
        WrongWay([create(), SEND], "still-there"),
        WrongWay(cut_behind(lambda last: 1), "too-little"),
        WrongWay(cut_behind(lambda last: last - 1), "before-is-not-with"),
        WrongWay(cut_behind(lambda last: last + 1), "too-much"),
        WrongWay(cut_behind(lambda last: -len(PINGS)), "all-gone"),
        WrongWay([create(), Step("produce", {"topic": TOPIC, "values": "a\nb"}), cut(1)], "other-records"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"The rider of **{bike_asked(seed)}** no longer agrees: nothing of that bike may be left in `{TOPIC}`. "
            "Keep as many of the others' records as you can."
        )

    def observe(self, evidence: Evidence) -> Observation:
        """Where the topic's only partition begins and ends, and the oldest records that it has."""
        topic = evidence.topic(TOPIC)
        spans = evidence.offsets(TOPIC) if topic else {}
        earliest, end = spans.get(0, (0, 0))
        left = evidence.records(TOPIC, 0, start=earliest, end=end, at_most=MOST_READ) if earliest < end else ()
        return {
            "partitions": len(topic.partitions) if topic else None,
            "earliest": earliest,
            "end": end,
            "left": [[each.offset, text_of(each.key), text_of(each.value)] for each in left],
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        bike = bike_asked(seed)
        expected = f"no record of {bike} in {TOPIC}, and every record that stood behind its last one"
        if verdict := _not_ready(observation, expected=expected):
            return verdict
        left, begins = observation["left"], f"{TOPIC} begins at offset {observation['earliest']}"
        if not left:
            return not_yet(
                f"{begins}, and that is its end.", expected=expected, misconception="all-gone",
                why="The others' records went, too, and can't be brought back. Send the twelve once more.",
            )  # fmt: skip
        if of_bike := [offset for offset, key, _ in left if key == bike]:
            return _still_there(of_bike, left[0][0], bike, begins, expected=expected)
        value, wanted = left[0][2], PINGS[last_ping(bike)]
        if value == wanted:
            return done(f"{begins}, with {value}. Nothing of {bike} is left, and no other record was moved.")
        if value in PINGS[last_ping(bike) :]:
            return not_yet(
                f"{begins}, with {value}. Nothing of {bike} is left, but some of the others are missing.",
                expected=expected, misconception="too-much",
                why="What is deleted can't be brought back. Send the twelve once more, and cut at the right place.",
            )  # fmt: skip
        return not_yet(
            f"{begins}, with “{(value or '')[:20]}”.", expected=expected, misconception="other-records",
            why="Those are not the twelve pings of this page. Send them, and cut behind the last one of the bike.",
        )  # fmt: skip


def _not_ready(observation: Observation, *, expected: str) -> Verdict | None:
    """Why nothing was cut off so far."""
    partitions = observation["partitions"]
    if partitions is None:
        return no_topic(TOPIC, observation["unprefixed"], expected=expected)
    if partitions != 1:
        return not_yet(
            f"{TOPIC} has {partitions} partitions.", expected=expected, misconception="more-partitions",
            why="This exercise needs all pings in one row. Delete the topic, and create it with one partition.",
        )  # fmt: skip
    if not observation["end"]:
        return not_begun(
            f"{TOPIC} is empty.", expected=expected, misconception="empty-topic", why="Send the twelve pings first."
        )
    if not observation["earliest"]:
        return not_begun(
            f"{TOPIC} begins at offset 0: nothing was deleted.", expected=expected, misconception="still-there",
            why="Delete by the form below, by a program or by Kafka's tool.",
        )  # fmt: skip
    return None


def _still_there(of_bike: Sequence[int], first: int, bike: str, begins: str, *, expected: str) -> Verdict:
    """Some records of the bike are left."""
    if of_bike == [first]:
        return not_yet(
            f"{begins}, and that is the last record of {bike}.", expected=expected, misconception="before-is-not-with",
            why="What stands *before* the offset is deleted. The record at the offset is the first that stays.",
        )  # fmt: skip
    count = len(of_bike)
    return not_yet(
        f"{begins}. {count} {'record' if count == 1 else 'records'} of {bike} can still be read.",
        expected=expected, misconception="too-little", why="Find the last one of that bike, by its key.",
    )  # fmt: skip
