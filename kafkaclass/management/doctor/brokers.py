"""Java, jars, ports and processes of the brokers, where they are the app's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from lessons import embedded
from lessons.embedded import BROKER_IDS, BrokerProblem
from lessons.embedded.cluster import DEFAULT_JAR_DIR, WISHED_PORTS
from lessons.embedded.config import broker_name, read_plan
from lessons.embedded.jars import COORDINATES, MAVEN_CENTRAL, listed_jars, missing_jars
from lessons.embedded.java import find_java
from lessons.embedded.ports import is_free


def examine(data_dir: Path, *, is_running: bool) -> Iterator[Finding]:
    yield _java()
    yield _jars()
    if is_running:
        yield from (_broker(data_dir, broker_id) for broker_id in BROKER_IDS)
    else:
        yield _ports(data_dir)


def _java() -> Finding:
    try:
        java = find_java()
    except BrokerProblem as problem:
        return wrong("Java", str(problem))
    return ok("Java", f"{java.major} at {java.path}")


def _jars() -> Finding:
    version = COORDINATES[0].rpartition(":")[2]
    if missing := missing_jars(DEFAULT_JAR_DIR):
        where = settings.MAVEN_URL or MAVEN_CENTRAL
        words = f"{len(missing)} of {len(listed_jars())} are not there, or not as they have to be"
        return look("Kafka's jars", f"{words}: the next `up` fetches them from {where}, for which it needs a network.")
    return ok("Kafka's jars", f"{version}, each as listed")


def _broker(data_dir: Path, broker_id: int) -> Finding:
    name, status = broker_name(broker_id), embedded.status(data_dir, broker_id)
    if status.phase == "up" and status.runs:
        return ok(name, f"up, on port {embedded.broker_port(data_dir, broker_id)}")
    if (wanted := embedded.wanted(data_dir, broker_id)) != "up":
        return look(name, f"it was {wanted} on purpose. Start it in the class's room.")
    return wrong(name, f"it is {status.phase}. {status.problem or 'Its log is in kafka/ in the data folder.'}")


def _ports(data_dir: Path) -> Finding:
    plan = read_plan(data_dir)
    ports = plan.ports if plan else WISHED_PORTS
    named = ", ".join(map(str, ports))
    if taken := [str(port) for port in ports if not is_free(port)]:
        words = f"another program uses {', '.join(taken)} of {named}"
        return look(
            "Brokers' ports", f"{words}: `up` takes others, and notebooks that were downloaded have the old ones."
        )
    return ok("Brokers' ports", f"{named} are free; no broker runs, as no class does")
