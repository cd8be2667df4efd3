"""A client begins at addresses that somebody has typed; only those that the cluster itself has named are asked."""

from __future__ import annotations

import socket

import pytest

from lessons.cluster.entry_points import MOST_ADDRESSES, NOBODY, addresses_in, may_ask, reach
from lessons.cluster.errors import AppRefused, KafkaRefused
from lessons.cluster.metadata import describe_cluster

DEAD, NOBODYS = "127.0.0.1:1", "nobody.invalid:9092"


@pytest.fixture
def alive(kafka: str) -> str:
    return describe_cluster().addresses[2]


def test_one_address_that_answers_is_enough_and_names_every_broker(alive: str) -> None:
    reached = reach([DEAD, alive], asked="Find it")
    assert reached.cluster == describe_cluster()
    assert reached.silent == (DEAD,)


def test_addresses_that_all_answer_are_none_of_them_silent(kafka: str) -> None:
    assert reach(addresses_in(kafka), asked="Find it").silent == ()


def test_a_name_that_nobody_has_is_silent(alive: str) -> None:
    assert reach([alive, NOBODYS], asked="Find it").silent == (NOBODYS,)


def test_where_nobody_answers_the_cluster_is_not_found(kafka: str) -> None:
    with pytest.raises(KafkaRefused) as refused:
        reach([DEAD], asked="Find it")
    assert refused.value.code == NOBODY


def test_an_address_that_the_cluster_has_not_named_is_not_asked_and_gets_no_credentials(alive: str) -> None:
    """Whoever listens there is like nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stranger = f"127.0.0.1:{listening.getsockname()[1]}"
        assert reach([stranger, alive], asked="Find it").silent == (stranger,)
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert not may_ask([stranger], asked="Find it")
    assert may_ask([stranger, alive], asked="Find it")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:x", "127.0.0.1:70000", "SASL_SSL://127.0.0.1:9092"]
)
def test_what_is_no_address_is_refused(alive: str, address: str) -> None:
    with pytest.raises(AppRefused) as refused:
        reach([alive, address], asked="Find it")
    assert refused.value.code == "NO_ADDRESS"
    assert not may_ask([alive, address], asked="Find it")


@pytest.mark.parametrize("count", [0, MOST_ADDRESSES + 1])
def test_so_many_addresses_are_refused(kafka: str, count: int) -> None:
    with pytest.raises(AppRefused) as refused:
        reach([DEAD] * count, asked="Find it")
    assert refused.value.code == "HOW_MANY_ADDRESSES"


def test_addresses_are_read_as_the_client_reads_them() -> None:
    assert addresses_in(" a:1 ,b:2,, ") == ("a:1", "b:2")


@pytest.mark.usefixtures("nothing_answers")
def test_while_the_cluster_is_away_no_address_may_be_asked() -> None:
    assert not may_ask([DEAD], asked="Find it")
