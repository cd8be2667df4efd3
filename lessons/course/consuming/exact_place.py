from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.bare_names import no_topic
from lessons.course.consuming.steps import EXERCISE, PREPARED, TOPIC, consume, place_asked, set_to, stopped_after
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.places import committed_in

MOST_PLACES = 20  # of groups, in the evidence: what has committed last comes last
KEPT_CHARACTERS = 100


class ExactPlace(Exercise):
    id = EXERCISE
    version = 3  # a place that is the seat's own
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Stop in the middle"
    points = 3
    todo = (
        "Have a group of yours read `test1p` from the beginning and stop at a place that is yours alone (the lesson's page "
        "names it). Then type the value of the record that the group would be given next, before you see it."
    )
    hint = (
        "How many records has a group read whose committed offset is 1? A group that went too far can't be sent back by "
        "reading: take another group.id."
    )
    solution: ClassVar = staticmethod(stopped_after(lambda place: place, value=lambda place: str(place + 1)))
    wrong_ways: ClassVar = [
        WrongWay(PREPARED, "no-group"),
        WrongWay([PREPARED[0], consume()], "empty-topic"),
        WrongWay([*PREPARED, consume(auto_offset_reset="latest")], "latest"),
        WrongWay([*PREPARED, consume()], "too-far"),
        WrongWay(stopped_after(lambda place: place - 1), "behind"),
        WrongWay(set_to(lambda place: 999), "behind-the-end"),
        WrongWay(set_to(lambda place: place, value=lambda place: str(place + 1)), "set-not-read"),
        WrongWay(stopped_after(lambda place: place, value=str), "read-last"),
        WrongWay(stopped_after(lambda place: place, value=lambda place: "99"), "other-value"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Have a group of yours read `test1p` from the beginning, and stop so that its committed offset is "
            f"**{place_asked(seed)}**. Then type the value of the record that the group would be given next, before you see it."
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        title = f"Once a group has committed offset {place_asked(seed)}: the value that it is given next"
        value: Any = (str, Field("", title=title, max_length=KEPT_CHARACTERS))
        return create_model("ExactPlace", value=value)

    def observe(self, evidence: Evidence) -> Observation:
        """Where each partition begins and ends, the places of this seat's groups with the values around them, and what was
        typed."""
        topic = evidence.topic(TOPIC)
        spans = evidence.offsets(TOPIC) if topic else {}
        places = _places(evidence) if topic else []
        given = evidence.submitted(self.id)
        latest = [act for act in evidence.acts("consume") if act.fields.get("auto_offset_reset") == "latest"]
        return {
            "topic_id": topic.topic_id if topic else None,
            "spans": {str(partition): list(span) for partition, span in spans.items()},
            "places": [{**place, **_around(evidence, place, spans)} for place in places],
            "set": _set_last(evidence),
            "latest": [act.fields["group_id"] for act in latest if not act.data.get("delivered")],
            "typed": given.fields["answers"].get("value") if given else None,
            "unprefixed": evidence.unprefixed([TOPIC]) if topic is None else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted = place_asked(seed)
        expected = f"a group that has read {TOPIC} and committed offset {wanted}, and the value that it is given next"
        if verdict := _not_ready(observation, wanted, expected=expected):
            return verdict
        places: Sequence[Mapping[str, Any]] = observation["places"]
        exact = [each for each in places if each["committed"] == wanted and each["next"] is not None]
        if not exact:
            return _elsewhere(observation, wanted, expected=expected)
        read = [each for each in exact if [each["group"], each["partition"], wanted] not in observation["set"]]
        if not read:
            return not_yet(
                f"The offset of {exact[-1]['group']} was set to {wanted}; it has not read so far.",
                expected=expected, misconception="set-not-read", why="Take a new group.id, and let it read.",
            )  # fmt: skip
        return _typed(observation["typed"], read, wanted, expected=expected)


def _typed(typed: Any, read: Sequence[Mapping[str, Any]], wanted: int, *, expected: str) -> Verdict:
    """What was typed, beside what is next for the groups that have read so far."""
    where = f"Group {read[-1]['group']} has committed {wanted}"
    if not isinstance(typed, str) or not typed.strip():
        return not_yet(f"{where}. Nothing was typed yet.", expected=expected)
    typed = typed.strip()
    if any(typed == each["next"].strip() for each in read):
        return done(f"{where}, and the value that it is given next is {typed}.")
    if any(typed == (each["last"] or "").strip() for each in read):
        return not_yet(
            f"{where}. {typed} is the value that it has read last.", expected=expected, misconception="read-last",
            why="A committed offset is that of the next record, one more than that of the last one that was read.",
        )  # fmt: skip
    return not_yet(
        f"{where}. The value that it is given next is not {typed[:20]}.", expected=expected,
        misconception="other-value", why=f"Which record has offset {wanted}? Partitions count from 0.",
    )  # fmt: skip


def _places(evidence: Evidence) -> list[dict[str, Any]]:
    """Of this seat's groups in the topic; those that other programs have used, which no act tells of, come last."""
    found = committed_in(evidence, TOPIC)
    used = [act.fields["group_id"] for act in evidence.acts("consume")]
    order = {group: turn for turn, group in enumerate(used)}
    return sorted(found, key=lambda place: order.get(place["group"], len(used)))[-MOST_PLACES:]


def _around(evidence: Evidence, place: Mapping[str, Any], spans: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    """The values of the record that the group is given next, and of the one that it was given last, if they are there."""
    partition, committed = place["partition"], place["committed"]
    earliest, end = spans.get(partition, (0, 0))
    start = max(earliest, committed - 1)
    found = evidence.values_from(TOPIC, partition, start=start, end=end, at_most=2) if start < end else {}
    following = [value for offset, value in found.items() if offset >= committed]
    return {"last": found.get(committed - 1), "next": following[0] if following else None}


def _set_last(evidence: Evidence) -> list[list[Any]]:
    """[group, partition, offset] of the groups whose offset was set by the seat after they had last consumed."""
    touched: dict[str, list[Any] | None] = {}
    acts = [*evidence.acts("consume", topic=TOPIC), *evidence.acts("set-offset", topic=TOPIC)]
    for act in sorted(acts, key=lambda act: act.settled_at):
        if act.state == "done":
            fields, is_set = act.fields, act.kind == "set-offset"
            group = fields["group_id"]
            touched[group] = [group, fields.get("partition", 0), fields.get("offset", 0)] if is_set else None
    return [each for each in touched.values() if each is not None]


def _not_ready(observation: Observation, wanted: int, *, expected: str) -> Verdict | None:
    """Why no group can have been there yet."""
    spans: Mapping[str, Sequence[int]] = observation["spans"]
    if observation["topic_id"] is None:
        why = "Create it (lesson 3), and send 1 to 9 (lesson 6)."
        return no_topic(TOPIC, observation["unprefixed"], expected=expected, why=why)
    longest = max((end for _, end in spans.values()), default=0)
    if longest <= wanted:
        return not_begun(
            f"{TOPIC} is empty." if not longest else f"{TOPIC} ends at offset {longest}.", expected=expected,
            misconception="empty-topic", why="There is too little to read: send 1 to 9 first (lesson 6).",
        )  # fmt: skip
    if not observation["places"] and observation["latest"]:
        return not_yet(
            f"Group {observation['latest'][-1]} was given nothing, and has committed nothing.", expected=expected,
            misconception="latest", why="With latest it began behind the last record. Begin with earliest, and a new group.id.",
        )  # fmt: skip
    if not observation["places"]:
        return not_begun(
            f"No group of yours has committed an offset of {TOPIC}.", expected=expected, misconception="no-group",
            why="Start a consumer on it, with earliest.",
        )  # fmt: skip
    return None


def _elsewhere(observation: Observation, wanted: int, *, expected: str) -> Verdict:
    """No group is there: say it of the one that comes nearest."""
    nearest = min(observation["places"], key=lambda each: abs(each["committed"] - wanted))
    group, committed = nearest["group"], nearest["committed"]
    end = observation["spans"].get(str(nearest["partition"]), (0, 0))[1]
    seen = f"Group {group} has committed {committed} in partition {nearest['partition']}."
    if committed > end:
        return not_yet(
            seen, expected=expected, misconception="behind-the-end",
            why=f"{TOPIC} ends at {end}: no record has been there. Take a new group.id, and let it read.",
        )  # fmt: skip
    if committed > wanted:
        return not_yet(
            seen, expected=expected, misconception="too-far",
            why="It has read on. Take a new group.id, and have it stop after fewer records.",
        )  # fmt: skip
    return not_yet(
        seen, expected=expected, misconception="behind",
        why="There is more to read. The same group goes on from where it is.",
    )  # fmt: skip
