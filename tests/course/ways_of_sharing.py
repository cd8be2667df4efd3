"""Ways to share a topic among the members of a group outside of the page; being imported adds them to the others."""

from __future__ import annotations

from confluent_kafka import Consumer

from lessons.classroom.checks.attempts import check
from lessons.course.a_group_shares_the_work.one_too_many import right
from lessons.course.a_group_shares_the_work.shares import ONE_TOO_MANY, TAKEN, WHAT_IT_COSTS
from lessons.course.a_group_shares_the_work.steps import TOPIC, run
from lessons.course.a_group_shares_the_work.what_it_costs import asked
from tests.course.seat import BY_ID, Seat
from tests.course.ways import PROGRAM, TOOLS, create, create_by_tool, way
from tests.waiting import wait_for


def look(seat: Seat, exercise: str) -> str:
    """As an open page does it. What is seen of the cluster by now."""
    return str(check(seat.member, BY_ID[exercise]).verdict["seen"])


class OwnGroup:
    """Members in one program, which polls them in turn."""

    def __init__(self, seat: Seat, name: str, **settings: str) -> None:
        self._topic = seat.full(TOPIC)
        self._settings = {"bootstrap.servers": seat.brokers, "group.id": seat.full(name), **settings}
        self.members: list[Consumer] = []

    def join(self) -> None:
        member = Consumer(self._settings)
        member.subscribe([self._topic])
        self.members.append(member)

    def poll(self) -> None:
        for member in self.members:
            member.poll(0.1)

    def shares(self) -> list[int]:
        self.poll()
        return sorted(len(member.assignment()) for member in self.members)

    def close(self) -> None:
        for member in self.members:
            member.close()


@way(TAKEN, PROGRAM)
def _(seat: Seat) -> None:
    create(seat, TOPIC, partitions=3)
    group = OwnGroup(seat, "invoices")
    group.join()
    wait_for(lambda: group.shares() == [3])
    seat.answer(TAKEN, lost="none of them")
    group.join()
    wait_for(lambda: group.shares() == [1, 2])
    wait_for(lambda: group.poll() or "second one joined" in look(seat, TAKEN))
    group.close()


@way(TAKEN, TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, TOPIC, partitions=3)
    seat.answer(TAKEN, lost="one of them")
    seat.run_script(run("invoices"), meanwhile=lambda: look(seat, TAKEN))


@way(ONE_TOO_MANY, PROGRAM)
def _(seat: Seat) -> None:
    create(seat, TOPIC, partitions=3)
    group = OwnGroup(seat, "invoices", **{"group.protocol": "consumer"})
    for _member in range(4):
        group.join()
    wait_for(lambda: group.shares() == [0, 1, 1, 1])
    wait_for(lambda: group.poll() or "one had nothing to do" in two_numbers(seat))
    group.close()


@way(ONE_TOO_MANY, TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, TOPIC, partitions=3)
    seat.run_script(run("invoices", members=4), meanwhile=lambda: look(seat, ONE_TOO_MANY))
    two_numbers(seat)


def two_numbers(seat: Seat) -> str:
    busiest, idle = right(seat.seed(ONE_TOO_MANY))
    return str(seat.answer(ONE_TOO_MANY, busiest=busiest, idle=idle).verdict["seen"])


@way(WHAT_IT_COSTS, PROGRAM)
def _(seat: Seat) -> None:
    create(seat, TOPIC, partitions=3)
    for protocol in ("classic", "consumer"):
        group = OwnGroup(seat, f"by-{protocol}", **{"group.protocol": protocol})
        group.join()
        group.join()
        wait_for(lambda group=group: group.shares() == [1, 2])
        look(seat, WHAT_IT_COSTS)
        group.close()
    losses(seat)


@way(WHAT_IT_COSTS, TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, TOPIC, partitions=3)
    for protocol in ("range", "consumer"):
        step = run(f"by-{protocol}", protocol=protocol)
        seat.run_script(step, meanwhile=lambda: look(seat, WHAT_IT_COSTS))
    losses(seat)


def losses(seat: Seat) -> None:
    partitions = asked(seat.seed(WHAT_IT_COSTS))
    seat.answer(WHAT_IT_COSTS, range=partitions, consumer=partitions // 2)
