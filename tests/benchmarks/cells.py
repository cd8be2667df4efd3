"""Python cells in the page: how soon the first one prints, how long calls take, and what consumers that wait cost.

    .venv/bin/python -m tests.benchmarks.cells [--runs 3] [--pollers 100] [--seconds 20]

In each run a visitor has an empty cache at first, and then comes back once; beside the start of the interpreter
alone, from the same server. A press of *Run* is followed until the cell has printed; *Stop* until it has ended. Then a number
of seats, each with a program whose consumer waits for a record that does not come: what that costs the web processes, beside
the same sockets before they had consumers, and beside as many bare consumers in a process of their own.
Set KAFKA_BOOTSTRAP_SERVERS to use running brokers, KAFKACLASS_BROWSER to choose the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import threading
import time
import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import psutil
import websockets
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks import report
from tests.benchmarks.classroom import JOINS_AT_ONCE, some_at_a_time
from tests.benchmarks.measuring import (
    DEADLINE_S,
    launch_options,
    process_of_its_own,
    running_app,
    web_cpu_s,
)
from tests.benchmarks.people import Results, Student
from tests.browser.conftest import RunningApp, join

Times = dict[str, list[float]]  # in ms, by what was done

# In the page: when a cell's output and its end were there, by the page's own clock.
PRESS = """([number, button, done]) => new Promise((resolve) => {
  const cell = document.querySelector(`#cell-${number}`);
  const began = performance.now();
  const look = () => {
    if (done === "printed" ? cell.querySelector(".output")?.textContent : !cell.classList.contains("busy")) {
      resolve(performance.now() - began);
    } else requestAnimationFrame(look);
  };
  cell.querySelector(`[data-${button}]`).click();
  requestAnimationFrame(look);
})"""

# The interpreter alone, in a worker of its own; it answers with its milliseconds.
BARE = """(vendor) => new Promise((resolve, reject) => {
  const began = performance.now();
  const source = `onmessage = async ({ data: vendor }) => {
    const { loadPyodide } = await import(vendor + "pyodide.mjs");
    const info = { abi_version: "2026_0", arch: "wasm32", platform: "emscripten", python: "3.14.2", version: "314.0.7" };
    const pyodide = await loadPyodide({ indexURL: vendor, lockFileContents: JSON.stringify({ info, packages: {} }) });
    pyodide.runPython("print('hello')");
    postMessage("started");
  }`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
  worker.onmessage = () => { worker.terminate(); resolve(performance.now() - began) };
  worker.onerror = (event) => reject(event.message);
  worker.postMessage(vendor);
})"""

SETUP = """
import time
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
conf = {"bootstrap.servers": "kafka1:9092,kafka2:9093"}
a, p = AdminClient(conf), Producer(conf)
a.create_topics([NewTopic("bench", 1, 3)])["bench"].result()
p.produce("bench", "0")
p.flush()
c = Consumer({**conf, "group.id": "bench", "auto.offset.reset": "earliest"})
c.subscribe(["bench"])
while c.poll(1.0) is None: pass
def took(call, times=20):
    begun = time.perf_counter()
    for _ in range(times):
        call()
    return 1000 * (time.perf_counter() - begun) / times
def send_many():
    for n in range(2000):
        p.produce("bench", str(n))
        p.poll(0)
"""
CALLS = {
    "list_topics()": "took(lambda: a.list_topics())",
    "produce() and flush()": "took(lambda: (p.produce('bench', 'x'), p.flush()))",
    "poll() of a record that is there": "took(lambda: c.poll(1.0))",
    "poll(0) with nothing there": "took(lambda: p.poll(0), times=2000)",
    "2,000 produce() and poll(0)": "took(send_many, times=1)",
}
WAITS = {
    "time.sleep()": "time.sleep(100)",
    "poll()": "while True: c.poll(1.0)",
    "list_topics()": "AdminClient({'bootstrap.servers': 'nobody:1'}).list_topics(timeout=100)",
}

# --- in a browser --------------------------------------------------------------------------------------------------

HELLO, HELLO_AGAIN, PREPARE = 1, 2, 3
SOURCES = ["print('hello')", "print('hello again')", SETUP, *CALLS.values(), *WAITS.values()]


def notebook() -> bytes:
    """As a file for Jupyter."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**code, "id": f"c{number}", "source": source} for number, source in enumerate(SOURCES, 1)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def press(page: Page, number: int, button: str, done: str) -> float:
    """Milliseconds until the cell has printed, or has ended."""
    took_ms: float = page.evaluate(PRESS, [number, button, done])
    return took_ms


def visit(browser: Browser, app: RunningApp, times: Times, *, name: str) -> None:
    """Somebody who comes for the first time, with nothing in the cache, and then again."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(DEADLINE_S * 1000)
    page = context.new_page()
    join(page, app, name=name)
    page.goto(f"{app.url}/c/{page.url.rstrip('/').rsplit('/', 1)[-1]}/notebook/own/")
    page.locator("[type=file]").set_input_files(
        {"name": "n.ipynb", "mimeType": "application/json", "buffer": notebook()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#cell-1 [data-run]")).to_be_visible()
    times["first output, first visit"].append(press(page, HELLO, "run", "printed"))
    times["first output of a cell that follows"].append(press(page, HELLO_AGAIN, "run", "printed"))
    page.goto(page.url.partition("#")[0])
    expect(page.locator("#cell-1 [data-run]")).to_be_visible()
    page.evaluate("document.querySelector('#cell-1 .output').textContent = ''")  # what was printed is kept
    times["first output, second visit"].append(press(page, HELLO, "run", "printed"))
    press(page, PREPARE, "run", "ended")
    for number, what in enumerate(CALLS, PREPARE + 1):
        press(page, number, "run", "ended")
        times[what].append(float(page.locator(f"#cell-{number} .output").inner_text()))
    for number, what in enumerate(WAITS, PREPARE + 1 + len(CALLS)):
        page.locator(f"#cell-{number} [data-run]").click()
        expect(page.locator(f"#cell-{number} [data-number]")).to_have_text("[*]")
        page.wait_for_timeout(500)  # it is inside of the wait
        times[f"Stop in {what}"].append(press(page, number, "run", "ended"))
    context.close()


def start_bare(browser: Browser, app: RunningApp, times: Times) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(app.url)
    for when in ("first", "second"):
        took_ms = page.evaluate(BARE, f"{app.url}/static/vendor/pyodide/314.0.7/")
        times[f"the interpreter alone, {when} visit"].append(took_ms)
    context.close()


def visits(app: RunningApp) -> list[report.Row]:
    times: Times = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        start_bare(browser, app, times)
        visit(browser, app, times, name=f"Visitor {uuid.uuid4().hex[:4]}")
        browser.close()
    return [report.Row(what, {"ms": statistics.median(values)}) for what, values in times.items()]


# --- consumers that wait -------------------------------------------------------------------------------------------


class Programmer(Student):
    """A seat with a page of which a program runs, without a screen."""

    async def open_page(self, sockets: list[websockets.ClientConnection]) -> None:
        self.program = await self.socket("program/")
        sockets.append(self.program)

    async def poll(self) -> None:
        """Makes a topic and a consumer of it, and waits until that has its partition."""
        conf = {"bootstrap.servers": "kafka1:9092,kafka2:9093"}
        topic = {"topic": "test1p", "num_partitions": 1, "replication_factor": 1}
        await self._ask("open", client=1, kind="admin", config=conf)
        await self._ask("call", client=1, name="create_topics", args={"topics": [topic]})
        await self._ask("close", client=1)
        await self._ask("open", client=2, kind="consumer", config={**conf, "group.id": "g"})
        await self._ask("call", client=2, name="subscribe", args={"topics": ["test1p"]})
        await self._say(type="grant", client=2, records=500)
        await self._heard("assigned")
        await self._say(type="handled", client=2)

    async def _say(self, **frame: Any) -> None:
        await self.program.send(json.dumps(frame))

    async def _ask(self, frame: str, /, **rest: Any) -> None:
        await self._say(type=frame, id=1, **rest)
        answer = await self._heard("answer")
        if "error" in answer:
            self.results.errors[f"{frame}: {answer['error']}"] += 1

    async def _heard(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.program.recv())
                if frame["type"] == kind:
                    return frame


async def measure_pollers(app: RunningApp, number: int, seconds: float) -> list[report.Row]:
    results, pool = Results(), ThreadPoolExecutor(64)
    seats = [Programmer(app, results, pool) for _ in range(number)]
    sockets: list[websockets.ClientConnection] = []
    await some_at_a_time((partial(each.join, n) for n, each in enumerate(seats)), JOINS_AT_ONCE)
    await some_at_a_time((partial(each.open_page, sockets) for each in seats), JOINS_AT_ONCE)
    before, memory_before = await share_of_a_core(app, seconds), memory_mib(app)
    await some_at_a_time((each.poll for each in seats), JOINS_AT_ONCE)
    after, memory_after = await share_of_a_core(app, seconds), memory_mib(app)
    bare = await asyncio.to_thread(share_of_bare_consumers, app.bootstrap_servers, number, seconds)
    for socket in sockets:
        await socket.close()
    pool.shutdown(cancel_futures=True)
    shares = {
        "with a program's socket": before,
        "each with a consumer that waits": after,
        "as many bare consumers": bare,
    }
    return [
        *(report.Row(f"{number} seats: {what}", {"% of a core": 100 * share}) for what, share in shares.items()),
        report.Row("a consumer", {"MiB": (memory_after - memory_before) / number}),
        report.Row("their calls", {"errors": sum(results.errors.values())}, {"errors": 0}),
    ]


async def share_of_a_core(app: RunningApp, seconds: float) -> float:
    """Of all web processes together, once what was set off has settled."""
    await asyncio.sleep(10.0)
    began, before = time.monotonic(), await asyncio.to_thread(web_cpu_s, app)
    await asyncio.sleep(seconds)
    return (await asyncio.to_thread(web_cpu_s, app) - before) / (time.monotonic() - began)


def share_of_bare_consumers(servers: str, number: int, seconds: float) -> float:
    """Of as many consumers that do nothing but `poll(1.0)`."""
    with process_of_its_own(_run_bare_consumers, servers, number, seconds) as (pipe, _):
        share: float = pipe.recv()
    return share


def _run_bare_consumers(servers: str, number: int, seconds: float, pipe: Connection) -> None:
    def poll(consumer: Consumer) -> None:
        while True:
            consumer.poll(1.0)

    admin = AdminClient({"bootstrap.servers": servers})
    admin.create_topics([NewTopic("bare", 1, 1)])["bare"].result()
    for each in range(number):
        consumer = Consumer({"bootstrap.servers": servers, "group.id": f"bare-{each}"})
        consumer.subscribe(["bare"])
        threading.Thread(target=poll, args=(consumer,), daemon=True).start()
    time.sleep(10.0)
    me, began = psutil.Process(), time.monotonic()
    before = sum(me.cpu_times()[:2])
    time.sleep(seconds)
    pipe.send((sum(me.cpu_times()[:2]) - before) / (time.monotonic() - began))


def memory_mib(app: RunningApp) -> float:
    return sum(each.memory_full_info().uss for each in app.web_processes()) / 2**20


def run(app: RunningApp, options: argparse.Namespace) -> list[report.Row]:
    waiting = asyncio.run(measure_pollers(app, options.pollers, options.seconds)) if options.pollers else []
    return [*visits(app), *waiting]


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--pollers", type=int, default=100, help="seats with a consumer that waits; 0 for none")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long their cost is measured")
    options = parser.parse_args()

    def fresh() -> list[report.Row]:
        with running_app() as app:
            return run(app, options)

    report.show(options, report.medians_of(options.runs, fresh))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
