"""The same programs print the same with confluent-kafka itself and with the stand-in of a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.programs.running import SCRIPTS, Seat, run_natively, run_with_stand_in

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
