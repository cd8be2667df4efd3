from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Say,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.places import Place, lag_of, not_readable, seen_in
from lessons.course.seeded import seeded_choice
from lessons.course.two_groups_two_places.steps import CREATE, TOPIC, consume, send

LAGS = range(2, 5)
Typed = tuple[int, int, int]  # where the group with the lag goes on, where earliest begins, and where latest does


def lag_asked(seed: str) -> int:
    """The lag that a group of this seat is to have."""
    return seeded_choice(LAGS, seed)


def stopped_at(lag: Callable[[int], int], answer: Callable[[int, int], Typed] | None = None) -> StepsFor:
    """Steps: a new group reads until this lag is left; then perhaps three offsets are typed, made of its place and the
    end."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield CREATE
        yield send()
        _earliest, end = evidence.offsets(TOPIC)[0]
        place = end - lag(lag_asked(seed))
        yield consume(f"billing-{end}", stop_after=place)
        if answer is not None:
            again, earliest, latest = answer(place, end)
            yield submit(WhereNext.id, again=again, earliest=earliest, latest=latest)

    return steps


def wrong(answer: Callable[[int, int], Typed]) -> StepsFor:
    """Steps: everything is right but what is typed."""
    return stopped_at(lambda lag: lag, answer)


class WhereNext(Exercise):
    id = "two-groups-two-places.where-next"
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Where does each go on?"
    points = 2
    todo = (
        f"Have a group of yours stop in `{TOPIC}` with a lag that is yours alone (the lesson's page names it). Then say at "
        "which offset three consumers would begin if they were started now, before you start any."
    )
    hint = "The lag is counted from the end. Which of the three groups have committed an offset?"
    solution: ClassVar = staticmethod(stopped_at(lambda lag: lag, lambda place, end: (place, 0, end)))
    wrong_ways: ClassVar = [
        WrongWay([CREATE, send()], "no-group"),
        WrongWay([CREATE, send(), consume("billing")], "too-far"),
        WrongWay(stopped_at(lambda lag: lag + 1), "other-lag"),
        WrongWay(wrong(lambda place, end: (end, 0, end)), "latest-wins"),
        WrongWay(wrong(lambda place, end: (place - 1, 0, end)), "read-last"),
        WrongWay(wrong(lambda place, end: (place, place, end)), "shared-place"),
        WrongWay(wrong(lambda place, end: (place, 0, place)), "shared-place"),
        WrongWay(wrong(lambda place, end: (place, 0, end - 1)), "last-record"),
        WrongWay(wrong(lambda place, end: (place, 1, end)), "other-offset"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        return (
            f"Have a group of yours stop in `{TOPIC}` with a lag of **{lag_asked(seed)}**. Then say at which offset three "
            "consumers would begin if they were started now, before you start any."
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        def offset(title: str) -> Any:
            return (int, Field(title=title, ge=0, lt=2**63))

        return create_model(
            "WhereNext",
            again=offset("The group with that lag, now with latest"),
            earliest=offset("A new group with earliest"),
            latest=offset("A new group with latest"),
        )

    def observe(self, evidence: Evidence) -> Observation:
        """Where each partition begins and ends, the places of this seat's groups, and what was typed."""
        return {**seen_in(evidence, TOPIC), "typed": evidence.typed(self.id, "again", "earliest", "latest")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted, typed, spans = lag_asked(seed), observation["typed"], observation["spans"]
        expected = f"a group that has read some of {TOPIC} and has a lag of {wanted}, and three offsets"
        say = not_begun if typed is None else not_yet
        if verdict := not_readable(observation, TOPIC, expected=expected, say=say, least=wanted + 1):
            return verdict
        lags = [(place, lag_of(place, spans)) for place in observation["places"]]
        exact = [
            place for place, lag in lags if lag == wanted and place["committed"] > spans[str(place["partition"])][0]
        ]
        if not exact:
            return _elsewhere([(place, lag) for place, lag in lags if lag is not None], wanted, say, expected=expected)
        place = exact[-1]
        where = f"Group {place['group']} has a lag of {wanted}"
        match typed:
            case [int(again), int(earliest), int(latest)]:
                pass
            case _:
                return say(f"{where}. The three offsets were not typed yet.", expected=expected)
        begins, end = spans[str(place["partition"])]
        if (again, earliest, latest) == (place["committed"], begins, end):
            return done(
                f"{where} and goes on at {again}. Without a place earliest begins at {earliest}, latest at {latest}."
            )
        name, why = _mistake((again, earliest, latest), place["committed"], begins, end)
        return not_yet(f"{where}. Not all three offsets are right.", expected=expected, misconception=name, why=why)


def _elsewhere(lags: list[tuple[Place, int]], wanted: int, say: Say, *, expected: str) -> Verdict:
    """No group has that lag: say it of the one that comes nearest."""
    if not lags:
        return say("No group of yours has a place in it.", expected=expected, misconception="no-group")
    place, lag = min(lags, key=lambda each: abs(each[1] - wanted))
    seen = f"Group {place['group']} has committed {place['committed']}: its lag is {lag}."
    if lag < wanted:
        return say(
            seen, expected=expected, misconception="too-far",
            why="It has read too far. Send more records, or take a new group.id and have it stop earlier.",
        )  # fmt: skip
    return say(
        seen, expected=expected, misconception="other-lag" if lag > wanted else "behind",
        why="The lag is what is left to read. The same group.id goes on where it was.",
    )  # fmt: skip


def _mistake(typed: Typed, committed: int, begins: int, end: int) -> tuple[str, str]:
    """What it looks like, and what to think of."""
    again, earliest, latest = typed
    if again == end:
        return "latest-wins", "auto.offset.reset is asked where a group has no place. Has this group one?"
    if again == committed - 1:
        return "read-last", "A committed offset is that of the next record, and not of the last one that was read."
    if again == committed and committed in (earliest, latest):
        return "shared-place", "Each group has a place of its own. A new group knows nothing of the others'."
    if latest == end - 1:
        return "last-record", "latest begins behind the last record, at the offset that the next one will get."
    others = again != committed, earliest != begins, latest != end
    which = " and ".join(name for name, is_wrong in zip(("first", "second", "third"), others, strict=True) if is_wrong)
    return "other-offset", f"Look at the stage again for the {which}."
