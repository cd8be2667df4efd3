"""The same on PostgreSQL: a suite inside the suite, for what touches rows most, and a class that `up` runs on it.

The whole suite runs on it too: see `tests.running_postgresql`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest

from tests.browser.conftest import app_in
from tests.running_brokers import NAMED
from tests.running_postgresql import running_postgresql

ROOT = Path(__file__).parents[2]
WHAT_TOUCHES_ROWS = (
    "tests/classroom/test_models.py",
    "tests/classroom/test_access.py",
    "tests/classroom/test_perform.py",
    "tests/classroom/grading/test_grading.py",
    "tests/classroom/test_guessing.py",
    "tests/web/pages/doors/test_join.py",
    "tests/web/pages/staff/test_merge.py",
)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with running_postgresql() as url:
        yield url


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


@pytest.mark.long
def test_a_class_runs_on_postgresql(database_url, bootstrap_servers, tmp_path):
    with app_in(tmp_path, DATABASE_URL=database_url, KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers) as app:
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = browser.open(app.join_url, timeout=20).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        code = app.join_url.rstrip("/").rsplit("/", 1)[-1]
        fields = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "code": code, "name": "Alice"}).encode()
        lessons = browser.open(urllib.request.Request(f"{app.url}/join/", fields, {"Origin": app.url}), timeout=20)
        assert "Alice" in lessons.read().decode()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name FROM lessons_member WHERE role = 'student'").fetchall() == [("Alice",)]
    assert not (tmp_path / "kafkaclass.sqlite3").exists()
