"""What the benchmarks of the running app have in common."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import websockets
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from kafkaclass.management.browser import NoBrowser, find_browser
from tests.browser.conftest import CHROMIUM_FLAGS, RunningApp, app_in

DEADLINE_S = 120.0
GRANT_LUMP = 125  # records for which a page gives credit at once
CLASS = "kafka"  # the first one, which `up` makes


@contextmanager
def running_app(*arguments: str) -> Iterator[RunningApp]:
    """`manage.py up` with a data folder of its own; with brokers of its own too, unless the environment names some."""
    with tempfile.TemporaryDirectory() as folder:
        named = {name: value for name, value in os.environ.items() if name.startswith("KAFKA_")}
        with app_in(Path(folder) / "up", *arguments, **named) as app:
            yield app


def launch_options() -> dict[str, Any]:
    """For Playwright's Chromium: the browser that `manage.py test` would take. Ends the program where there is none."""
    try:
        return {"executable_path": find_browser(say=print), "args": CHROMIUM_FLAGS}
    except NoBrowser as problem:
        sys.exit(str(problem))


def web_cpu_s(app: RunningApp) -> float:
    return sum(map(cpu_s, app.web_processes()))


def cpu_s(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


@contextmanager
def process_of_its_own(run: Callable[..., None], *arguments: object) -> Iterator[tuple[Connection, psutil.Process]]:
    """Our end of a pipe, and the process; the other end is its last argument."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run, args=(*arguments, there))
    process.start()
    there.close()  # so that the end of the process is the end of the pipe
    try:
        yield here, psutil.Process(process.pid)
        process.join(10)
    finally:
        process.kill()


def create_topics(servers: str, *topics: str, replicas: int = 3) -> None:
    admin = AdminClient({"bootstrap.servers": servers})
    for future in admin.create_topics([NewTopic(topic, 1, replicas) for topic in topics]).values():
        future.result(10)
    time.sleep(0.5)  # until every broker knows them; nothing is measured yet


def delete_topics(servers: str, *topics: str) -> None:
    admin = AdminClient({"bootstrap.servers": servers})
    for future in admin.delete_topics(list(topics)).values():
        future.result(10)


def produce(servers: str, topics: Sequence[str], records: int, rate: float) -> None:
    """`records` to each topic, `rate` a second to each, in turn, from a process of its own. The values are the moment of
    sending, in ms since the epoch."""
    process = multiprocessing.Process(target=_run_producer, args=(servers, topics, records, rate))
    process.start()
    process.join(DEADLINE_S)


def _run_producer(servers: str, topics: Sequence[str], records: int, rate: float) -> None:
    producer = Producer({"bootstrap.servers": servers, "linger.ms": 0, "acks": "all"})
    producer.list_topics(timeout=10)
    started = time.monotonic()
    for number in range(records * len(topics)):
        while (pause_s := started + number / (rate * len(topics)) - time.monotonic()) > 0:
            producer.poll(pause_s)  # comes back with each delivery report
        producer.produce(topics[number % len(topics)], str(time.time() * 1000))
        producer.poll(0)
    producer.flush(10)


async def watch_from_now(connection: websockets.ClientConnection, topic: str) -> None:
    """Says what a page says first, and returns when the app will send what comes."""
    await connection.send(json.dumps({"type": "watch", "topic": topic, "from": "now"}))
    await connection.send('{"type":"grant","records":500}')
    while json.loads(await connection.recv())["type"] != "watching":
        pass


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
