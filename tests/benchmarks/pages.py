"""What each kind of page costs: its time at the server, its SQL queries, and the bytes of a first visit.

    .venv/bin/python -m tests.benchmarks.pages [--seats 5 100] [--requests 30]

Two classes before one `manage.py up`, one small and one large: their seats have acts and attempts in the database, and the
student whose pages are asked for has topics and records on the cluster. The time is from a request to the whole
answer, warm, over one connection that stays open, beside `/healthz`, which Daphne answers before Django is asked. Queries
are counted in this process, on the same database. The bytes are what Chromium gets for the page with all that it loads,
compressed, with an empty cache. Bounded: two minutes, with brokers of its own.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks import report
from tests.benchmarks.completion_table import make_class
from tests.benchmarks.measuring import launch_options, running_app
from tests.benchmarks.people import Results, Student
from tests.browser.conftest import RunningApp

if TYPE_CHECKING:
    from lessons.classroom.models import Member

ATTEMPTS_EACH = 2  # of most exercises
WARM_UP_REQUESTS = 8
QUIET_S = 0.5  # a page has loaded what it needs
MOST_MS, MOST_KB = 20, 80  # the goals
LESSON = "producing"


@dataclass(frozen=True)
class Visit:
    """A page, and who asks for it. `member` is None for somebody who has not joined."""

    kind: str
    path: str
    member: Member | None = None


# --- two classes ---------------------------------------------------------------------------------------------------


def visits_to(seats: int) -> list[Visit]:
    """Each kind of page, of a new class with so many seats."""
    from lessons.classroom.models import Role
    from lessons.classroom.people.seats import join_path, take_seat

    klass, grader = make_class(seats, ATTEMPTS_EACH, slug=f"of-{seats}")
    instructor = take_seat(klass, "Ines", role=Role.INSTRUCTOR)
    student = klass.present_seats().earliest("pk")
    exercise = student.attempts.earliest("pk").exercise
    here = f"/c/{klass.slug}"
    return [
        Visit("the door", join_path(klass)),
        Visit("the lessons", f"{here}/", student),
        Visit("a lesson", f"{here}/lessons/{LESSON}/", student),
        Visit("my cluster", f"{here}/cluster/", student),
        Visit("my work", f"{here}/my-work/", student),
        Visit("the playground", f"{here}/playground/", student),
        Visit("the room", f"{here}/room/", instructor),
        Visit("the grading table", f"{here}/grading/", grader),
        Visit("the evidence", f"{here}/grading/{student.slug}/{exercise}/", grader),
    ]


def act(app: RunningApp, member: Member) -> None:
    """By the forms of the pages."""

    async def create_and_produce() -> None:
        for topic in ("test1p", "test2p"):
            await student.act("creating-topics", "create-topic", name=topic, partitions=2, replicas=3)
        for _ in range(3):
            await student.act("producing", "produce", topic="test1p", values="1")

    with ThreadPoolExecutor(1) as pool:
        student = Student(app, Results(), pool)
        student.class_slug = member.klass.slug
        student.http.cookies.update(cookies_of(member))
        student.http.get(f"{app.url}/c/{member.klass.slug}/lessons/{LESSON}/")
        asyncio.run(create_and_produce())
    if student.results.errors:
        raise RuntimeError(f"What the student did was refused: {dict(student.results.errors)}")


def cookies_of(member: Member | None) -> dict[str, str]:
    from tests.signing_in import browser_of

    return {name: morsel.value for name, morsel in browser_of(member).cookies.items()} if member else {}


# --- what a page costs ---------------------------------------------------------------------------------------------


def p50_ms(app: RunningApp, path: str, cookies: Mapping[str, str], requests: int) -> float:
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=30)
    headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    took = []
    for _ in range(WARM_UP_REQUESTS + requests):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return statistics.median(took[WARM_UP_REQUESTS:])


def queries(visit: Visit) -> int:
    """The second time."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.signing_in import browser_of

    browser = browser_of(visit.member) if visit.member else Client()
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(visit.path, headers={"Host": "127.0.0.1"})
        if answer.status_code != 200:
            raise RuntimeError(f"{visit.path}: {answer.status_code}")
    return len(asked)


def first_visits_kb(app: RunningApp, visits: Sequence[Visit]) -> list[float]:
    by_whom = [cookies_of(visit.member) for visit in visits]  # Django asks nothing of a thread in which Playwright runs
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        taken = [
            first_visit_kb(browser, app, visit.path, cookies) for visit, cookies in zip(visits, by_whom, strict=True)
        ]
        browser.close()
    return taken


def first_visit_kb(browser: Browser, app: RunningApp, path: str, cookies: Mapping[str, str]) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": app.url} for name, value in cookies.items()])
    page, loaded = context.new_page(), []
    network = context.new_cdp_session(page)
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    network.send("Network.enable")
    page.goto(f"{app.url}{path}", wait_until="networkidle")
    page.wait_for_timeout(QUIET_S * 1000)
    context.close()
    return sum(loaded) / 1000


# --- the table -----------------------------------------------------------------------------------------------------


def run(app: RunningApp, classes: Mapping[int, list[Visit]], options: argparse.Namespace) -> list[report.Row]:
    few, many = min(classes), max(classes)
    bare = p50_ms(app, "/healthz", {}, options.requests)
    rows, taken = [report.Row("/healthz", {"p50 ms": bare})], first_visits_kb(app, classes[many])
    for small, large, first_visit in zip(classes[few], classes[many], taken, strict=True):
        took = p50_ms(app, large.path, cookies_of(large.member), options.requests)
        asked = {few: queries(small), many: queries(large)}
        numbers = {
            "p50 ms": took,
            "beside /healthz": took / bare,
            **{f"queries, {seats} seats": number for seats, number in asked.items()},
            "more with more": asked[many] - asked[few],
            "first visit KB": first_visit,
        }
        goals = {"p50 ms": MOST_MS, "more with more": 0, "first visit KB": MOST_KB}
        rows.append(report.Row(large.kind, numbers, goals))
    return rows


@contextmanager
def in_its_folder(app: RunningApp) -> Iterator[None]:
    """Django in this process has the database and the brokers of the running app."""
    os.environ |= {
        "KAFKACLASS_DATA": str(app.data_dir),
        "KAFKA_BOOTSTRAP_SERVERS": app.bootstrap_servers,
        "DJANGO_SETTINGS_MODULE": "kafkaclass.settings",
    }
    import django

    django.setup()
    from lessons.classroom import process

    yield
    process.current().close()


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--seats", type=int, nargs=2, default=[5, 100], help="of the small and of the large class")
    parser.add_argument("--requests", type=int, default=30, help="for the time of a page")
    options = parser.parse_args()
    with running_app() as app, in_its_folder(app):
        classes = {seats: visits_to(seats) for seats in options.seats}
        for visits in classes.values():
            act(app, next(each.member for each in visits if each.kind == "a lesson"))
        report.show(options, report.medians_of(options.runs, lambda: run(app, classes, options)))


if __name__ == "__main__":
    main()
