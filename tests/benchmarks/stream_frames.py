"""How smooth a lesson's page stays while records arrive, with 2,000 rows in its table and in that of its consumer.

    .venv/bin/python -m tests.benchmarks.stream_frames [--rates 20 200] [--seconds 10]

One run, one page, one browser: the time from frame to frame, and how much of the time is spent in tasks of more than
50 ms, first while nothing arrives and then at each rate. Beside the page at rest the machine counts for little.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import Producer
from playwright.async_api import Page, expect

from tests.benchmarks.live_latency import Room, student
from tests.benchmarks.measuring import DEADLINE_S, bootstrap_servers, produce, quantile, running_app
from tests.browser.conftest import RunningApp

ROWS = 2000  # what a table keeps: static/js/stream.js

WATCH_FRAMES = """
window.frames = [];
window.longTasks = [];
new PerformanceObserver((list) => {
  window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
}).observe({ type: "longtask" });
let last = 0;
requestAnimationFrame(function frame(now) {
  if (last) window.frames.push(now - last);
  last = now;
  requestAnimationFrame(frame);
});
"""


@dataclass(frozen=True)
class Stretch:
    """Some seconds of the page's life at one rate of records."""

    rate: float
    frames_ms: Sequence[float]
    long_tasks_share: float


async def open_both_streams(room: Room) -> None:
    """The lesson about consuming with its tables full: the live column's and that of the student's own consumer."""
    topic = room.prefix + "test1p"
    room.create(topic, replicas=1)
    await asyncio.to_thread(fill, room.bootstrap_servers, topic)
    await room.page.goto(room.page.url.replace("/producing/", "/consuming/"))
    await room.page.locator("section.consume").get_by_label("Stop after").fill("")
    await room.page.locator("section.consume").get_by_role("button", name="Start").click()
    for stream in ("#watch", "section.consume"):
        await expect(room.page.locator(f"{stream} [data-rows] tr")).to_have_count(ROWS, timeout=DEADLINE_S * 1000)
    await room.page.evaluate(WATCH_FRAMES)


def fill(servers: str, topic: str) -> None:
    producer = Producer({"bootstrap.servers": servers})
    for number in range(ROWS):
        producer.produce(topic, str(number))
    producer.flush(DEADLINE_S)


async def measure(room: Room, *, rate: float, seconds: float) -> Stretch:
    await room.page.evaluate("window.frames.length = window.longTasks.length = 0")
    if rate:
        topic = room.prefix + "test1p"
        await asyncio.to_thread(produce, room.bootstrap_servers, [topic], int(rate * seconds), rate)
    else:
        await asyncio.sleep(seconds)
    frames_ms, long_tasks_ms = await read_frames(room.page)
    return Stretch(rate, frames_ms, sum(long_tasks_ms) / sum(frames_ms))


async def read_frames(page: Page) -> tuple[list[float], list[float]]:
    frames_ms, long_tasks_ms = await page.evaluate("[window.frames, window.longTasks]")
    return frames_ms, long_tasks_ms


def report(stretches: Sequence[Stretch]) -> None:
    at_rest = quantile(stretches[0].frames_ms, 0.95)
    print(f"\n{ROWS:,} rows in both tables\n")
    print("| records/s | p50 ms | p95 ms | p95 / at rest | in long tasks |\n|---|---|---|---|---|")
    for each in stretches:
        p50, p95 = statistics.median(each.frames_ms), quantile(each.frames_ms, 0.95)
        print(f"| {each.rate:g} | {p50:.1f} | {p95:.1f} | {p95 / at_rest:.1f} | {each.long_tasks_share:.0%} |")


async def run(app: RunningApp, *, rates: Sequence[float], seconds: float) -> None:
    async with student(app, bootstrap_servers(app)) as room:
        await open_both_streams(room)
        report([await measure(room, rate=rate, seconds=seconds) for rate in (0.0, *rates)])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rates", type=float, nargs="+", default=[20.0, 200.0], help="records a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="at each rate")
    options = parser.parse_args()
    with running_app() as app:
        asyncio.run(run(app, rates=options.rates, seconds=options.seconds))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
