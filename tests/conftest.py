"""What every test stands on: three real brokers, once a session, and a class with its people."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lessons.classroom import process
from lessons.classroom.checks.pool import CheckSettings
from lessons.classroom.process import Process, ProcessSettings
from lessons.cluster import clients, groups
from tests.running_brokers import NAMED, running_brokers

pytest_plugins = ["tests.workers"]


@pytest.fixture(scope="session")
def bootstrap_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of three brokers on free ports, for the whole session; or of those that run already."""
    if named := os.environ.get(NAMED):
        yield named
        return
    with running_brokers(tmp_path_factory.mktemp("brokers")) as cluster:
        yield cluster.bootstrap_servers


@pytest.fixture
def process_settings() -> ProcessSettings:
    """A module whose tests want others has a fixture of this name. Of other processes nobody knows here."""
    return ProcessSettings(checks=CheckSettings(others_first_s=0.0))


@pytest.fixture(autouse=True)
def own_process(request: pytest.FixtureRequest, process_settings: ProcessSettings) -> Iterator[Process]:
    """What a process keeps running belongs to one test, and has ended before its database goes."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("db")
    with process.use(Process(process_settings)) as own:
        yield own


@pytest.fixture
def kafka(bootstrap_servers: str, settings) -> str:
    """The app talks to the session's brokers."""
    settings.KAFKA_BOOTSTRAP_SERVERS = bootstrap_servers
    wanted = clients.Connection(bootstrap_servers)
    if clients.connection() != wanted:
        clients.configure(wanted)
    groups.create_offsets_topic()  # as `up` does: a fresh cluster has no internal topic
    return bootstrap_servers


@pytest.fixture
def nothing_answers(kafka: str) -> Iterator[None]:
    """The app talks to a port that is held and never answered."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        clients.configure(clients.Connection(f"127.0.0.1:{held.getsockname()[1]}"))
        yield
    clients.configure(clients.Connection(kafka))


@dataclass(frozen=True)
class Classroom:
    """Alice and Bob are students of the class, Ines teaches it, Greta grades it; Charlie is in another class."""

    klass: object
    alice: object
    bob: object
    ines: object
    greta: object
    charlie: object


@pytest.fixture
def classroom(db) -> Classroom:
    from lessons.classroom.models import Class, Role
    from lessons.classroom.people.seats import take_seat

    def new_class(name: str) -> Class:
        return Class.objects.create(name=name, slug=f"t{secrets.token_hex(4)}")

    klass, other = new_class("The class"), new_class("Another class")
    return Classroom(
        klass=klass,
        alice=take_seat(klass, "Alice"),
        bob=take_seat(klass, "Bob"),
        ines=take_seat(klass, "Ines", role=Role.INSTRUCTOR),
        greta=take_seat(klass, "Greta", role=Role.GRADER),
        charlie=take_seat(other, "Charlie"),
    )


@pytest.fixture
def alice(classroom: Classroom):
    return classroom.alice


@pytest.fixture
def alice_client(alice, client):
    client.force_login(alice.user, backend="django.contrib.auth.backends.ModelBackend")
    return client
