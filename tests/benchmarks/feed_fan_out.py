"""What it costs to tell many pages of the class's feed, as if there were so many acts a second.

    .venv/bin/python -m tests.benchmarks.feed_fan_out [--viewers 200] [--rates 25 100] [--seconds 8]

The delay from `produce` to a frame, and the CPU seconds of the web processes for 100,000 records delivered (records times
viewers), less what the same pages cost while nothing happens. A lone viewer is measured first. The pages are in a process
of their own, and belong to students to whom the feed is shown. Beside it, at the highest rate, with as many viewers: a
broadcast of the `websockets` library, Daphne with one consumer and a frame for each record, and Daphne with a consumer
for each socket. Bounded: two minutes a run, with brokers of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import statistics
import time
import uuid
from collections.abc import Callable
from functools import partial

from tests.benchmarks import bare, report
from tests.benchmarks.crowd import Page, crowd, pages_of, people_for, seat_students
from tests.benchmarks.measuring import (
    CLASS,
    cpu_s,
    create_topics,
    delete_topics,
    process_of_its_own,
    produce,
    quantile,
    running_app,
    web_cpu_s,
)
from tests.benchmarks.people import Student
from tests.browser.conftest import RunningApp

DRAINED_S = 1.0
COST = "CPU s for 100,000"
MOST_CPU_S, WITH_VIEWERS, AT_RATE = 1.0, 200, 100.0  # the goal
BARE = {
    "bare websockets broadcast": bare.websockets_server,
    "Daphne, a frame for each record": bare.daphne_hub,
    "Daphne, a consumer for each socket": bare.daphne_consumers,
}


def run(app: RunningApp, students: list[Student], options: argparse.Namespace) -> list[report.Row]:
    lines = [(1, options.rates[0]), *((options.viewers, rate) for rate in options.rates)]
    return [
        *(of_the_feed(app, students, viewers, rate, options.seconds) for viewers, rate in lines),
        *(of_a_bare_server(app, name, options) for name in BARE),
    ]


def of_the_feed(app: RunningApp, students: list[Student], viewers: int, rate: float, seconds: float) -> report.Row:
    pages = pages_of(students, "feed/", "feed", viewers)
    row = measure(
        "the feed", pages, app.bootstrap_servers, f"_{CLASS}.feed", rate, seconds, cpu_s=partial(web_cpu_s, app)
    )
    return report.Row(row.name, row.numbers, {COST: MOST_CPU_S} if (viewers, rate) == (WITH_VIEWERS, AT_RATE) else {})


def of_a_bare_server(app: RunningApp, name: str, options: argparse.Namespace) -> report.Row:
    servers, topic, rate = app.bootstrap_servers, f"bench-{uuid.uuid4().hex[:8]}", max(options.rates)
    create_topics(servers, topic)
    with process_of_its_own(BARE[name], servers, topic) as (pipe, process):
        pages = [Page(f"ws://127.0.0.1:{pipe.recv()}")] * options.viewers
        row = measure(name, pages, servers, topic, rate, options.seconds, cpu_s=partial(cpu_s, process))
        pipe.send("stop")
    delete_topics(servers, topic)
    return row


def measure(
    name: str, pages: list[Page], servers: str, topic: str, rate: float, seconds: float, *, cpu_s: Callable[[], float]
) -> report.Row:
    records = round(rate * seconds)
    with crowd(pages) as viewers:
        time.sleep(DRAINED_S)
        before = cpu_s()
        time.sleep(seconds / 2)
        idle_share = (cpu_s() - before) / (seconds / 2)
        viewers.begin()
        before, began = cpu_s(), time.monotonic()
        produce(servers, [topic], records, rate)
        time.sleep(DRAINED_S)
        cost = max(0.0, cpu_s() - before - idle_share * (time.monotonic() - began))
        delays_ms = viewers.delays_ms()
    return report.Row(
        f"{name}: {len(pages)} {'viewers' if len(pages) > 1 else 'viewer'}, {rate:g}/s",
        {
            "delivered %": 100 * len(delays_ms) / (records * len(pages)),
            "p50 ms": statistics.median(delays_ms),
            "p99 ms": quantile(delays_ms, 0.99),
            COST: cost / len(delays_ms) * 100_000,
            "% of a core at rest": 100 * idle_share,
        },
    )


def show_the_feed(app: RunningApp) -> None:
    with sqlite3.connect(app.data_dir / "kafkaclass.sqlite3") as rows:
        rows.execute("UPDATE lessons_class SET feed_is_shared = 1")


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--viewers", type=int, default=WITH_VIEWERS)
    parser.add_argument("--rates", type=float, nargs="+", default=[25.0, AT_RATE], help="records a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each line sends")
    options = parser.parse_args()
    with running_app() as app:
        show_the_feed(app)
        students = seat_students(app, people_for(options.viewers))
        report.show(options, report.medians_of(options.runs, lambda: run(app, students, options)))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
