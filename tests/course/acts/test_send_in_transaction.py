"""Records in a transaction: what consumers are given of one that is committed, aborted or left open, and the code that
does the same."""

from __future__ import annotations

import pytest

from lessons.cluster import records, topics, transactions
from lessons.cluster.errors import AppRefused
from lessons.cluster.offsets import stable_end
from lessons.course.acts.base import Where
from lessons.course.acts.send_in_transaction import SendInTransaction
from tests.waiting import wait_for

# The ending → the values that consumers are given, how far they can read, and where the partition ends.
ENDINGS = [("commit", [b"a", b"b"], 3, 3), ("abort", [], 3, 3), ("leave open", [], 0, 2)]
endings = pytest.mark.parametrize(("ending", "given", "stable", "end"), ENDINGS, ids=[each[0] for each in ENDINGS])


@pytest.fixture
def bookings(kafka: str, where: Where) -> str:
    topics.create_topic(where.namespace, "bookings", partitions=1, replicas=1)
    return "bookings"


def found(where: Where, topic: str) -> tuple[list[bytes | None], int, int]:
    read = records.read_range(where.full(topic), 0)
    _earliest, end = records.offsets(where.full(topic))[0]
    return [each.value for each in read], stable_end(where.namespace, topic, 0), end


@endings
def test_what_consumers_are_given_depends_on_how_it_ends(where, bookings, ending, given, stable, end):
    answer = SendInTransaction(topic=bookings, values="a\nb", ending=ending).run(where.namespace)
    assert (answer.state, answer.data["ending"]) == ("done", ending)
    assert answer.details == ("a → bookings [0] @ 0", "b → bookings [0] @ 1")
    assert found(where, bookings) == (given, stable, end)
    assert transactions.offsets_of_records(where.namespace, bookings, 0, most=60) == (0, 1)  # stored, however it ended


@endings
@pytest.mark.parametrize("shown", ["python"], indirect=True)
def test_as_code_it_ends_in_the_same_way(shown, where, bookings, ending, given, stable, end):
    shown.run(SendInTransaction(topic=bookings, values="a\nb", key="k", ending=ending))
    wait_for(lambda: found(where, bookings) == (given, stable, end), why=lambda: found(where, bookings))


@pytest.mark.parametrize("shown", ["command"], indirect=True)
def test_the_tool_that_is_shown_knows_the_transactional_id(shown, where, bookings):
    act = SendInTransaction(topic=bookings, values="a", ending="leave open")
    act.run(where.namespace)
    assert "Ongoing" in shown.run(act)


def test_the_same_id_again_ends_what_was_left_open_and_another_id_does_not(where, bookings):
    SendInTransaction(topic=bookings, values="a", ending="leave open").run(where.namespace)
    other = SendInTransaction(topic=bookings, values="b", transactional_id="another")
    other.run(where.namespace)
    assert found(where, bookings)[:2] == ([], 0)
    SendInTransaction(topic=bookings, values="c").run(where.namespace)
    assert found(where, bookings)[0] == [b"b", b"c"]


def test_an_id_is_a_name_within_the_seats_own(where, bookings):
    with pytest.raises(AppRefused, match=r"transactional\.id"):
        SendInTransaction(topic=bookings, values="a", transactional_id="").run(where.namespace)
