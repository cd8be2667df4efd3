"""`manage.py serve`, really: the web site alone, on PostgreSQL."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.environment import environment
from tests.kafkaclass.test_up import get
from tests.running_postgresql import NoPostgreSQL, find_programs, running_postgresql
from tests.running_serve import Site, manage, serve
from tests.waiting import PATIENCE_S, wait_for

STOPS_WITHIN_S = 10
KEY = "the same for all, and longer than anybody would type it in by hand"


VARIABLES = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "KAFKACLASS_SECRET_KEY")


def named_in(refusal: str) -> list[str]:
    return [name for name in VARIABLES if re.search(rf"\b{name}\b", refusal)]


@pytest.mark.parametrize("missing", [VARIABLES[:1], VARIABLES[1:2], VARIABLES[2:], VARIABLES])
def test_what_is_missing_is_named_and_nothing_else(missing, settings, monkeypatch):
    settings.KAFKA_IS_NAMED = "KAFKA_BOOTSTRAP_SERVERS" not in missing
    settings.SECRET_KEY_IS_NAMED = "KAFKACLASS_SECRET_KEY" not in missing
    database = SimpleNamespace(vendor="sqlite" if "DATABASE_URL" in missing else "postgresql")
    monkeypatch.setattr("kafkaclass.management.commands.serve.connection", database)
    with pytest.raises(CommandError) as refused:
        call_command("serve")
    assert named_in(str(refused.value)) == list(missing)


def test_a_class_of_ones_own_is_no_place_for_it(tmp_path):
    done = subprocess.run(
        manage("serve", tmp_path), capture_output=True, text=True, env=environment(), timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 1
    assert named_in(done.stderr) == list(VARIABLES)
    assert "For a class on this machine alone: `manage.py up`." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def environment_of_all(bootstrap_servers: str) -> Iterator[dict[str, str]]:
    try:
        find_programs()
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))
    with running_postgresql() as url:
        yield environment(DATABASE_URL=url, KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers, KAFKACLASS_SECRET_KEY=KEY)


@pytest.mark.long
def test_several_start_at_once_on_an_empty_database_and_are_one_site(environment_of_all, tmp_path):
    with ExitStack() as ends:
        sites = [serve(tmp_path / name, environment_of_all, "--web-processes", "1") for name in ("one", "two", "three")]
        for site in sites:
            ends.callback(site.stop)
        assert [get(f"{site.url}/readyz") for site in sites] == [200, 200, 200]
        with psycopg.connect(environment_of_all["DATABASE_URL"]) as database:
            assert database.execute("SELECT slug FROM lessons_class").fetchall() == [("kafka",)]
        assert not [site.said for site in sites if re.search("/sign-in/|/join/", site.said)]
        link = sites[0].invite("instructor", "Ines")
        assert link.startswith(f"{sites[0].url}/sign-in/")
        elsewhere = link.replace(sites[0].url, sites[1].url)
        with urllib.request.urlopen(elsewhere, timeout=PATIENCE_S) as answer:
            assert "Sign in as Ines" in answer.read().decode()


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_logs_to_its_own_output_and_ends_in_time_with_all_its_processes(environment_of_all, tmp_path, number):
    site = serve(tmp_path / "data", environment_of_all, "--web-processes", "2")
    assert get(f"{site.url}/no-such-page/") == 404
    processes = wait_for(lambda: found if len(found := site.processes()) == 3 else None)
    asked = time.monotonic()
    assert site.stop(number) == 0
    assert time.monotonic() - asked < STOPS_WITHIN_S
    assert [each for each in processes if each.is_running()] == []
    assert site.said.endswith("Stopping …\nStopped.\n")
    assert [each.name for each in site.data_dir.iterdir()] == ["up.lock"]  # no brokers, no rows, no key, no log


@pytest.mark.long
def test_browsers_find_it_by_the_names_of_the_proxy_alone(environment_of_all, tmp_path):
    variables = {**environment_of_all, "KAFKACLASS_HOSTS": "class.example.org"}
    site = serve(tmp_path / "data", variables, "--host", "0.0.0.0", "--web-processes", "1")
    try:
        assert status_for(site, "class.example.org") == 200
        assert status_for(site, socket.gethostname()) == 400
    finally:
        site.stop()


def status_for(site: Site, host: str) -> int:
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=PATIENCE_S)
    connection.request("GET", "/join/", headers={"Host": host})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.long
def test_a_port_that_is_held_is_not_changed_for_another(environment_of_all, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        site = serve(tmp_path / "data", environment_of_all, "--port", str(port))
        assert site.process.wait(PATIENCE_S) == 1
    assert f"Port {port} is used by another program" in site.said
    assert "Traceback" not in site.said
