"""What it costs to tell many pages of the class's feed, as if there were so many acts a second.

    .venv/bin/python -m tests.benchmarks.feed_fan_out [--viewers 200] [--rates 25 100] [--seconds 8]

Prints the delay from `produce` to a frame, and the web processes' CPU seconds for 100,000 records delivered (records times
viewers), less what the same pages cost while nothing happens. A lone viewer is measured first. The pages are in a process
of their own, and belong to students to whom the feed is shown. Bounded: a minute and a half, with brokers of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import multiprocessing
import sqlite3
import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.benchmarks.measuring import bootstrap_servers, produce, quantile, running_app, watch_from_now, web_cpu_s
from tests.benchmarks.people import Results, Student
from tests.browser.conftest import RunningApp

PAGES_OF_A_SEAT = 20
DRAINED_S = 1.0


@dataclass(frozen=True)
class FanOut:
    viewers: int
    rate: float
    delays_ms: list[float]
    wanted: int
    cpu_s: float


def run_viewers(app: RunningApp, viewers: int, pipe: Connection) -> None:
    asyncio.run(_viewers(app, viewers, pipe))


async def _viewers(app: RunningApp, viewers: int, pipe: Connection) -> None:
    """Says the class's name when all pages are open; when told to stop, how late each record came to each of them."""
    delays: list[float] = []
    pool = ThreadPoolExecutor(4)
    students = [Student(app, Results(), pool) for _ in range(math.ceil(viewers / PAGES_OF_A_SEAT))]
    for number, student in enumerate(students):
        await student.join(number)

    def take(frame: dict[str, Any]) -> None:
        now = time.time() * 1000
        delays.extend(now - float(record["value"]["text"]) for record in frame.get("records", ()))

    tasks = []
    for number in range(viewers):
        student = students[number // PAGES_OF_A_SEAT]
        socket = await student.socket("feed/")
        await watch_from_now(socket, "feed")
        tasks.append(asyncio.create_task(student.hear(socket, take)))
    pipe.send(students[0].class_slug)
    await asyncio.to_thread(pipe.recv)
    for task in tasks:
        task.cancel()
    pipe.send(delays)


def measure(app: RunningApp, *, viewers: int, rate: float, seconds: float) -> FanOut:
    here, there = multiprocessing.Pipe()
    crowd = multiprocessing.Process(target=run_viewers, args=(app, viewers, there))
    crowd.start()
    topic, records = f"_{here.recv()}.feed", round(rate * seconds)
    before = web_cpu_s(app)
    time.sleep(seconds / 2)
    idle_cpu_s = (web_cpu_s(app) - before) * 2
    before = web_cpu_s(app)
    produce(bootstrap_servers(app), [topic], records, rate)
    time.sleep(DRAINED_S)
    cpu_s = max(0.0, web_cpu_s(app) - before - idle_cpu_s)
    here.send("stop")
    delays = here.recv()
    crowd.join(10)
    return FanOut(viewers, rate, delays, records * viewers, cpu_s)


def show_the_feed(app: RunningApp) -> None:
    with sqlite3.connect(app.data_dir / "kafkaclass.sqlite3") as rows:
        rows.execute("UPDATE lessons_class SET feed_is_shared = 1")


def report(runs: Iterable[FanOut]) -> None:
    print("| viewers | records/s | delivered | p50 ms | p99 ms | CPU s of the web processes per 100k |")
    print("|---|---|---|---|---|---|")
    for run in runs:
        p50, p99 = statistics.median(run.delays_ms), quantile(run.delays_ms, 0.99)
        cost = run.cpu_s / len(run.delays_ms) * 100_000
        share = len(run.delays_ms) / run.wanted
        print(f"| {run.viewers} | {run.rate:g} | {share:.0%} | {p50:.1f} | {p99:.1f} | {cost:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="+", default=[25.0, 100.0], help="records a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each line sends")
    options = parser.parse_args()
    with running_app() as app:
        show_the_feed(app)
        lines = [(1, options.rates[0]), *((options.viewers, rate) for rate in options.rates)]
        report([measure(app, viewers=viewers, rate=rate, seconds=options.seconds) for viewers, rate in lines])


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
