"""The same programs print the same with confluent-kafka itself and with the stand-in of a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs.running import Seat, run_natively, run_with_stand_in

SCRIPTS = Path(__file__).parent / "scripts"
NOBODY = Seat("http://127.0.0.1:1", "class", "seat", "")


def test_what_needs_no_broker_is_the_same():
    program = (SCRIPTS / "values.py").read_text()
    assert run_with_stand_in(program, NOBODY) == run_natively(program, NOBODY, "127.0.0.1:1")


@pytest.mark.parametrize("name", ["admin", "produce", "consume", "nobody"])
def test_what_is_done_to_real_brokers_is_the_same(name: str, new_seat: Callable[[], Seat], bootstrap_servers: str):
    program = (SCRIPTS / f"{name}.py").read_text()
    assert run_with_stand_in(program, new_seat()) == run_natively(program, new_seat(), bootstrap_servers)
