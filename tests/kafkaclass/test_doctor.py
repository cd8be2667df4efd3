"""`manage.py doctor`: real faults, each said in a line."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kafkaclass.management.doctor import Finding, State, examine, machine
from kafkaclass.management.doctor.machine import Needs
from lessons.cluster import clients
from lessons.cluster.topics import list_topics
from lessons.embedded.config import SETTINGS
from tests.embedded.conftest import java_processes
from tests.environment import environment
from tests.running_brokers import running_brokers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path, settings) -> Path:
    settings.DATA_DIR, settings.KAFKA_IS_NAMED = tmp_path, True
    return tmp_path


@pytest.fixture
def held_port() -> Iterator[int]:
    """Nobody answers there."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def told(data_dir: Path, state: State, needs: Needs | None = None) -> dict[str, list[str]]:
    """What is said in this state, by what it is about."""
    return by_thing(finding for finding in examine(data_dir, needs) if finding.state is state)


def by_thing(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        found.setdefault(finding.what, []).append(finding.words)
    return found


@pytest.mark.django_db(transaction=True)
def test_where_nothing_is_wrong_it_says_so_and_leaves_nothing_on_the_cluster(kafka, classroom, data_dir, capsys):
    before, small = left_behind(kafka), Needs(least_memory_mb=0, least_disk_mb=0, least_files=0)
    found = list(examine(data_dir, small))
    assert [str(finding) for finding in found if finding.state is State.WRONG] == []
    fine = by_thing(finding for finding in found if finding.state is State.OK)
    assert len(fine["Kafka"]) == 3
    assert {"Python", "System", "Database", "Tables", "Rights", "Brokers", "Clocks"} <= fine.keys()
    assert left_behind(kafka) <= before


def left_behind(bootstrap_servers: str) -> set[str]:
    clients.configure(clients.Connection(bootstrap_servers))
    return {topic.name for topic in list_topics() if "doctor" in topic.name}


@pytest.mark.django_db(transaction=True)
def test_when_it_is_stopped_in_the_middle_it_leaves_nothing_behind_either(kafka, data_dir):
    before, findings = left_behind(kafka), examine(data_dir)
    while next(findings).what != "Clocks":
        pass
    assert len(left_behind(kafka) - before) == 1
    findings.close()
    assert left_behind(kafka) <= before


@pytest.mark.django_db(transaction=True)
def test_each_address_that_is_dead_is_named_and_ends_with_exit_code_1(kafka, data_dir, settings, held_port, capsys):
    settings.KAFKA_BOOTSTRAP_SERVERS = f"{kafka},127.0.0.1:{held_port}"
    try:
        with pytest.raises(CommandError, match="1 of these is wrong"):
            call_command("doctor")
        lines = capsys.readouterr().out.splitlines()
        assert sum(line.startswith("ok ") and " answers, and knows of 3 brokers" in line for line in lines) == 3
        [line] = [line for line in lines if line.startswith("wrong")]
        assert f"127.0.0.1:{held_port}" in line
        settings.KAFKA_BOOTSTRAP_SERVERS = f"127.0.0.1:{held_port}"
        assert len(told(data_dir, State.WRONG)["Kafka"]) == 2
    finally:
        clients.configure(clients.Connection(kafka))


@pytest.mark.parametrize(
    ("needs", "state", "what", "words"),
    [
        (Needs(least_disk_mb=10**12), State.WRONG, "Disk", "Free some space"),
        (Needs(least_disk_mb=0, enough_disk_mb=10**12), State.LOOK, "Disk", "choose another --data"),
        (Needs(least_memory_mb=10**12), State.WRONG, "Memory", "End other programs"),
        (Needs(least_memory_mb=0, enough_memory_mb=10**12), State.LOOK, "Memory", "a larger machine"),
        (Needs(least_files=10**12), State.WRONG, "Open files", "ulimit"),
    ],
)
def test_what_is_scarce_is_said(needs, state, what, words, tmp_path):
    found = machine.examine(tmp_path, needs, runs_brokers=True, is_running=False)
    assert [words in finding.words for finding in found if (finding.what, finding.state) == (what, state)] == [True]


def doctor(data_dir: Path, **own: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "manage.py"), "doctor", "--data", str(data_dir)]
    return subprocess.run(command, env=environment(**own), capture_output=True, text=True, check=False)


def test_before_the_first_class_and_with_a_database_that_was_never_migrated(tmp_path):
    before = doctor(tmp_path)
    assert "Database: there is none yet" in before.stdout
    assert "Kafka: " not in before.stdout  # no broker runs, and none should
    assert "Java: " in before.stdout
    assert java_processes(tmp_path) == []
    (tmp_path / "secret-key").chmod(0o644)
    with closing(sqlite3.connect(tmp_path / "kafkaclass.sqlite3")) as database:
        database.execute("CREATE TABLE somebodys (id INTEGER)")
    after = doctor(tmp_path)
    assert after.returncode == 1
    wrong = [line for line in after.stdout.splitlines() if line.startswith("wrong")]
    assert any("Tables: none yet. `manage.py up` applies them" in line for line in wrong), after.stdout
    assert any(f"chmod 600 {tmp_path / 'secret-key'}" in line for line in wrong), after.stdout


def test_a_database_server_that_is_away_hides_nothing_else(tmp_path, held_port):
    done = doctor(tmp_path, DATABASE_URL=f"postgres://nobody@127.0.0.1:{held_port}/kafkaclass")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert any(line.startswith("wrong") and "Database: it does not answer" in line for line in lines), done.stdout
    assert any(line.startswith("look at this") and "KAFKACLASS_SECRET_KEY" in line for line in lines), done.stdout
    assert any("Java: " in line for line in lines), done.stdout


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_what_the_cluster_does_not_let_the_app_do_is_named_and_nothing_else(tmp_path, data_dir, settings, monkeypatch):
    monkeypatch.setitem(SETTINGS, "transaction.max.timeout.ms", "60000")  # the app asks for five minutes
    before = clients.connection()
    with running_brokers(tmp_path / "brokers") as cluster:
        settings.KAFKA_BOOTSTRAP_SERVERS = cluster.bootstrap_servers
        [words] = told(data_dir, State.WRONG)["Rights"]
        assert "the app cannot write in transactions whose ids begin with kafka." in words
        assert left_behind(cluster.bootstrap_servers) == set()
    clients.configure(before)
