from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, create_model

from lessons.course.draws import draw_now, last_answer, seen_of_last_answer
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
from lessons.course.order_and_keys.tracks import (
    BIKES_ASKED,
    TOPIC,
    Tracks,
    bikes_asked,
    create,
    seen_of,
    send_in_turn,
    together,
    tracks_in,
)
from lessons.course.seeded import of_seat

EXPECTED = "a tick at each order in which a consumer group can be given these records, and at no other"


def orders_asked(seed: str, draw: str) -> list[str]:
    """What is to be judged, such as `bike-23 3, bike-23 5, bike-57 4, bike-57 6`; of another draw other points.

    Of each pair of bikes one whose second point comes before the other's first, although it was sent after it; one of all
    three as they were sent; and one with the points of a bike the other way around.
    """
    chance = random.Random(f"{seed} {draw}")  # noqa: S311 - no secret
    bikes = bikes_asked(of_seat(seed, CouldItBe.id))
    orders = []
    for pair in combinations(bikes, 2):
        (one, other), point = chance.sample(pair, 2), chance.randint(1, 7)
        orders.append([(one, point), (one, point + 2), (other, point + 1), (other, point + 3)])
    point = chance.randint(1, 9)
    orders.append([*((bike, point) for bike in bikes), (chance.choice(bikes), point + 1)])
    one, other = chance.sample(bikes, 2)
    point = chance.randint(1, 7)
    orders.append([(one, point + 3), (other, point + 1), (one, point)])
    return sorted(", ".join(f"{bike} {point}" for bike, point in order) for order in orders)


def can_be(order: str, tracks: Tracks) -> bool:
    """Whether a group that reads the topic once can be given these records in this order."""
    places = [tracks[bike][int(point) - 1] for bike, point in (each.split() for each in order.split(", "))]
    pairs = combinations(places, 2)
    return all(first.partition != second.partition or first.offset < second.offset for first, second in pairs)


def ticked(choose: Callable[[list[str], list[str], Tracks], list[str]]) -> StepsFor:
    """Steps: the thirty points, and a tick at each order that is chosen from (those that can be, all, the tracks)."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        bikes, orders = bikes_asked(of_seat(seed, CouldItBe.id)), orders_asked(seed, draw_now(evidence, CouldItBe.id))
        yield create()
        yield send_in_turn(bikes)
        tracks = tracks_in(seen_of(evidence), bikes, expected="")
        assert not isinstance(tracks, Verdict), tracks
        right = [order for order in orders if can_be(order, tracks)]
        yield submit(CouldItBe.id, orders=choose(right, orders, tracks))

    return steps


def only_as_sent(right: Sequence[str], orders: Sequence[str], tracks: Tracks) -> list[str]:
    return [order for order in orders if _is_of_all(order)]


def each_bike_alone(right: Sequence[str], orders: Sequence[str], tracks: Tracks) -> list[str]:
    return [order for order in orders if not _is_reversed(order)]


class CouldItBe(Exercise):
    id = "order-and-keys.could-it-be"
    reads_topics = (TOPIC,)
    title = "Could it be?"
    points = 2
    todo = (
        "A consumer group reads the three tracks that you sent, once and from the beginning. Here are some of the rows that it "
        "shows, in their order; others lie in between. Tick each order that can be. After a miss other ones are asked."
    )
    hint = "Find out which of the three bikes share a partition. Then go through an order pair by pair."
    solution: ClassVar = staticmethod(ticked(lambda right, orders, tracks: right))
    wrong_ways: ClassVar = [
        WrongWay([create()], "not-sent"),
        WrongWay(ticked(only_as_sent), "global-order"),
        WrongWay(ticked(each_bike_alone), "bikes-together"),
        WrongWay(ticked(lambda right, orders, tracks: orders), "no-order"),
        WrongWay(ticked(lambda right, orders, tracks: []), "nothing-ticked"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel] | None:
        """None once the last answer was right, as far as a check has seen it: there is nothing left to ask."""
        if any(self.judge(each, seed).state == "done" for each in seen_of_last_answer(evidence, self.id)):
            return None
        one_of: Any = Literal[tuple(orders_asked(seed, draw_now(evidence, self.id)))]
        return create_model(
            "CouldItBe", orders=(list[one_of], Field([], title="A group can be given them in this order"))
        )

    def observe(self, evidence: Evidence) -> Observation:
        """Where the points are, what was ticked last, and which orders were asked for then."""
        return {**seen_of(evidence), **last_answer(evidence, self.id, ticked="orders")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        tracks = tracks_in(observation, bikes_asked(of_seat(seed, self.id)), expected=EXPECTED)
        if isinstance(tracks, Verdict):
            return tracks
        orders, marked = orders_asked(seed, observation["draw"]), observation["ticked"]
        if not isinstance(marked, list) or not set(map(str, marked)) <= set(orders):
            say = not_yet if observation["answer_id"] else not_begun
            return say("Nothing was ticked yet.", expected=EXPECTED)
        right, chosen = {order for order in orders if can_be(order, tracks)}, set(marked)
        if chosen == right:
            pairs = [f" {one} and {other} share a partition." for one, other in together(tracks)]
            return done(f"{len(right)} of the {len(orders)} can be.{''.join(pairs)}")
        return _mistake(chosen, right)


def _mistake(chosen: set[str], right: set[str]) -> Verdict:
    if not chosen:
        return not_yet(
            "No order was ticked.", expected=EXPECTED, misconception="nothing-ticked",
            why="Some of them can be. Here are others.",
        )  # fmt: skip
    wrong, missed = chosen - right, right - chosen
    if any(_is_reversed(order) for order in wrong):
        return not_yet(
            "In one that you ticked a bike's points come the other way around.", expected=EXPECTED,
            misconception="no-order", why="A bike's points are in one partition, and that is read in its order. Here are others.",
        )  # fmt: skip
    if wrong:
        return not_yet(
            f"{len(wrong)} of the {len(chosen)} that you ticked can't be.", expected=EXPECTED, misconception="bikes-together",
            why="Not only a bike with itself has an order: which bikes share a partition? Here are others.",
        )  # fmt: skip
    return not_yet(
        f"What you ticked can be, and {len(missed)} more can.", expected=EXPECTED, misconception="global-order",
        why="Of two records in two partitions either can come first, whichever was sent first. Here are others.",
    )  # fmt: skip


def _is_reversed(order: str) -> bool:
    """Whether a later point of a bike comes before an earlier one."""
    rows = [each.split() for each in order.split(", ")]
    return any(one == other and int(a) > int(b) for (one, a), (other, b) in combinations(rows, 2))


def _is_of_all(order: str) -> bool:
    """Whether all three bikes are in it: those are as they were sent."""
    return len({each.split()[0] for each in order.split(", ")}) == BIKES_ASKED
