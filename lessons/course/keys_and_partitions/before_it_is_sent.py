from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.keys_and_partitions.steps import (
    BIKES,
    TOPIC,
    WANTED,
    create,
    not_ready,
    places_of,
    send,
    topic_facts,
)

ASKED = 3  # bikes
KEPT = 5  # records of a bike, in the evidence
EXPECTED = (
    f"the partitions of three bikes in {TOPIC}, typed before a record of one of them is there, and then the records"
)

Places = Mapping[str, int]  # of a bike, by its name: a partition


def here(bike: str) -> int:
    return by_crc32(bike, WANTED)


def in_java(bike: str) -> int:
    return by_murmur2(bike, WANTED)


def bikes_asked(seed: str, draw: int) -> list[str]:
    """Three that are not all together by either hash, and elsewhere by the other one; in each draw (from 0) others."""
    bikes = [*BIKES]
    random.Random(seed).shuffle(bikes)  # noqa: S311 - no secret
    triples = [sorted(bikes[at : at + ASKED]) for at in range(0, len(bikes) - ASKED + 1, ASKED)]
    fit = [each for each in triples if _are_worth_asking(each)]
    return fit[draw % len(fit)]


def _are_worth_asking(bikes: list[str]) -> bool:
    places, others = [here(each) for each in bikes], [in_java(each) for each in bikes]
    is_dealt_out = [*range(WANTED)] in (places, others)
    return places != others and len(set(places)) > 1 and len(set(others)) > 1 and not is_dealt_out


def tested(evidence: Evidence) -> list[Observation]:
    """What checks saw of the answers that the cluster has put to the test, oldest first: one for each three bikes."""
    seen: dict[frozenset[str], Observation] = {}
    for each in evidence.earlier(BeforeItIsSent.id):
        if is_tested(each):
            seen.setdefault(frozenset(each["typed"]), each)
    return [*seen.values()]


def draw_now(evidence: Evidence, *, apart_from: str = "") -> int:
    """Which bikes are asked for: so many answers were put to the test, without that of the id."""
    return sum(each["answer_id"] != apart_from for each in tested(evidence))


def done_with(evidence: Evidence, seed: str) -> list[str]:
    """The bikes of the last answer that was put to the test, if it was right; empty: there is something to ask."""
    last = next(reversed(tested(evidence)), None)
    is_right = last is not None and BeforeItIsSent().judge(last, seed).state == "done"
    return bikes_asked(seed, last["draw"]) if last and is_right else []


def foretold(
    partition: Callable[[str], int] | None, *, is_late: bool = False, sends: Callable[..., Step] | None = send
) -> StepsFor:
    """Steps: each bike's partition is typed (None: in their order, 0 to 2), and a record sent for each."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        bikes = bikes_asked(seed, draw_now(evidence))
        typed = [partition(each) for each in bikes] if partition else range(WANTED)
        yield create()
        if is_late:
            yield send(*bikes)
        yield submit(BeforeItIsSent.id, **{_field(each): place for each, place in zip(bikes, typed, strict=True)})
        if sends is not None:
            yield sends(*bikes)

    return steps


class BeforeItIsSent(Exercise):
    id = "keys-and-partitions.before-it-is-sent"
    reads_topics = (TOPIC,)
    remembers = True
    title = "Before it is sent"
    points = 2
    todo = (
        "Three bikes, of which `unlocks` holds no record yet (the lesson's page names them): type where a record of each "
        "will go. Then send one for each, with the bike as its key. If one of them goes elsewhere, three others are asked."
    )
    hint = "What decides is the key, the number of partitions, and the hash. None of the three needs the topic itself."
    solution: ClassVar = staticmethod(foretold(here))
    wrong_ways: ClassVar = [
        WrongWay([create(1)], "other-count"),
        WrongWay(foretold(here, sends=None), "not-sent"),
        WrongWay(foretold(here, is_late=True), "afterwards"),
        WrongWay(foretold(in_java), "other-hash"),
        WrongWay(foretold(None), "dealt-out"),
        WrongWay(foretold(lambda bike: 0), "other-partition"),
        WrongWay(foretold(lambda bike: 2, sends=lambda *bikes: send(*bikes, partition=2)), "by-hand"),
    ]

    def task(self, evidence: Evidence, seed: str) -> str:
        first, second, third = done_with(evidence, seed) or bikes_asked(seed, draw_now(evidence))
        return (
            f"`unlocks` holds no record yet of **{first}**, **{second}** and **{third}**. Type where a record of each will "
            "go. Then send one for each, with the bike as its key. If one of them goes elsewhere, three others are asked."
        )

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        if done_with(evidence, seed):
            return None
        fields: dict[str, Any] = {
            _field(bike): (int, Field(title=f"Partition of {bike}", ge=0, lt=2**31))
            for bike in bikes_asked(seed, draw_now(evidence))
        }
        return create_model("BeforeItIsSent", **fields)

    def observe(self, evidence: Evidence) -> Observation:
        """What was typed last and when, which bikes were asked for then, and where the records of those bikes are."""
        facts, given = topic_facts(evidence), evidence.submitted(self.id)
        typed = _typed(given.fields["answers"]) if given else {}
        places = {} if facts["partitions"] is None else places_of(evidence, typed)
        return {
            **facts,
            "answer_id": given.id if given else "",
            "answered_ms": int(datetime.fromisoformat(given.settled_at).timestamp() * 1000) if given else 0,
            "draw": draw_now(evidence, apart_from=given.id if given else ""),
            "typed": typed,
            "found": {bike: each[-KEPT:] for bike, each in places.items()},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        if verdict := not_ready(observation, expected=EXPECTED):
            return verdict
        typed, asked = observation["typed"], bikes_asked(seed, observation["draw"])
        if not observation["answer_id"]:
            return not_begun("Nothing was typed yet.", expected=EXPECTED)
        if sorted(typed) != asked:
            return not_yet(f"Nothing was typed yet for {', '.join(asked)}.", expected=EXPECTED)
        if early := [bike for bike in asked if _before(observation, bike)]:
            return not_yet(
                f"The topic held a record of {early[0]} before you typed.", expected=EXPECTED, misconception="afterwards",
                why="Where it went could be read there. Here are other bikes: type first.",
            )  # fmt: skip
        found = _found(observation)
        if any(typed[bike] != place for bike, place in found.items()):
            return _miss(typed, found)
        if missing := [bike for bike in asked if bike not in found]:
            return not_yet(
                "Your answer is stored.", expected=EXPECTED, misconception="not-sent",
                why=f"Now send a record with the key {missing[0]}, and see.",
            )  # fmt: skip
        if not _is_hashed(typed):
            return not_yet(
                "They are where you typed. But by their keys they would not be there.", expected=EXPECTED,
                misconception="by-hand", why="Name no partition: leave it to the producer. Here are other bikes.",
            )  # fmt: skip
        return done(f"You knew it before: {', '.join(f'{bike} in partition {typed[bike]}' for bike in asked)}.")


def is_tested(observation: Observation) -> bool:
    """Whether the cluster has shown if what was typed is right: of each bike there is a record, or one is elsewhere."""
    typed, found = observation.get("typed") or {}, _found(observation)
    is_early = any(_before(observation, bike) for bike in typed)
    is_missed = any(typed[bike] != place for bike, place in found.items())
    return bool(typed) and (is_early or is_missed or found.keys() == typed.keys())


def _found(observation: Observation) -> dict[str, int]:
    """{bike: the partition of the first record that came after the answer}"""
    found: Mapping[str, Sequence[Sequence[int]]] = observation.get("found", {})
    later = {
        bike: [partition for partition, at_ms in each if at_ms >= observation["answered_ms"]]
        for bike, each in found.items()
        if bike in observation["typed"]
    }
    return {bike: places[0] for bike, places in later.items() if places}


def _before(observation: Observation, bike: str) -> bool:
    """Whether there is a record of it that is older than the answer."""
    return any(at_ms < observation["answered_ms"] for _, at_ms in observation["found"].get(bike, ()))


def _miss(typed: Places, found: Places) -> Verdict:
    bike, place = next((bike, place) for bike, place in found.items() if typed[bike] != place)
    seen = f"{bike} went to partition {place}, and not to {typed[bike]}."
    if all(typed[each] == in_java(each) for each in typed) or all(typed[each] == here(each) for each in typed):
        return not_yet(
            seen, expected=EXPECTED, misconception="other-hash",
            why="What you typed would be right for a client with another hash than that of your producer. Here are other bikes.",
        )  # fmt: skip
    if [typed[each] for each in sorted(typed)] == [*range(WANTED)]:
        return not_yet(
            seen, expected=EXPECTED, misconception="dealt-out",
            why="Partitions are not dealt out to keys one after the other. Here are other bikes.",
        )  # fmt: skip
    return not_yet(
        seen, expected=EXPECTED, misconception="other-partition",
        why="Nothing is drawn, and nothing depends on what was sent before: it can be computed. Here are other bikes.",
    )  # fmt: skip


def _is_hashed(typed: Places) -> bool:
    """By one hash or by the other, all of them: a program in Java may have sent them."""
    return any(all(typed[bike] == hashed(bike) for bike in typed) for hashed in (here, in_java))


def _field(bike: str) -> str:
    return bike.replace("-", "_")


def _typed(answers: Any) -> dict[str, int]:
    """{bike: partition} as it was typed; empty if it has another shape."""
    if not isinstance(answers, Mapping) or not all(type(place) is int for place in answers.values()):
        return {}
    return {str(field).replace("_", "-"): place for field, place in answers.items()}
