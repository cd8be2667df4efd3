from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, Field

from lessons.cluster import clients
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_yet, submit

IN_THE_NOTEBOOK = 2  # "kafka1:9092,kafka2:9093"
LETTERS = 4


class Typed(BaseModel):
    brokers: int = Field(title="Brokers in the cluster", ge=0, lt=100_000)
    id_end: str = Field("", title=f"The last {LETTERS} characters of the cluster id", max_length=60)


def typed(evidence: Evidence, *, brokers: int | None = None, id_start: bool = False) -> Step:
    """The right answer, but for what is said otherwise."""
    cluster = evidence.cluster()
    return submit(
        EntryPoints.id,
        brokers=len(cluster.addresses) if brokers is None else brokers,
        id_end=cluster.cluster_id[:LETTERS] if id_start else cluster.cluster_id[-LETTERS:],
    )


def right(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield Step("describe-cluster")
    yield typed(evidence)


def counted_the_entries(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield typed(evidence, brokers=IN_THE_NOTEBOOK)


def typed_the_start(evidence: Evidence, seed: str) -> Iterator[Step]:
    yield typed(evidence, id_start=True)


class EntryPoints(Exercise):
    id = "kafka-and-its-cluster.entry-points"
    title = "Who answered?"
    points = 2
    todo = "Ask the cluster, and type how many brokers it has and how its id ends."
    hint = "Both stand in the cluster's answer above. The number is of brokers, not of addresses that a client begins with."
    solution: ClassVar = staticmethod(right)
    wrong_ways: ClassVar = [
        WrongWay(counted_the_entries, "bootstrap-count"),
        WrongWay(typed_the_start, "id-start"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return Typed

    def observe(self, evidence: Evidence) -> Observation:
        """What the cluster says now, and said when the learner asked: a broker may have gone in between."""
        given = evidence.submitted(self.id)
        if given is None:
            return {
                "cluster_id": "", "brokers": [], "brokers_when_asked": [], "bootstrap_servers": 0, "answers": None,
            }  # fmt: skip
        cluster, asked = evidence.cluster(), evidence.acts("describe-cluster")
        return {
            "cluster_id": cluster.cluster_id,
            "brokers": list(cluster.addresses),
            "brokers_when_asked": [act.data["brokers"] for act in asked if act.state == "done"][-1:],
            "bootstrap_servers": len(clients.connection().bootstrap_servers.split(",")),
            "answers": given.fields["answers"],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        expected = f"the number of brokers that the cluster names, and the last {LETTERS} characters of its id"
        answers, cluster_id = observation["answers"], observation["cluster_id"]
        if answers is None:
            return not_yet("Nothing is typed yet.", expected=expected)
        count, end = answers.get("brokers"), str(answers.get("id_end") or "").strip()
        if count not in [len(brokers) for brokers in (observation["brokers"], *observation["brokers_when_asked"])]:
            entries = count in (IN_THE_NOTEBOOK, observation["bootstrap_servers"])
            return not_yet(
                f"{count} was typed for the brokers, and the cluster names another number.",
                expected=expected,
                misconception="bootstrap-count" if entries else "",
                why="Bootstrap servers are where a client begins; how many are named says nothing of the cluster's size."
                if entries
                else "Count the lines of the cluster's answer: one broker a line.",
            )
        right_end = cluster_id[-LETTERS:]
        if end.casefold() == right_end.casefold():
            forgiven = "" if end == right_end else " Capital and small letters differ in an id; here it is forgiven."
            return done(f"{count} is the number of brokers, and the id ends in {right_end}.{forgiven}")
        if end.casefold() == cluster_id[:LETTERS].casefold():
            return not_yet(
                f"“{end}” is how the id begins.", expected=expected, misconception="id-start",
                why="Its other end is asked for.",
            )  # fmt: skip
        return not_yet(
            f"The id does not end in “{end}”." if end else "No end of the id was typed.",
            expected=expected,
            why=f"Exactly {LETTERS} characters are wanted; '-' and '_' can be among them."
            if len(end) != LETTERS
            else "Copy it from the cluster's answer.",
        )


EXERCISES = [EntryPoints()]
