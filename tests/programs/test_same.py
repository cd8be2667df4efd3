"""The same programs print the same with confluent-kafka itself and with the stand-in of a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from lessons.cluster.namespace import Namespace
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Where
from tests.programs.running import SCRIPTS, Seat, run_natively, run_with_stand_in

# Acts whose Python a page shows, in an order in which each finds what it needs; with other fields than its example's.
SHOWN: list[tuple[str, dict[str, object]]] = [
    ("create-topics", {}),
    ("create-topic", {"name": "test1p", "partitions": 2, "replicas": 3}),
    ("describe-topic", {"topic": "test1p"}),
    ("produce", {"topic": "test1p", "values": "1\n2\n3", "partition": 0}),
    ("fill-queue", {"topic": "first"}),
    ("consume", {"topic": "test1p", "group_id": "readers", "stop_after": 2}),
    ("set-offset", {"group_id": "readers", "topic": "test1p", "partition": 0, "offset": 1}),
    ("list-offsets", {"topic": "test1p"}),
    ("send-in-transaction", {"topic": "first", "transactional_id": "bookings"}),
    ("delete-records", {"topic": "test1p", "partition": 0, "before": 1}),
    ("alter-config", {"topic": "test1p", "setting": "retention.ms", "value": "60000"}),
    ("describe-config", {"topic": "test1p"}),
    ("run-worker", {"topic": "second", "done_topic": "first", "group_id": "workers", "crash_after": 2}),
    ("run-worker", {"topic": "second", "done_topic": "first", "group_id": "workers"}),
    ("add-partitions", {"topic": "test1p", "total": 3}),
    ("delete-group", {"group_id": "readers"}),
    ("delete-topic", {"name": "test1p"}),
    ("describe-cluster", {}),
]
NOBODY = Seat("http://127.0.0.1:1", "class", "seat", "")


def test_what_needs_no_broker_is_the_same():
    program = (SCRIPTS / "values.py").read_text()
    assert run_with_stand_in(program, NOBODY) == run_natively(program, NOBODY, "127.0.0.1:1")


def test_an_address_that_nobody_listens_at_has_the_client_s_own_words_and_waits(new_seat: Callable[[], Seat]):
    program = (SCRIPTS / "nobody.py").read_text()
    stood_in, native = run_with_stand_in(program, new_seat()), run_natively(program, NOBODY, "127.0.0.1:1")
    assert stood_in.stdout == native.stdout
    assert "Connection refused" in native.stderr
    # How often it tries, and which try comes first, is chance.
    assert set(stood_in.stderr.splitlines()) <= set(native.stderr.splitlines())


@pytest.mark.parametrize("name", ["admin", "produce", "consume"])
def test_what_is_done_to_real_brokers_is_the_same(name: str, new_seat: Callable[[], Seat], bootstrap_servers: str):
    program = (SCRIPTS / f"{name}.py").read_text()
    assert run_with_stand_in(program, new_seat()).lines == run_natively(program, new_seat(), bootstrap_servers).lines


def test_the_python_that_a_page_shows_does_the_same_in_its_cells(new_seat: Callable[[], Seat], bootstrap_servers: str):
    """It has full names, for it runs as it is on the class's machine."""
    seat, other = new_seat(), new_seat()
    stood_in = run_with_stand_in(shown_to(seat, bootstrap_servers), seat)
    assert "Traceback" not in stood_in.stderr
    native = run_natively(shown_to(other, bootstrap_servers), other, bootstrap_servers)
    printed = [without_places(each.stdout) for each in (stood_in, native)]
    # How many records of a queue that fills up are sent meanwhile is chance.
    same, other_same = ([line for line in lines if "ping" not in line] for lines in printed)
    assert same == other_same
    assert all(any("Queue full" in line for line in lines) for lines in printed)


def test_a_cell_says_by_its_name_that_it_has_no_share_consumer(new_seat: Callable[[], Seat], bootstrap_servers: str):
    seat = new_seat()
    action = ACTIONS["run-share-group"]
    where = Where(Namespace(seat.class_slug, seat.slug), bootstrap_servers)
    for program in (
        action.model_validate(action.example).cell(where),
        "from confluent_kafka import ShareConsumer\nShareConsumer({})",
    ):
        *_, last = run_with_stand_in(program, seat).stderr.splitlines()
        assert last.startswith("NotImplementedError: ")
        assert "ShareConsumer" in last


def without_places(printed: str) -> list[str]:
    """On which brokers a partition is, the cluster decides."""
    return re.sub(r"leader: .*, error", "…, error", printed).splitlines()


def shown_to(seat: Seat, bootstrap_servers: str) -> str:
    """One program of all of it, each part in a module of its own."""
    where = Where(Namespace(seat.class_slug, seat.slug), bootstrap_servers)
    parts = {
        kind: ACTIONS[kind].model_validate({**ACTIONS[kind].example, **fields}).cell(where) for kind, fields in SHOWN
    }
    return "\n".join(f"print({kind!r})\nexec({code!r}, {{}})" for kind, code in parts.items())
