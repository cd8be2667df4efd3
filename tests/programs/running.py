"""Runs a program twice: with confluent-kafka itself, and with the stand-in that a page has, by the app's real socket."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.waiting import PATIENCE_S

HERE = Path(__file__).parent
STAND_IN = HERE.parents[1] / "static" / "python"
SCRIPTS = HERE / "scripts"
NOTEBOOK_BROKERS = "kafka1:9092,kafka2:9093"


@dataclass(frozen=True)
class Seat:
    """A student who has joined by the app's own pages."""

    url: str
    class_slug: str
    slug: str
    cookie: str

    @property
    def prefix(self) -> str:
        return f"{self.class_slug}.{self.slug}."


def take_seat(url: str, join_url: str, name: str) -> Seat:
    with requests.Session() as browser:
        page = browser.get(join_url, timeout=PATIENCE_S)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token, page.text
        code = join_url.rstrip("/").rsplit("/", 1)[-1]
        form = {"csrfmiddlewaretoken": token[1], "code": code, "name": name}
        page = browser.post(f"{url}/join/", form, headers={"Referer": join_url}, timeout=PATIENCE_S)
        slug = re.search(r"Your seat is <code>(\w+)</code>", page.text)
        assert slug, page.text
        class_slug = page.url.rstrip("/").rsplit("/", 1)[-1]
        cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
        return Seat(url, class_slug, slug[1], cookie)


@dataclass(frozen=True)
class Printed:
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """All of it, as a failed test can show what differs."""
        return [*self.stdout.splitlines(), "--- stderr ---", *self.stderr.splitlines()]

    def without_source(self) -> Printed:
        """A program that is run by `python -c` has no lines to show in a traceback."""
        return Printed(self.stdout, re.sub(r"^    .*\n", "", self.stderr, flags=re.MULTILINE))


def run_natively(program: str, seat: Seat, bootstrap_servers: str) -> Printed:
    """With full names, as on the class's machine."""
    return _run(program, {"PREFIX": seat.prefix, "BROKERS": bootstrap_servers}, (), seat)


def run_with_stand_in(program: str, seat: Seat) -> Printed:
    """With short names, as in a cell."""
    socket = f"{seat.url.replace('http', 'ws', 1)}/ws/c/{seat.class_slug}/program/"
    where = {"PROGRAM_SOCKET": socket, "PROGRAM_COOKIE": seat.cookie, "PROGRAM_ORIGIN": seat.url}
    return _run(program, {"PREFIX": "", "BROKERS": NOTEBOOK_BROKERS, **where}, (HERE / "host", STAND_IN), seat)


def _run(program: str, names: dict[str, str], folders: tuple[Path, ...], seat: Seat) -> Printed:
    environment = {
        **os.environ, **names, "PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Printed(normal(done.stdout, seat), normal(done.stderr, seat))


_VARIABLE = (
    (r"\b0x[0-9a-f]{6,}\b", "0x…"),
    (r"\b1[67]\d{11}\b", "TIME_MS"),
    (r"^(%\d\|)[\d.]+\|", r"\1TIME|"),
    (r"rdkafka#(\w+)-\d+", r"rdkafka#\1-N"),
    (r"127\.0\.0\.1:\d+", "HOST:PORT"),
    (r"\bid [\w/+-]{22}", "id TOPIC_ID"),
    (r"rdkafka-[0-9a-f-]{36}", "MEMBER"),
    (r'^  File ".*?", line', '  File "…", line'),
    (r"^ *[~^]+\n", ""),
    (r"broker \d", "broker N"),
    (r"\(after \d+ms", "(after N ms"),
    (r"leader_epoch=(\d+|None)", "leader_epoch=…"),  # what a page says it was given has none
    (r"^%5\|TIME\|PARTCNT.*\n", ""),  # of the app's own admin client, for whom it is no news
)


def normal(text: str, seat: Seat) -> str:
    """Without what differs from run to run."""
    text = text.replace(seat.prefix, "")
    for pattern, shown in _VARIABLE:
        text = re.sub(pattern, shown, text, flags=re.MULTILINE)
    return text
