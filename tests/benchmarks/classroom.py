"""Classes of a hundred, three hundred and a thousand, over real HTTP and websockets, each before a `manage.py up`.

    .venv/bin/python -m tests.benchmarks.classroom [--seats 100 300 1000] [--web-processes 2] [--seconds 60]
                                                   [--consuming 0.1] [--ticking 12]

The load comes from a process of its own. Every seat joins, reads the lessons and sits on "Producing" with its page's
two sockets open (the page itself, and the records of its topic); every twentieth second it sends a record by the
page's form, and its exercise is checked by itself. A share of the seats runs a consumer. Meanwhile an instructor has
the room open with its feed, and a grader asks for the completion table every five seconds. A dozen more seats finish an
exercise, half of them by the API and half by a program of their own: a "tick" is from Kafka's answer to the frame in
which their page has the exercise as done.

"While nobody acts" begins when the web processes have come to rest.

Delays of the feed are from the settled act to the frame. Memory is what the web processes have for themselves (USS), beside
the least that one Jupyter server with one kernel needs for the same notebook. A class is saturated where the median of an act
or of its line in the feed takes more than a second, or the seats come to less than nine tenths of the acts that they would do;
the last lines name the largest class that is not, for each number of web processes. Cores may be twice as fast in one minute as
in the next: beside the CPU stands what a million additions took in the meantime. Bounded: two minutes a class
beside `--seconds`, on loopback, with brokers of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from tests.benchmarks import report
from tests.benchmarks.measuring import quantile, running_app, web_cpu_s
from tests.benchmarks.people import ACT_EVERY_S, DEADLINE_S, Results, Staff, Student, Ticking
from tests.browser.conftest import RunningApp

JOINS_AT_ONCE = 8
JUPYTER_MIB = 147  # measured once: a Jupyter server and one kernel that has run the notebook
IDLE_S = 10.0
SHARES = (0.5, 0.95, 0.99)
SLOW_MS, FEW_ACTS = 1000.0, 90.0  # saturated
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
            self._pipe.send((joining, self._took(), dict(self._results.errors)))
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
        seconds, servers = self._options.seconds, self._app.bootstrap_servers
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
    web = app.web_processes()
    connections = [c for each in web for c in each.net_connections("tcp") if c.status == "ESTABLISHED" and c.raddr]
    return Reading(
        at=time.monotonic(), cpu_s=web_cpu_s(app),
        memory_mib=sum(each.memory_full_info().uss for each in web) / 2**20, threads=sum(each.num_threads() for each in web),
        broker_connections=sum(c.raddr.port in broker_ports for c in connections),
    )  # fmt: skip


class Speed:
    """How fast the cores are, looked at once a second for the length of a with block: it takes some 3 ms each time."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Speed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(1.0):
            self._seen.append((time.monotonic(), report.million_additions_ms(100_000)))

    def between(self, start: Reading, end: Reading) -> float:
        """The median of what a million additions took, in ms."""
        return statistics.median(ms for at, ms in self._seen if start.at <= at <= end.at)


def measure(app: RunningApp, seats: int, name: str, options: argparse.Namespace) -> list[report.Row]:
    broker_ports = {int(address.rpartition(":")[2]) for address in app.bootstrap_servers.split(",")}
    here, there = multiprocessing.Pipe()
    load = multiprocessing.Process(target=run_load, args=(app, seats, options, there))
    load.start()
    there.close()
    readings = {"start": read_server(app, broker_ports)}
    with contextlib.ExitStack() as on_the_way:
        on_the_way.callback(load.kill)
        on_the_way.callback(load.join, 10)
        speed = on_the_way.enter_context(Speed())
        for _ in ("joined", "watching", "consuming", "at rest", "idle", "class"):
            if not here.poll(options.seconds + 2 * DEADLINE_S + seats):
                raise TimeoutError("The load did not get on.")
            phase = here.recv()
            readings[phase] = read_server(app, broker_ports)
            print(f"{name}: {phase}", file=sys.stderr)
            here.send("measured")
        joining, took, errors = here.recv()
    return rows(name, seats, options, readings, speed, joining, took, errors)


def rows(
    name: str,
    seats: int,
    options: argparse.Namespace,
    readings: dict[str, Reading],
    speed: Speed,
    joining: dict[str, list[float]],
    took: dict[str, list[float]],
    errors: dict[str, int],
) -> list[report.Row]:
    joined, watching, consuming, rest, idle, end = (readings[name] for name in list(readings)[1:])
    consumers = max(1, round(seats * options.consuming))
    cpu_s = end.cpu_s - idle.cpu_s
    for error, number in errors.items():
        print(f"{name}: {number} × {error}", file=sys.stderr)
    times = [*((f"while they join: {what}", values) for what, values in joining.items()), *took.items()]
    return [
        *(
            report.Row(
                f"{name}: {what}",
                {"number": len(values), **{f"p{share * 100:.0f} ms": quantile(values, share) for share in SHARES}},
            )
            for what, values in times
        ),
        report.Row(
            f"{name}: CPU",
            {
                "ms a seat and second": cpu_s / options.seconds / seats * 1000,
                "% of a core": 100 * cpu_s / options.seconds,
                "a million additions ms": speed.between(idle, end),
                "% while nobody acts": 100 * (idle.cpu_s - rest.cpu_s) / (idle.at - rest.at),
                "a million then ms": speed.between(rest, idle),
                "s until at rest": rest.at - consuming.at,
            },
        ),
        report.Row(
            f"{name}: memory",
            {
                "MiB when all joined": joined.memory_mib,
                "MiB in the end": end.memory_mib,
                "a seat that watches": (watching.memory_mib - joined.memory_mib) / seats,
                "that consumes": (consuming.memory_mib - watching.memory_mib) / consumers,
                "a seat, all in all": end.memory_mib / seats,
                "Jupyter, a seat": JUPYTER_MIB,
            },
        ),
        report.Row(
            f"{name}: the rest",
            {
                "errors": sum(errors.values()),
                "% of the acts": 100 * len(took.get("act", ())) / wanted_acts(seats, options.seconds),
                "threads, all watching": watching.threads,
                "and some consuming": consuming.threads,
                "connections to brokers": watching.broker_connections,
                "and consuming": consuming.broker_connections,
            },
            {"errors": 0},
        ),
    ]


def wanted_acts(seats: int, seconds: float) -> int:
    """If each act took no time: see `Load._work`."""
    step = ACT_EVERY_S / seats
    return sum(math.ceil((seconds - number * step) / ACT_EVERY_S) for number in range(seats) if number * step < seconds)


def is_saturated(name: str, measured: Sequence[report.Row]) -> bool:
    numbers = {row.name: row.numbers for row in measured}
    slow = any(
        numbers[f"{name}: {what}"]["p50 ms"] > SLOW_MS for what in ("act", "feed") if f"{name}: {what}" in numbers
    )
    return slow or numbers[f"{name}: the rest"]["% of the acts"] < FEW_ACTS


def largest_class(options: argparse.Namespace, measured: Sequence[report.Row]) -> list[report.Row]:
    """Row for row, how many seats were held."""
    held = {
        processes: [seats for seats in options.seats if not is_saturated(name_of(seats, processes), measured)]
        for processes in options.web_processes
    }
    return [
        report.Row(f"{processes} web processes", {"seats held": max(seats, default=0), "of": max(options.seats)})
        for processes, seats in held.items()
    ]


def name_of(seats: int, processes: int) -> str:
    return f"{seats} seats, {processes} web {'processes' if processes > 1 else 'process'}"


def run(options: argparse.Namespace) -> list[report.Row]:
    measured = []
    for processes in options.web_processes:
        for seats in options.seats:
            with running_app("--web-processes", str(processes)) as app:
                measured += measure(app, seats, name_of(seats, processes), options)
    return measured


def main() -> None:
    parser = report.arguments(__doc__)
    parser.add_argument("--seats", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--web-processes", type=int, nargs="+", default=[2])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a class runs")
    parser.add_argument("--ticking", type=int, default=12, help="seats more that finish an exercise")
    parser.add_argument("--consuming", type=float, default=0.1, help="the share of seats with a consumer")
    options = parser.parse_args()
    measured = report.medians_of(options.runs, lambda: run(options))
    report.show(options, [*measured, *largest_class(options, measured)])


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
