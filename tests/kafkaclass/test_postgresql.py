"""The same on PostgreSQL: a suite inside the suite, for what touches rows most, and a class that `up` runs on it.

The whole suite runs on it too: see `tests.running_postgresql`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import websockets.sync.client

from lessons.cluster import clients, topics
from lessons.cluster.namespace import Namespace
from tests.browser.conftest import RunningApp, app_in, start_app, stop_app
from tests.environment import environment
from tests.running_brokers import NAMED
from tests.running_postgresql import NoPostgreSQL, find_programs, running_postgresql
from tests.waiting import PATIENCE_S, wait_for

ROOT = Path(__file__).parents[2]
WHAT_TOUCHES_ROWS = (
    "tests/classroom/test_models.py",
    "tests/classroom/test_access.py",
    "tests/classroom/test_perform.py",
    "tests/classroom/grading/test_grading.py",
    "tests/classroom/test_guessing.py",
    "tests/classroom/test_housekeeping.py",
    "tests/kafkaclass/test_backup.py",
    "tests/web/pages/doors/test_join.py",
    "tests/web/pages/staff/test_merge.py",
)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    try:
        find_programs()
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))
    with running_postgresql() as url:
        yield url


@pytest.fixture
def empty_database_url(database_url) -> str:
    """One that no class was in yet."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shared")
    return database_url.removesuffix("/postgres") + "/shared"


@pytest.mark.long
def test_what_touches_rows_most_passes_on_postgresql_too(database_url, bootstrap_servers):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**inherited, "DATABASE_URL": database_url, NAMED: bootstrap_servers}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", *WHAT_TOUCHES_ROWS],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-10_000:]
    assert "skipped" not in run.stdout


class Browser:
    """With cookies of its own."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, url: str) -> str:
        return self.post(url, None)

    def post(self, url: str, fields: dict[str, str] | None) -> str:
        """The page that comes of it in the end."""
        parts = urllib.parse.urlsplit(url)
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(url, data, {"Origin": f"{parts.scheme}://{parts.netloc}"})
        with self._opener.open(request, timeout=PATIENCE_S) as answer:
            self.path = urllib.parse.urlsplit(answer.url).path
            return answer.read().decode()

    def come_in(self, app: RunningApp, form: str, **fields: str) -> str:
        """By the form that is sent to /join/ or to /return/."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(app.join_url))[1]
        return self.post(f"{app.url}/{form}/", {"csrfmiddlewaretoken": token, **fields})

    def socket(self, app: RunningApp, kind: str) -> websockets.sync.client.ClientConnection:
        class_slug = self.path.split("/")[2]
        headers = {"Cookie": "; ".join(f"{each.name}={each.value}" for each in self.cookies), "Origin": app.url}
        url = f"ws://{urllib.parse.urlsplit(app.url).netloc}/ws/c/{class_slug}/{kind}/"
        return websockets.sync.client.connect(url, additional_headers=headers, close_timeout=1)


def code_of(app: RunningApp) -> str:
    return app.join_url.rstrip("/").rsplit("/", 1)[-1]


def personal_code(page: str) -> str:
    return re.search(r'id="personal-code">([^<]+)<', page)[1]


def until_kind(connection: websockets.sync.client.ClientConnection, kind: str) -> dict[str, object]:
    while (frame := json.loads(connection.recv(PATIENCE_S)))["type"] != kind:
        assert frame["type"] != "problem", frame
    return frame


A_CLASS = """
from lessons.classroom.models import Act, Class
from lessons.classroom.people.seats import take_seat
alice = take_seat(Class.objects.create(name="Ü", slug="moves"), "Alice")
Act.objects.create(member=alice, kind="produce", fields={"value": "\\0", "n": [1.5, None]}, state="done")
"""


def manage(data_dir: Path, *arguments: str | Path, **own: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)]
    subprocess.run(command, env=environment(KAFKACLASS_DATA=str(data_dir), **own), check=True, capture_output=True)


def rows_in(file: Path) -> list[dict[str, object]]:
    with tarfile.open(file) as archive:
        return [json.loads(line) for line in archive.extractfile("rows.jsonl")]


@pytest.mark.long
def test_a_class_moves_from_sqlite_to_postgresql_and_back(database_url, tmp_path):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE moved")
    moved = {"DATABASE_URL": database_url.removesuffix("/postgres") + "/moved"}
    laptop, server, back = (tmp_path / name for name in ("laptop", "server", "back"))
    manage(laptop, "migrate")
    manage(laptop, "shell", "-c", A_CLASS)
    manage(laptop, "backup", tmp_path / "one.tar.gz")
    manage(server, "restore", tmp_path / "one.tar.gz", **moved)
    manage(server, "backup", tmp_path / "two.tar.gz", **moved)
    manage(back, "restore", tmp_path / "two.tar.gz")
    manage(back, "backup", tmp_path / "three.tar.gz")
    one, two, three = (rows_in(tmp_path / f"{name}.tar.gz") for name in ("one", "two", "three"))
    assert {row["model"] for row in one} == {"lessons.user", "lessons.class", "lessons.member", "lessons.act"}
    assert one == two == three
    assert len({(folder / "secret-key").read_text() for folder in (laptop, server, back)}) == 1


@pytest.mark.long
def test_a_class_runs_on_postgresql(database_url, bootstrap_servers, tmp_path):
    with app_in(tmp_path, DATABASE_URL=database_url, KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers) as app:
        assert "Alice" in Browser().come_in(app, "join", code=code_of(app), name="Alice")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name FROM lessons_member WHERE role = 'student'").fetchall() == [("Alice",)]
    assert not (tmp_path / "kafkaclass.sqlite3").exists()


@pytest.mark.every_way  # tests/browser/test_behind_nginx.py has two web sites behind nginx
def test_two_machines_on_one_database_and_one_cluster_are_one_class(empty_database_url, bootstrap_servers, tmp_path):
    """Each has a data folder of its own. They start at the same moment, and the second once more while the first works."""
    shared = {
        "DATABASE_URL": empty_database_url, "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "KAFKACLASS_SECRET_KEY": "the same on both machines, and longer than any would type it in by hand",
    }  # fmt: skip
    with ThreadPoolExecutor(2) as threads, ExitStack() as ends:
        starts = [
            threads.submit(start_app, tmp_path / name, "--web-processes", "1", **shared) for name in ("one", "two")
        ]
        (process_one, one), (process_two, two) = (start.result() for start in starts)
        ends.callback(stop_app, process_one)
        stop_app(process_two)
        assert code_of(one) == code_of(two)

        alice = Browser()
        code = personal_code(alice.come_in(one, "join", code=code_of(one), name="Alice"))
        with alice.socket(one, "consume") as tab, psycopg.connect(empty_database_url, autocommit=True) as database:
            cut_id = an_act_that_was_cut(database)
            create_topic(Namespace(alice.path.split("/")[2], seat_of(database)), bootstrap_servers)
            act_id = str(uuid4())
            tab.send(json.dumps({"type": "start", "act_id": act_id, "topic": "test1p", "group_id": "g"}))
            until_kind(tab, "assigned")

            process_two, two = start_app(tmp_path / "two", "--web-processes", "1", **shared)
            ends.callback(stop_app, process_two)
            wait_for(lambda: state_of(database, cut_id) != "running")  # so acts that were cut were looked for
            assert state_of(database, act_id) == "running"
            assert personal_code(alice.get(f"{two.url}{alice.path}")) == code  # the same session
            assert "Alice" in Browser().come_in(two, "return", personal_code=code)

            tab.send('{"type":"stop"}')
            until_kind(tab, "stopped")
            wait_for(lambda: state_of(database, act_id) == "done")
            assert database.execute("SELECT count(*) FROM lessons_class").fetchone() == (1,)
        with no_connection_to(empty_database_url):
            wait_for(lambda: status_of(f"{one.url}/readyz") == status_of(f"{two.url}/readyz") == 503)
            assert status_of(f"{one.url}/healthz") == 200  # nobody has to start it again
        wait_for(lambda: status_of(f"{one.url}/readyz") == status_of(f"{two.url}/readyz") == 200)


@contextmanager
def no_connection_to(database_url: str) -> Iterator[None]:
    """Those that there are end, and no new one is let in."""
    server, _, name = database_url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def seat_of(database: psycopg.Connection) -> str:
    return database.execute("SELECT slug FROM lessons_member WHERE name = 'Alice'").fetchone()[0]


def state_of(database: psycopg.Connection, act_id: str) -> str:
    return database.execute("SELECT state FROM lessons_act WHERE id = %s", [act_id]).fetchone()[0]


def an_act_that_was_cut(database: psycopg.Connection) -> str:
    """Of Alice's, by a process that died an hour ago."""
    act_id = str(uuid4())
    database.execute(
        "INSERT INTO lessons_act (id, member_id, lesson, kind, fields, line, weight, state, answer, started_at, alive_at)"
        " SELECT %s, id, '', 'list-topics', '{}', '', 2, 'running', '{}', now() - interval '1 hour',"
        " now() - interval '1 hour' FROM lessons_member WHERE name = 'Alice'",
        [act_id],
    )
    return act_id


def create_topic(seat: Namespace, bootstrap_servers: str) -> None:
    before = clients.connection()
    clients.configure(clients.Connection(bootstrap_servers))
    try:
        topics.create_topic(seat, "test1p", partitions=1, replicas=1)
    finally:
        clients.configure(before)
