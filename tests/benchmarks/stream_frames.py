"""How smooth a lesson's page stays while records arrive, with 2,000 rows in its table and in that of its consumer.

    .venv/bin/python -m tests.benchmarks.stream_frames [--rates 20 200] [--seconds 10]

One run, one page, one browser: the time from frame to frame, and how much of the time is spent in tasks of more than
50 ms, first while nothing arrives and then at each rate. Beside the page at rest the machine counts for little.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from confluent_kafka import Producer
from playwright.async_api import Page, expect

from tests.benchmarks import report
from tests.benchmarks.live_latency import Room, student
from tests.benchmarks.measuring import DEADLINE_S, create_topics, produce, quantile, running_app
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
    create_topics(room.bootstrap_servers, topic, replicas=1)
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


def rows(stretches: Sequence[Stretch]) -> list[report.Row]:
    at_rest = quantile(stretches[0].frames_ms, 0.95)
    return [
        report.Row(
            f"{each.rate:g} records/s" if each.rate else "at rest",
            {
                "p50 ms": statistics.median(each.frames_ms),
                "p95 ms": (p95 := quantile(each.frames_ms, 0.95)),
                "p95 / at rest": p95 / at_rest,
                "% in long tasks": 100 * each.long_tasks_share,
            },
        )
        for each in stretches
    ]


async def run(app: RunningApp, *, rates: Sequence[float], seconds: float) -> list[report.Row]:
    async with student(app, app.bootstrap_servers, name=f"Student {uuid.uuid4().hex[:4]}") as room:
        await open_both_streams(room)
        return rows([await measure(room, rate=rate, seconds=seconds) for rate in (0.0, *rates)])


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[20.0, 200.0], help="records a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="at each rate")
    options = parser.parse_args()
    with running_app() as app:
        measure_once = partial(run, app, rates=options.rates, seconds=options.seconds)
        report.show(options, report.medians_of(options.runs, lambda: asyncio.run(measure_once())))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
