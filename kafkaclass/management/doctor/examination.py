"""One thing after the other, so that each is said as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from kafkaclass.management import running
from kafkaclass.management.doctor import brokers, cluster, database, machine, site
from kafkaclass.management.doctor.finding import Finding, look
from kafkaclass.management.doctor.machine import Needs
from lessons.embedded.config import read_plan

Part = Callable[[], Iterator[Finding]]


def examine(data_dir: Path, needs: Needs | None = None) -> Iterator[Finding]:
    """Of this machine, with the settings of this process, and of the class that runs on the data folder if one does."""
    needs, up = needs or Needs(), running.read_living(data_dir)
    embedded = _has_own_brokers(data_dir, up)
    parts: dict[str, Part] = {
        "This machine": lambda: machine.examine(data_dir, needs, runs_brokers=embedded, is_running=up is not None),
        "The web site": lambda: site.examine(up),
        "The database": database.examine,
    }
    if embedded:
        parts["The brokers"] = lambda: brokers.examine(data_dir, is_running=up is not None)
    if up is not None or not embedded:
        servers = up.bootstrap_servers if up else settings.KAFKA_BOOTSTRAP_SERVERS
        parts["Kafka"] = lambda: cluster.examine(servers, each_address=not embedded)
    for name, part in parts.items():
        try:
            yield from part()
        except Exception as error:  # what is wrong with one part must not hide the others
            yield look(name, f"It could not be looked at to the end: {type(error).__name__}: {error}")


def _has_own_brokers(data_dir: Path, up: running.Running | None) -> bool:
    """A class that was started in another environment may have another cluster than this process is told of."""
    if up is None:
        return not settings.KAFKA_IS_NAMED
    plan = read_plan(data_dir)
    return plan is not None and plan.bootstrap_servers == up.bootstrap_servers
