from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import RunningApp, app_in
from tests.programs.running import Seat, take_seat


@pytest.fixture(scope="package")
def app(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with app_in(tmp_path_factory.mktemp("up"), KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers) as running:
        yield running


@pytest.fixture
def new_seat(app: RunningApp) -> Callable[[], Seat]:
    return lambda: take_seat(app.url, app.join_url, f"Alice {secrets.token_hex(3)}")
