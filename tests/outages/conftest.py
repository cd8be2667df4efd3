"""Brokers that these tests may stop: everybody else's go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lessons.cluster import clients
from lessons.embedded import EmbeddedCluster, set_wanted
from lessons.embedded.config import BROKER_IDS
from tests.running_brokers import running_brokers
from tests.waiting import wait_for


@pytest.fixture(scope="package")
def brokers_to_stop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    """Three more brokers, for as long as there are tests that stop some, or count what they hold."""
    with running_brokers(tmp_path_factory.mktemp("brokers-to-stop")) as cluster:
        yield cluster


@pytest.fixture
def own_cluster(brokers_to_stop: EmbeddedCluster, settings) -> Iterator[EmbeddedCluster]:
    """The app talks to brokers that this test may stop; all are up before and after."""
    before = clients.connection()
    settings.KAFKA_BOOTSTRAP_SERVERS = brokers_to_stop.bootstrap_servers
    clients.configure(clients.Connection(brokers_to_stop.bootstrap_servers))
    try:
        yield brokers_to_stop
    finally:
        for broker_id in BROKER_IDS:
            set_wanted(brokers_to_stop.data_dir, broker_id, "up")
        wait_for(lambda: brokers_to_stop.is_up)
        clients.configure(before)
