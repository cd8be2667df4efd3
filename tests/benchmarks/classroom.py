"""A class of a hundred and one of three hundred, over real HTTP and websockets, before one `manage.py up`.

    .venv/bin/python -m tests.benchmarks.classroom [--seats 100 300] [--seconds 60] [--consuming 0.1] [--ticking 12]

The load comes from a process of its own. Every seat joins, reads the lessons and sits on "Producing" with its page's
two sockets open (the page itself, and the records of its topic); every twentieth second it sends a record by the
page's form, and its exercise is checked by itself. A share of the seats runs a consumer. Meanwhile an instructor has
the room open with its feed, and a grader asks for the completion table every five seconds. A dozen more seats finish an
exercise, half of them by the API and half by a program of their own: a "tick" is from Kafka's answer to the frame in
which their page has the exercise as done.

"While nobody acts" begins when the web processes have come to rest.

Delays of the feed are from the settled act to the frame. Memory is what the web processes have for themselves (USS), beside
the least that one Jupyter server with one kernel needs for the same notebook. Bounded: two minutes a class beside
`--seconds`, on loopback, with brokers of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from tests.benchmarks.measuring import bootstrap_servers, quantile, running_app, web_cpu_s, web_processes
from tests.benchmarks.people import ACT_EVERY_S, DEADLINE_S, Results, Staff, Student, Ticking
from tests.browser.conftest import RunningApp

JOINS_AT_ONCE = 8
JUPYTER_MIB = 147  # measured once: a Jupyter server and one kernel that has run the notebook
IDLE_S = 10.0
AT_REST = 0.02  # of a core more or less from one second to the next: what was set off is over


# --- the load, in a process of its own ---------------------------------------------------------------------------


def run_load(app: RunningApp, seats: int, options: argparse.Namespace, pipe: Connection) -> None:
    asyncio.run(Load(app, seats, options, pipe).run())


class Load:
    """The class from phase to phase: after each it says so, and waits until that was measured."""

    def __init__(self, app: RunningApp, seats: int, options: argparse.Namespace, pipe: Connection) -> None:
        self._app, self._options, self._pipe = app, options, pipe
        self._results, self._pool = Results(), ThreadPoolExecutor(64)
        self._students = [Student(app, self._results, self._pool) for _ in range(seats)]
        self._ticking = [Ticking(app, self._results, self._pool) for _ in range(options.ticking)]
        self._instructor, self._grader = (Staff(app, self._results, self._pool) for _ in range(2))
        self._listening: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        try:
            await self._come_in()
            await self._phase("joined")
            await some_at_a_time((partial(each.sit_down, self._listening) for each in self._students), JOINS_AT_ONCE)
            await self._phase("watching")
            consuming = self._students[: round(len(self._students) * self._options.consuming)]
            await some_at_a_time((partial(each.consume, self._listening) for each in consuming), JOINS_AT_ONCE)
            await self._phase("consuming")
            await at_rest(self._app)
            await self._phase("at rest")
            await asyncio.sleep(IDLE_S)
            await self._phase("idle")
            joining = self._took()
            joining.pop("feed", None)
            await self._work()
            await self._phase("class")
            self._pipe.send((joining, self._took(), dict(self._results.errors), self._results.frames))
        finally:
            for task in self._listening:
                task.cancel()
            self._pool.shutdown(cancel_futures=True)

    async def _phase(self, name: str) -> None:
        await asyncio.sleep(3.0)  # what was set off has settled
        self._pipe.send(name)
        await asyncio.to_thread(self._pipe.recv)

    def _took(self) -> dict[str, list[float]]:
        """What was measured since the last time."""
        took = dict(self._results.took_ms)
        self._results.took_ms.clear()
        return took

    async def _come_in(self) -> None:
        """Staff first; the ticking seats have their page open, too."""
        await self._instructor.sign_in(self._app.sign_in_urls["instructor"])
        await self._grader.sign_in(self._app.sign_in_urls["grader"])
        await self._instructor.watch_the_room(self._listening)
        students, ticking = self._students, self._ticking
        await some_at_a_time((partial(each.join, n) for n, each in enumerate(students)), JOINS_AT_ONCE)
        await some_at_a_time((each.read_and_create for each in students), JOINS_AT_ONCE)
        await some_at_a_time((partial(each.join, n) for n, each in enumerate(ticking, len(students))), JOINS_AT_ONCE)
        await some_at_a_time((partial(each.sit_down, self._listening) for each in ticking), JOINS_AT_ONCE)

    async def _work(self) -> None:
        """Everybody at once, evenly spread over the time."""
        seconds, servers = self._options.seconds, bootstrap_servers(self._app)
        until, step = time.monotonic() + seconds, ACT_EVERY_S / len(self._students)
        works = (each.send_now_and_then(first_after_s=n * step, until=until) for n, each in enumerate(self._students))
        ticks = (
            each.finish("API" if n % 2 else "own program", servers, after_s=(n + 0.5) * seconds / len(self._ticking))
            for n, each in enumerate(self._ticking)
        )
        await asyncio.gather(self._grader.ask_for_the_table(until), *works, *ticks)


async def at_rest(app: RunningApp) -> None:
    """Returns when two seconds one after the other cost the web processes the same."""
    shares = [1.0, 0.0]
    for _ in range(round(2 * DEADLINE_S)):
        if abs(shares[-1] - shares[-2]) <= AT_REST:
            return
        before = await asyncio.to_thread(web_cpu_s, app)
        await asyncio.sleep(2.0)
        shares.append((await asyncio.to_thread(web_cpu_s, app) - before) / 2.0)


async def some_at_a_time(works: Iterable[Callable[[], Awaitable[None]]], number: int) -> None:
    places = asyncio.Semaphore(number)

    async def take_place(work: Callable[[], Awaitable[None]]) -> None:
        async with places:
            await work()

    await asyncio.gather(*(take_place(work) for work in works))


# --- what is measured meanwhile ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    at: float
    cpu_s: float
    memory_mib: float
    threads: int
    broker_connections: int


def read_server(app: RunningApp, broker_ports: set[int]) -> Reading:
    """Of all Daphnes together; not of the supervisor, nor of the brokers."""
    web = web_processes(app)
    connections = [c for each in web for c in each.net_connections("tcp") if c.status == "ESTABLISHED" and c.raddr]
    return Reading(
        at=time.monotonic(), cpu_s=web_cpu_s(app),
        memory_mib=sum(each.memory_full_info().uss for each in web) / 2**20, threads=sum(each.num_threads() for each in web),
        broker_connections=sum(c.raddr.port in broker_ports for c in connections),
    )  # fmt: skip


def measure(app: RunningApp, seats: int, options: argparse.Namespace) -> None:
    broker_ports = {int(address.rpartition(":")[2]) for address in bootstrap_servers(app).split(",")}
    here, there = multiprocessing.Pipe()
    load = multiprocessing.Process(target=run_load, args=(app, seats, options, there))
    load.start()
    there.close()
    readings = {"start": read_server(app, broker_ports)}
    try:
        for _ in ("joined", "watching", "consuming", "at rest", "idle", "class"):
            if not here.poll(options.seconds + 2 * DEADLINE_S + seats):
                raise TimeoutError("The load did not get on.")
            phase = here.recv()
            readings[phase] = read_server(app, broker_ports)
            print(f"{seats} seats: {phase}", file=sys.stderr)
            here.send("measured")
        joining, took, errors, frames = here.recv()
    finally:
        load.join(10)
        load.kill()
    report(seats, options, readings, joining, took, errors, frames)


def report(
    seats: int,
    options: argparse.Namespace,
    readings: dict[str, Reading],
    joining: dict[str, list[float]],
    took: dict[str, list[float]],
    errors: dict[str, int],
    frames: int,
) -> None:
    print(
        f"\n## {seats} seats, an act each every {ACT_EVERY_S:g} s for {options.seconds:g} s, {os.cpu_count()} cores\n"
    )
    print("| | number | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    for name, values in [*((f"while they join: {k}", v) for k, v in joining.items()), *took.items()]:
        shown = " | ".join(f"{quantile(values, share):.0f}" for share in (0.5, 0.95, 0.99))
        print(f"| {name} | {len(values)} | {shown} |")
    joined, watching, consuming, rest, idle, end = (readings[name] for name in list(readings)[1:])
    consumers = max(1, round(seats * options.consuming))
    cpu_s = end.cpu_s - idle.cpu_s
    idle_share = (idle.cpu_s - rest.cpu_s) / (idle.at - rest.at)
    print(f"\nErrors: {sum(errors.values())} {errors or ''}. Frames: {frames}.")
    print(
        f"CPU of the web processes while the class ran: {cpu_s:.1f} s, {cpu_s / options.seconds / seats * 1000:.2f} ms a seat and second; "
        f"while nobody acted, {idle_share:.0%} of a core, {rest.at - consuming.at:.0f} s after the last had begun to consume."
    )
    print(
        f"Memory: {joined.memory_mib:.0f} MiB when all had joined; a seat that watches {(watching.memory_mib - joined.memory_mib) / seats:.2f} MiB, "
        f"one that consumes {(consuming.memory_mib - watching.memory_mib) / consumers:.2f} MiB more; {end.memory_mib:.0f} MiB in the end, "
        f"{end.memory_mib / seats:.2f} MiB a seat. One Jupyter server with a kernel: {JUPYTER_MIB} MiB."
    )
    print(
        f"Threads: {readings['start'].threads} at first, {watching.threads} with all watching, {consuming.threads} with {consumers} consuming."
    )
    print(
        f"Connections to brokers: {watching.broker_connections} with all watching, {consuming.broker_connections} with {consumers} consuming."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seats", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a class runs")
    parser.add_argument("--ticking", type=int, default=12, help="seats more that finish an exercise")
    parser.add_argument("--consuming", type=float, default=0.1, help="the share of seats with a consumer")
    options = parser.parse_args()
    for seats in options.seats:
        with running_app() as app:
            measure(app, seats, options)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
