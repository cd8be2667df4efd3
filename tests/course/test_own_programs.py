"""Lessons 3 and 4 done by programs of the student's own and by Kafka's tools, which use full names and leave no act."""

from __future__ import annotations

import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from lessons.classroom.access import get_exercise
from lessons.classroom.checks.attempts import check, check_lesson, evidence_of, seed_of
from lessons.classroom.models import Attempt
from lessons.classroom.perform import perform
from lessons.cluster.metadata import wait_for_every_broker
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.creating_topics.two_copies import left_out
from lessons.course.loader import get_lesson
from tests.waiting import PATIENCE_S


class Program:
    """What somebody types who has the class's addresses and the prefix of a seat."""

    def __init__(self, bootstrap_servers: str, prefix: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap_servers})
        self._prefix = prefix

    def create(self, *names: str, partitions: int = 1, replicas: int = 1) -> None:
        self._create([NewTopic(self._prefix + name, partitions, replicas) for name in names])

    def create_on(self, name: str, brokers: list[int]) -> None:
        self._create([NewTopic(self._prefix + name, 1, replica_assignment=[brokers])])

    def _create(self, new: list[NewTopic]) -> None:
        for future in self._admin.create_topics(new, operation_timeout=10).values():
            future.result(10)
        for each in new:
            self._every_broker_knows(each.topic)

    def delete(self, name: str) -> None:
        for future in self._admin.delete_topics([self._prefix + name]).values():
            future.result(10)
        self._every_broker_knows(self._prefix + name, is_there=False)

    def _every_broker_knows(self, full_name: str, *, is_there: bool = True) -> None:
        """A check may ask any of them, and may be quicker than the news."""
        assert wait_for_every_broker(lambda topic: (topic is not None) == is_there, full_name, timeout_s=PATIENCE_S)


class Tools(Program):
    """The same by `kafka-topics.sh`, of which each call starts Java."""

    def __init__(self, bootstrap_servers: str, prefix: str, folder: Path) -> None:
        super().__init__(bootstrap_servers, prefix)
        self._tool = [str(folder / "kafka-topics.sh"), "--bootstrap-server", bootstrap_servers]

    def create(self, *names: str, partitions: int = 1, replicas: int = 1) -> None:
        for name in names:
            self._run("--create", name, "--partitions", str(partitions), "--replication-factor", str(replicas))

    def create_on(self, name: str, brokers: list[int]) -> None:
        self._run("--create", name, "--replica-assignment", ":".join(map(str, brokers)))

    def delete(self, name: str) -> None:
        self._run("--delete", name)
        self._every_broker_knows(self._prefix + name, is_there=False)

    def _run(self, what: str, name: str, *numbers: str) -> None:
        argv = [*self._tool, what, "--topic", self._prefix + name, *numbers]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        if what == "--create":
            self._every_broker_knows(self._prefix + name)


@pytest.fixture(params=["program", pytest.param("tools", marks=pytest.mark.long)])
def program(request, alice, kafka) -> Program:
    if request.param == "program":
        return Program(kafka, alice.namespace.prefix)
    return Tools(kafka, alice.namespace.prefix, request.getfixturevalue("tools"))


def verdict(member, exercise_id: str) -> tuple[str, str]:
    attempt = check(member, get_exercise(exercise_id)[1])
    return attempt.state, attempt.verdict["misconception"]


def answer(member, exercise_id: str, **answers) -> Attempt:
    """Typed, and checked at once, as *Check now* does it."""
    perform(member, SubmitAnswers(exercise=exercise_id, answers=answers), act_id=uuid4())
    return check(member, get_exercise(exercise_id)[1])


def test_the_three_topics_made_by_one_call(alice, program):
    program.create("test1p", "test2p", "test2die")
    assert check_lesson(alice, get_lesson("creating-topics"))
    assert verdict(alice, "creating-topics.three-topics") == ("done", "")


def test_a_prediction_before_a_program_makes_the_topic(alice, program):
    assert answer(alice, "creating-topics.boxes", boxes="3").verdict["misconception"] == "missing"
    program.create("test3r", partitions=2, replicas=3)
    assert verdict(alice, "creating-topics.boxes") == ("done", "")


def test_a_prediction_after_a_program_has_made_the_topic_is_too_late_until_it_is_made_again(alice, program):
    program.create("test3r", partitions=2, replicas=3)
    assert answer(alice, "creating-topics.boxes", boxes="3").verdict["misconception"] == "afterwards"
    assert verdict(alice, "creating-topics.boxes") == ("not_yet", "afterwards")
    program.delete("test3r")
    program.create("test3r", partitions=2, replicas=3)
    assert verdict(alice, "creating-topics.boxes") == ("done", "")


def test_copies_placed_by_hand(alice, program):
    _, exercise = get_exercise("creating-topics.two-copies")
    unwanted = left_out(evidence_of(alice), seed_of(alice, exercise))
    program.create_on("test2r", [broker for broker in (1, 2, 3) if broker != unwanted])
    assert verdict(alice, exercise.id) == ("done", "")


def test_a_topic_made_and_deleted_by_programs_is_gone_once_a_check_has_seen_it(alice, program):
    program.create("test2die")
    assert not check_lesson(alice, get_lesson("deleting-a-topic"))  # no first try, but its id is kept
    program.delete("test2die")
    assert verdict(alice, "deleting-a-topic.gone") == ("done", "")


def test_a_topic_that_nobody_saw_is_not_known_to_be_gone(alice, program):
    program.create("test2die")
    program.delete("test2die")
    assert verdict(alice, "deleting-a-topic.gone") == ("not_yet", "never-there")


def test_a_prediction_before_a_program_deletes(alice, program):
    program.create("test2die")
    assert answer(alice, "deleting-a-topic.when-again", when="a minute later, when its files are gone").verdict[
        "misconception"
    ] == "still-there"  # fmt: skip
    program.delete("test2die")
    assert verdict(alice, "deleting-a-topic.when-again") == ("done", "")


def test_deleted_and_created_again_by_programs(alice, program):
    program.create("test2die")
    check_lesson(alice, get_lesson("deleting-a-topic"))
    program.delete("test2die")
    program.create("test2die")
    now = evidence_of(alice).topic("test2die")
    done = answer(alice, "deleting-a-topic.again", id_start=now.topic_id[:4], first_offset=0)
    assert done.state == Attempt.State.DONE, done.verdict


@pytest.fixture
def bare(alice, kafka):
    program = Program(kafka, "")
    program.create("test2r")
    yield program
    program.delete("test2r")


def test_a_program_that_used_the_short_name_is_told_the_full_one(alice, bare):
    attempt = check(alice, get_exercise("creating-topics.two-copies")[1])
    assert attempt.verdict["misconception"] == "bare-name"
    assert f"{alice.namespace.prefix}test2r" in attempt.verdict["why"]


def test_the_names_of_neighbours_are_no_bare_names(alice, classroom, kafka):
    Program(kafka, classroom.bob.namespace.prefix).create("test2r")
    attempt = check(alice, get_exercise("creating-topics.two-copies")[1])
    assert attempt.verdict["misconception"] == "missing"
