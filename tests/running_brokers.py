"""Three brokers on free ports, for the length of a with block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from lessons.cluster import clients
from lessons.embedded.cluster import EmbeddedCluster

NAMED = "KAFKACLASS_TEST_BOOTSTRAP"  # brokers that run already


@contextmanager
def running_brokers(data_dir: Path) -> Iterator[EmbeddedCluster]:
    """Supervised: `set_wanted(cluster.data_dir, …)` is made so by itself. The app's clients are closed before they stop."""
    cluster = EmbeddedCluster(
        data_dir,
        ports=(0, 0, 0),
        controller_ports=(0, 0, 0),
        maven_url=settings.MAVEN_URL,
        say=lambda words: None,
    )
    cluster.prepare()
    cluster.start()
    try:
        cluster.wait_until_up(timeout_s=60)
        with cluster.supervised():
            yield cluster
    finally:
        clients.close_all()
        cluster.stop(deadline_s=0.5)  # nobody needs this data
