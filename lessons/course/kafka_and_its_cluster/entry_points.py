from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.cluster import clients
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet, submit
from lessons.course.seeded import seeded_choice

IN_THE_NOTEBOOK = 2  # "kafka1:9092,kafka2:9093"
EXPECTED = "the number of brokers that the cluster names, and the id of the one at that address"


def asked_broker(addresses: Mapping[Any, str], seed: str) -> tuple[int, str]:
    """The broker that this seat is asked for: its id and its address."""
    broker_id = seeded_choice([int(each) for each in addresses], seed)
    return broker_id, {int(each): address for each, address in addresses.items()}[broker_id]


def typed(evidence: Evidence, seed: str, *, brokers: int | None = None, broker: int | None = None) -> Step:
    """The right answer, but for what is said otherwise."""
    addresses = evidence.cluster().addresses
    count = len(addresses) if brokers is None else brokers
    return submit(EntryPoints.id, brokers=count, broker=asked_broker(addresses, seed)[0] if broker is None else broker)


def right(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield Step("describe-cluster")
    yield typed(evidence, seed)


def counted_the_entries(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield typed(evidence, seed, brokers=IN_THE_NOTEBOOK)


def typed_the_port(evidence: Evidence, seed: str) -> Iterator[Step]:
    _, address = asked_broker(evidence.cluster().addresses, seed)
    yield typed(evidence, seed, broker=_port(address))


def typed_another(evidence: Evidence, seed: str) -> Iterator[Step]:
    addresses = evidence.cluster().addresses
    chosen, _ = asked_broker(addresses, seed)
    yield typed(evidence, seed, broker=next(each for each in addresses if each != chosen))


class EntryPoints(Exercise):
    id = "kafka-and-its-cluster.entry-points"
    title = "Who answered?"
    points = 2
    todo = "Read the cluster's answer: how many brokers has it, and which of them is at the address that is asked for?"
    hint = "Each line of the answer is a broker: first its id, then its address."
    solution: ClassVar = staticmethod(right)
    wrong_ways: ClassVar = [
        WrongWay(counted_the_entries, "bootstrap-count"),
        WrongWay(typed_the_port, "port-for-id"),
        WrongWay(typed_another, "another-broker"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        _, address = asked_broker(evidence.cluster().addresses, seed)
        return create_model(
            "Typed",
            brokers=(int, Field(title="Brokers in the cluster", ge=0, lt=100_000)),
            broker=(int, Field(title=f"Id of the broker at {address}", ge=0, lt=2**31)),
        )

    def observe(self, evidence: Evidence) -> Observation:
        """What the cluster says now, and said when the student asked: a broker may have gone in between."""
        given = evidence.submitted(self.id)
        if given is None:
            return {"addresses": {}, "counts": [], "bootstrap_servers": 0, "answers": None}
        now = {str(broker_id): address for broker_id, address in evidence.cluster().addresses.items()}
        asked = [act.data for act in evidence.acts("describe-cluster") if act.state == "done"]
        heard = {broker_id: address for data in asked for broker_id, address in data.get("addresses", {}).items()}
        return {
            "addresses": {**heard, **now},
            "counts": [len(now), *(len(data["brokers"]) for data in asked[-1:])],
            "bootstrap_servers": len(clients.connection().bootstrap_servers.split(",")),
            "answers": given.fields["answers"],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        answers = observation["answers"]
        if answers is None or not observation["addresses"]:
            return not_begun("Nothing is typed yet.", expected=EXPECTED)
        count, broker = answers.get("brokers"), answers.get("broker")
        if count not in observation["counts"]:
            return _wrong_count(count, observation["bootstrap_servers"])
        right_id, address = asked_broker(observation["addresses"], seed)
        if broker == right_id:
            return done(f"The cluster has {count} broker(s), and the one at {address} is broker {broker}.")
        return _wrong_broker(broker, address, observation["addresses"])


def _wrong_count(count: object, bootstrap_servers: int) -> Verdict:
    entries = count in (IN_THE_NOTEBOOK, bootstrap_servers)
    return not_yet(
        f"{count} was typed for the brokers, and the cluster names another number.",
        expected=EXPECTED,
        misconception="bootstrap-count" if entries else "",
        why="Bootstrap servers are where a client begins; how many you name says nothing of the cluster's size."
        if entries
        else "Count the lines of the cluster's answer: one broker a line.",
    )


def _wrong_broker(broker: object, address: str, addresses: Mapping[str, str]) -> Verdict:
    seen = f"The broker at {address} is not broker {broker}."
    if broker == _port(address):
        return not_yet(
            seen, expected=EXPECTED, misconception="port-for-id",
            why="That is its port. A broker's id is a number of its own, and stays the same if it moves to another port.",
        )  # fmt: skip
    return not_yet(
        seen, expected=EXPECTED, misconception="another-broker" if str(broker) in addresses else "",
        why="Find the line of the answer that ends in this address.",
    )  # fmt: skip


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])
