"""Three brokers on free ports, for the length of a with block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from kafkaclass.management.laptops import SEAT_RULES
from lessons.cluster import clients
from lessons.embedded.cluster import EmbeddedCluster
from lessons.embedded.laptops import LaptopListener
from tests.waiting import PATIENCE_S

NAMED = "KAFKACLASS_TEST_BOOTSTRAP"  # brokers that run already


def new_cluster(data_dir: Path, *, laptop_host: str = "") -> EmbeddedCluster:
    cluster = EmbeddedCluster(
        data_dir,
        ports=(0, 0, 0),
        controller_ports=(0, 0, 0),
        for_laptops=LaptopListener(laptop_host, SEAT_RULES, (0, 0, 0)) if laptop_host else None,
        maven_url=settings.MAVEN_URL,
        say=lambda words: None,
    )
    cluster.prepare()
    return cluster


def write_aot_cache() -> None:
    """Unless there is one: a suite starts some sixty brokers, and with it each costs half."""
    with TemporaryDirectory() as folder:
        cluster = new_cluster(Path(folder))
        if writer := cluster.write_aot_cache():
            writer.wait(PATIENCE_S)
        cluster.stop()


@contextmanager
def running_brokers(data_dir: Path, *, laptop_host: str = "") -> Iterator[EmbeddedCluster]:
    """Supervised: `set_wanted(cluster.data_dir, …)` is made so by itself. The app's clients are closed before they stop."""
    cluster = new_cluster(data_dir, laptop_host=laptop_host)
    cluster.start()
    try:
        cluster.wait_until_up(PATIENCE_S)
        with cluster.supervised():
            yield cluster
    finally:
        clients.close_all()
        cluster.stop(deadline_s=0.5)  # nobody needs this data
