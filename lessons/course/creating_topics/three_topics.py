from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lessons.course.bare_names import BARE_NAME, told
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.growth import as_made
from lessons.course.predictions import topic_facts

NAMES = ("test1p", "test2p", "test2die")


def create(name: str, *, partitions: int = 1, replicas: int = 1) -> Step:
    return Step("create-topic", {"name": name, "partitions": partitions, "replicas": replicas})


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


class ThreeTopics(Exercise):
    """What was made as it should be counts, also when the next cell of a program has deleted it, or given it more partitions,
    before anybody looked: the acts tell."""

    id = "creating-topics.three-topics"
    version = 2  # `made`
    reads_topics = NAMES
    title = "Three topics"
    points = 2
    todo = (
        "Create `test1p`, `test2p` and `test2die`, with one partition and one replica each. (Some clusters take no topic "
        "with fewer replicas than is usual there. The form then has that number: leave it.)"
    )
    hint = "A topic that has the wrong numbers can be deleted and created again."
    solution: ClassVar = [Step("create-topics", {"names": "\n".join(NAMES), "partitions": 1, "replicas": 1})]
    wrong_ways: ClassVar = [
        WrongWay([create("test1p"), create("test2p")], "missing"),
        WrongWay([create("test1p"), create("test2p", partitions=2), create("test2die")], "partitions"),
        WrongWay([create("test1p", replicas=3), create("test2p"), create("test2die")], "replicas"),
    ]

    def observe(self, evidence: Evidence) -> Observation:
        found = {name: topic_facts(evidence.topic(name)) for name in NAMES}
        missing = [name for name, facts in found.items() if facts is None]
        return {
            "topics": {name: facts for name, facts in found.items() if facts is not None},
            "made": {name: made for name in NAMES if (made := as_made(evidence, name))},
            "usual_replicas": evidence.usual_replicas(),
            "unprefixed": evidence.unprefixed(missing) if missing else {},
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        usual = observation.get("usual_replicas", 1)
        made = {
            name: facts
            for name, each in observation.get("made", {}).items()
            if (facts := next((facts for facts in each if _suits(facts, usual)), None))
        }
        topics = {name: made.get(name, facts) for name, facts in observation["topics"].items()}
        replicas = "1 replica" if usual == 1 else f"1 replica or {usual}, as is usual on this cluster"
        expected = f"test1p, test2p and test2die, each with 1 partition and {replicas}"
        if missing := [name for name in NAMES if name not in topics and name not in made]:
            there, bare = ", ".join(topics) or "none of the three", observation.get("unprefixed", {})
            still = f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} still to be created."
            say = not_yet if topics else not_begun
            return say(
                f"The cluster has {there}.", expected=expected, misconception=BARE_NAME if bare else "missing",
                why=told(bare) if bare else still,
            )  # fmt: skip
        for name, facts in topics.items():
            if facts["partitions"] != 1:
                return not_yet(
                    f"{name} has {facts['partitions']} partitions.", expected=expected,
                    misconception="partitions",
                    why="Partitions can't be taken away: delete the topic and create it again.",
                )  # fmt: skip
            if not _suits(facts, usual):
                return not_yet(
                    f"{name} has {facts['replicas']} replicas.", expected=expected, misconception="replicas",
                    why="The replication factor is the number of all copies, the leader included: 1 means no follower. Delete the topic and create it again.",
                )  # fmt: skip
        if gone := [name for name in NAMES if name not in topics]:
            said = f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} gone again."
            return done(f"test1p, test2p and test2die were created, each with 1 partition and {replicas}; {said}")
        return done(f"test1p, test2p and test2die exist, each with 1 partition and {replicas}.")


def _suits(facts: Mapping[str, Any], usual_replicas: int) -> bool:
    return facts["partitions"] == 1 and facts["replicas"] in (1, usual_replicas)
