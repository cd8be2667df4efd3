"""How long a record takes from `produce` to a page, beside the least that it could take.

    .venv/bin/python -m tests.benchmarks.live_latency [--viewers 1 10 50 200] [--records 300] [--rate 15]

One run, one set of brokers, one clock. Every path has a topic of its own (one partition, three replicas) and the
records go to them in turn, so the paths share the machine and not the work:

    bare poll         a consumer that does nothing but `poll`, in a process of its own
    bare websockets   such a consumer, and the `websockets` library broadcasting what it reads to so many viewers
    frame             the app (`manage.py up`, Daphne): until each of so many viewers has the frame
    row               the app: until the row has been painted in Chromium, on one page more

The values are the moment of sending. The viewers of one topic are staff that watch a student's, as many as there are, each
with a few pages, in a process of their own. Bounded: half a minute for each number of viewers, with brokers of its own.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Page, async_playwright

from tests.benchmarks import bare, report
from tests.benchmarks.crowd import Crowd, crowd, pages_of, people_for, sign_in_staff
from tests.benchmarks.crowd import Page as Viewer
from tests.benchmarks.measuring import (
    DEADLINE_S,
    create_topics,
    delete_topics,
    launch_options,
    process_of_its_own,
    produce,
    quantile,
    running_app,
)
from tests.benchmarks.people import Staff
from tests.browser.conftest import RunningApp

WARM_UP_RECORDS = 10
# By how many viewers there are.
GOALS = {
    1: {"frame": {"p50 / bare poll": 1.3}, "row": {"p50 ms": 25}},
    50: {"frame": {"p50 ms": 10}},
    200: {"frame": {"p99 ms": 100}},
}

# In the page: for every new row, how long after its value (the moment of sending, in ms) it had been painted.
WATCH_ROWS = """
window.painted = [];
new MutationObserver((changes) => {
  const rows = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.localName === "tr");
  const values = rows.map((row) => Number(row.children[3].textContent));
  // Rows are written in the screen's frame; a message posted from there is handled after that frame was painted.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.timeOrigin + performance.now();
    window.painted.push(...values.map((value) => now - value));
  };
  channel.port2.postMessage(0);
}).observe(document.querySelector("#watch .records"), { childList: true, subtree: true });
"""


@dataclass(frozen=True)
class Room:
    """A student's seat in the running app, and the page on which it sits."""

    app: RunningApp
    bootstrap_servers: str
    prefix: str
    seat: str
    page: Page


async def measure(room: Room, staff: Sequence[Staff], *, viewers: int, records: int, rate: float) -> list[report.Row]:
    total, servers = records + WARM_UP_RECORDS, room.bootstrap_servers
    for_poll, for_sockets = (f"bench-{uuid.uuid4().hex[:8]}" for _ in range(2))
    topics = [for_poll, for_sockets, room.prefix + "frames", room.prefix + "test1p"]
    await room.page.reload()
    create_topics(servers, *topics)
    await room.page.locator("#watch .lane").first.wait_for()
    await room.page.evaluate(WATCH_ROWS)
    with (
        process_of_its_own(bare.poll, servers, for_poll, total) as (poller, _),
        process_of_its_own(bare.websockets_server, servers, for_sockets) as (server, _),
    ):
        pages = pages_of(staff, f"watch/?seat={room.seat}", "frames", viewers)
        delays_ms = await asyncio.to_thread(
            _send, f"ws://127.0.0.1:{server.recv()}", pages, servers, topics, total, rate
        )
        await room.page.wait_for_function(f"window.painted.length >= {total}")
        delays_ms["row"] = (await room.page.evaluate("window.painted"))[WARM_UP_RECORDS:]
        delays_ms["bare poll"] = (await asyncio.to_thread(poller.recv))[WARM_UP_RECORDS:]
        server.send("stop")
    delete_topics(servers, *topics)
    return rows(delays_ms, viewers)


def _send(
    bare_url: str, pages: Sequence[Viewer], servers: str, topics: Sequence[str], total: int, rate: float
) -> dict[str, list[float]]:
    """What came to the viewers of both, without the first records."""
    with crowd([Viewer(bare_url)] * len(pages)) as bare_viewers, crowd(pages) as viewers:
        produce(servers, topics, total, rate)
        return {
            name: came_to(each, len(pages), total)
            for name, each in {"bare websockets": bare_viewers, "frame": viewers}.items()
        }


def came_to(viewers: Crowd, number: int, total: int) -> list[float]:
    end_at = time.monotonic() + DEADLINE_S
    while len(delays_ms := viewers.delays_ms()) < total * number:
        if time.monotonic() > end_at:
            raise TimeoutError(f"{len(delays_ms)} of {total * number} came.")
        time.sleep(0.2)
    return delays_ms[WARM_UP_RECORDS * number :]


def rows(delays_ms: dict[str, list[float]], viewers: int) -> list[report.Row]:
    bare_poll, goals = statistics.median(delays_ms["bare poll"]), GOALS.get(viewers, {})
    return [
        report.Row(
            f"{viewers} viewers: {name}" if viewers > 1 else f"1 viewer: {name}",
            {
                "p50 ms": (p50 := statistics.median(delays_ms[name])),
                "p99 ms": quantile(delays_ms[name], 0.99),
                "p50 / bare poll": p50 / bare_poll,
            },
            goals.get(name, {}),
        )
        for name in ("bare poll", "bare websockets", "frame", "row")
    ]


@asynccontextmanager
async def student(app: RunningApp, bootstrap_servers: str, *, name: str = "Alice") -> AsyncIterator[Room]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.goto(app.join_url)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join the class").click()
        await page.wait_for_url("**/welcome/**")
        slug = (await page.locator(".seat code").first.text_content() or "").strip()
        class_slug = page.url.rstrip("/").rsplit("/", 1)[-1]
        await page.goto(f"{app.url}/c/{class_slug}/lessons/producing/")
        yield Room(app, bootstrap_servers, prefix=f"{class_slug}.{slug}.", seat=slug, page=page)
        await browser.close()


async def run(app: RunningApp, staff: Sequence[Staff], options: argparse.Namespace) -> list[report.Row]:
    async with student(app, app.bootstrap_servers, name=f"Student {uuid.uuid4().hex[:4]}") as room:
        measured = [
            await measure(room, staff, viewers=viewers, records=options.records, rate=options.rate)
            for viewers in options.viewers
        ]
    return [row for rows in measured for row in rows]


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 10, 50, 200])
    parser.add_argument("--records", type=int, default=300, help="to each path")
    parser.add_argument("--rate", type=float, default=15.0, help="records a second to each path")
    options = parser.parse_args()
    with running_app() as app:
        staff = sign_in_staff(app, people_for(max(options.viewers)))
        report.show(options, report.medians_of(options.runs, lambda: asyncio.run(run(app, staff, options))))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
