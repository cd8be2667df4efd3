"""What the class reads about an act: what happened, in the past tense."""

from __future__ import annotations

from types import ModuleType

import pytest

from lessons.cluster.limits import MAX_PARTITIONS
from lessons.course.acts import ACTIONS, actions_in
from lessons.course.acts.add_partitions import AddPartitions
from lessons.course.acts.base import Action
from lessons.course.acts.create_topic import CreateTopic

DONE = {
    "add-partitions": "gave test2p 2 partitions in all",
    "alter-config": "set retention.ms of test2p to 86400000",
    "consume": "consumed test1p in group readers",
    "create-topic": "created test3r with 2 partitions, 3 replicas",
    "create-topics": "created first, second with 1 partition, 1 replica each",
    "delete-group": "deleted group leavers",
    "delete-records": "deleted records of test2p [0]: all",
    "delete-topic": "deleted test2die",
    "describe-cluster": "described the cluster",
    "describe-config": "described the configuration of test1p",
    "describe-topic": "described test1p",
    "elect-leader": "had the preferred leader of test1p [0] elected",
    "fill-queue": "sent 12 records to test1p through a queue of 5",
    "kill-broker": "killed broker 2",
    "list-offsets": "looked up the offsets of test1p",
    "list-topics": "listed the topics",
    "produce": "sent 3 records to test1p with key a",
    "run-group": "ran readers on test1p with 2 members (range)",
    "run-share-group": "ran share group sharers on test1p with 3 members, which release 4",
    "run-worker": "ran workers on test1p, which commits after handling",
    "send-in-transaction": "sent 2 records to test1p in a transaction that was aborted",
    "set-offset": "set the offset of group movers in test1p [0] to 0",
    "start-broker": "started broker 2",
    "stop-broker": "stopped broker 2",
    "submit-answers": "answered “entry points”",
}


def example(kind: str) -> Action:
    return ACTIONS[kind].model_validate(ACTIONS[kind].example)


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_line_tells_what_was_done(kind: str) -> None:
    action = example(kind)
    assert action.told(action.feed_line(), "done") == DONE[kind]


@pytest.mark.parametrize("kind", ACTIONS)
@pytest.mark.parametrize(
    ("state", "begins"),
    [
        ("refused", "was refused: "),
        ("failed", "could not reach Kafka: "),
        ("unknown", "got no clear answer: "),
        ("running", "is "),
    ],
)
def test_what_was_not_done_is_not_told_as_done(kind: str, state: str, begins: str) -> None:
    action = example(kind)
    line = action.told(action.feed_line(), state)
    assert line.startswith(begins)
    assert line.removeprefix(begins).split()[0].endswith("ing")
    assert DONE[kind].split()[0] not in line.split()


def test_a_name_that_looks_like_a_placeholder_is_told_as_it_is() -> None:
    action = CreateTopic(name="100%(what)s")
    assert action.told(action.feed_line(), "refused").startswith("was refused: creating 100%(what)s with")


def test_forms_name_the_limit_of_partitions_as_it_is() -> None:
    assert CreateTopic.model_fields["partitions"].description == f"1 to {MAX_PARTITIONS}"
    assert (AddPartitions.model_fields["total"].description or "").endswith(f"at most {MAX_PARTITIONS}")


def test_an_act_that_lacks_something_is_not_left_out_without_a_word():
    module = ModuleType("count_records")
    module.CountRecords = type("CountRecords", (Action,), {"__module__": "count_records", "__annotations__": {}})
    with pytest.raises(
        TypeError, match="CountRecords lacks command, feed_line, python, run, kind, title, submit, about"
    ):
        list(actions_in(module))
