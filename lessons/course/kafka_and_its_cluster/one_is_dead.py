from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lessons.cluster.entry_points import NOBODY
from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet

EXPECTED = "an answer of the cluster to a client that began at two addresses or more, one of which nobody has"


def ask(*addresses: str) -> Step:
    return Step("describe-cluster", {"bootstrap_servers": ",".join(addresses)})


def _address(evidence: Evidence, place: int = 0) -> str:
    return list(evidence.cluster().addresses.values())[place]


def _dead(evidence: Evidence) -> str:
    host = _address(evidence).rpartition(":")[0]
    return f"{host}:1"


def right(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield ask(_dead(evidence), _address(evidence))


def as_filled_in(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield ask(_address(evidence), _address(evidence, -1))


def the_dead_one_alone(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield ask(_dead(evidence))


def a_good_one_alone(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield ask(_address(evidence))


class OneIsDead(Exercise):
    """The cluster keeps no trace of how a client found it, so this reads what the seat's clients were told."""

    id = "kafka-and-its-cluster.one-is-dead"
    title = "One address is enough"
    points = 2
    todo = (
        "Break one of the two addresses in the form above, so that nobody answers there. Then reach the cluster all the "
        "same. Before you press *Ask*, think: how many brokers will the answer list?"
    )
    hint = "The part behind the colon is a port. At port 1, for example, nobody listens."
    solution: ClassVar = staticmethod(right)
    wrong_ways: ClassVar = [
        WrongWay(as_filled_in, "none-dead"),
        WrongWay(the_dead_one_alone, "all-dead"),
        WrongWay(a_good_one_alone, "one-address"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        acts = [act for act in evidence.acts("describe-cluster") if act.fields.get("bootstrap_servers")]
        return {"asked": [_asked(act) for act in acts]}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        asked = observation["asked"]
        for each in asked:
            if each["state"] == "done" and each["silent"]:
                return done(_found(each))
        if not asked:
            return not_begun("The cluster was not asked yet.", expected=EXPECTED)
        last = asked[-1]
        if last["state"] != "done" and last["code"] != NOBODY:
            return not_yet("The cluster was not asked.", expected=EXPECTED, why="The answer above says why.")
        if last["state"] != "done":
            return not_yet(
                "Nobody answered at any of the addresses.", expected=EXPECTED, misconception="all-dead",
                why="One that answers has to be among them: without it there is nobody to ask.",
            )  # fmt: skip
        if len(last["began_at"]) < 2:
            return not_yet(
                "Your client began at one address.", expected=EXPECTED, misconception="one-address",
                why="It answers, and so there is nothing that it had to do without. Add one that does not.",
            )  # fmt: skip
        return not_begun(
            "Somebody answers at each of the addresses.", expected=EXPECTED, misconception="none-dead",
            why="Change one of them, such as the number of its port.",
        )  # fmt: skip


def _asked(act: PastAct) -> dict[str, object]:
    data = act.data
    return {
        "act": act.id, "state": act.state, "code": act.code, "began_at": data.get("began_at", []), "silent": data.get("silent", []),
        "brokers": len(data.get("brokers", [])),
    }  # fmt: skip


def _found(asked: Observation) -> str:
    silent = ", ".join(asked["silent"])
    alive = ", ".join(each for each in asked["began_at"] if each not in asked["silent"])
    return f"Nobody answers at {silent}. {alive} was enough to hear of {asked['brokers']} broker(s)."
