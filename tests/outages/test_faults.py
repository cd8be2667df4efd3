"""Faults in the middle of a class that works, each the real thing, before one `up` with brokers of its own: afterwards no act
that was answered as done is missing anywhere, the class has gone on by itself, and nothing is left over."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from operator import gt
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from lessons.embedded import BROKER_IDS, set_wanted, status
from lessons.embedded.config import broker_files
from tests.browser.conftest import RunningApp, app_in, start_app, stop_app
from tests.outages.work import States, Student, assert_all_agree, at_work, go_on
from tests.running_postgresql import NoPostgreSQL, find_programs, running_server
from tests.small_disk import NEEDS, filled, small_disk
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.long

NAMES = ("Alice", "Bob")
PAUSED_S = 20
ASLEEP_S = 20
LOCKED_S = 10
WARM = 4  # times, before what a process holds is worth a comparison
CONNECTIONS, CONNECTIONS_AT_ONCE = 1000, 100
# What a web process keeps of the client: an admin client, a producer, two that ask for offsets, two readers, and two for
# groups' coordinators, each when it is first needed. A client has pipes, and a connection to each broker.
CLIENTS_KEPT, FILES_OF_A_CLIENT = 8, 14
# What else may be more than before: connections that are made anew, and a worker more of a pool.
THREADS_MORE, FILES_MORE = 6, 12


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small one of its own, where one may mount it; else a folder."""
    folder = tmp_path_factory.mktemp("faults")
    with small_disk(folder, size_mb=640):
        yield folder


@pytest.fixture(scope="module")
def app(disk: Path) -> Iterator[RunningApp]:
    process, running = start_app(disk / "up")
    try:
        wait_for(lambda: all_up(running))
        yield running
    finally:
        stop_app(process)


@pytest.fixture(scope="module")
def students(app: RunningApp) -> list[Student]:
    students = [Student(app, name) for name in NAMES]
    with at_work(students):
        for _ in range(WARM):
            go_on(students)
    return students


def all_up(app: RunningApp) -> bool:
    return all(status(app.data_dir, each).phase == "up" for each in BROKER_IDS)


def rows(app: RunningApp) -> States:
    with closing(sqlite3.connect(app.data_dir / "kafkaclass.sqlite3", timeout=30)) as database:
        found = database.execute("SELECT id, state FROM lessons_act").fetchall()
    return {
        f"{act_id[:8]}-{act_id[8:12]}-{act_id[12:16]}-{act_id[16:20]}-{act_id[20:]}": state for act_id, state in found
    }


def broker_process(app: RunningApp, broker_id: int) -> psutil.Process:
    mark = status(app.data_dir, broker_id).process
    assert mark is not None
    return psutil.Process(mark.pid)


class Held(NamedTuple):
    """What a web process holds: clients of Kafka, threads of its own, and files that are no client's."""

    clients: int
    threads: int
    files: int


def name_of_thread(task: Path) -> str:
    try:
        return (task / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return "rdk: ended"


def held(app: RunningApp) -> dict[int, Held]:
    found = {}
    for each in app.web_processes():
        threads = Counter(name_of_thread(task) for task in Path(f"/proc/{each.pid}/task").iterdir())
        clients = threads["rdk:main"]
        own = sum(number for name, number in threads.items() if not name.startswith("rdk:"))
        found[each.pid] = Held(clients, own, each.num_fds() - clients * FILES_OF_A_CLIENT)
    return found


@pytest.fixture(scope="module")
def warm(app: RunningApp, students: list[Student]) -> Held:
    """The most that a web process holds which has served for a while: one that takes a killed one's place comes to as much."""
    return Held(*map(max, *held(app).values()))


@pytest.fixture
def class_at_work(app: RunningApp, students: list[Student], warm: Held) -> Iterator[RunningApp]:
    """It works during the test, and goes on after it; then everything is compared."""
    with at_work(students):
        go_on(students)
        yield app
        wait_for(lambda: all_up(app), timeout_s=2 * PATIENCE_S)
        go_on(students)
    assert_all_agree(students, lambda: rows(app), app.bootstrap_servers)

    most = Held(CLIENTS_KEPT, warm.threads + THREADS_MORE, warm.files + FILES_MORE)

    def left_over() -> dict[int, Held]:
        return {pid: each for pid, each in held(app).items() if any(map(gt, each, most))}

    wait_for(lambda: not left_over(), why=left_over)


def test_a_broker_is_stopped(class_at_work: RunningApp, students: list[Student]) -> None:
    set_wanted(class_at_work.data_dir, 2, "stopped")
    wait_for(lambda: status(class_at_work.data_dir, 2).phase == "down")
    go_on(students)
    set_wanted(class_at_work.data_dir, 2, "up")


def test_each_broker_is_killed_in_turn_the_controllers_leader_among_them(
    class_at_work: RunningApp, students: list[Student]
) -> None:
    for broker_id in BROKER_IDS:
        process = broker_process(class_at_work, broker_id)
        process.kill()
        wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)  # noqa: B023 - called here
        wait_for(lambda: all_up(class_at_work) and broker_process(class_at_work, broker_id) != process)  # noqa: B023
        go_on(students)


def test_a_broker_hangs_for_a_while(class_at_work: RunningApp, students: list[Student]) -> None:
    process = broker_process(class_at_work, 1)
    process.suspend()
    try:
        time.sleep(PAUSED_S)  # the fault itself
        go_on(students)
    finally:
        process.resume()


def test_all_brokers_are_killed_at_once(class_at_work: RunningApp) -> None:
    for process in [broker_process(class_at_work, each) for each in BROKER_IDS]:
        process.kill()
    wait_for(lambda: not all_up(class_at_work))


def test_a_brokers_log_is_damaged(class_at_work: RunningApp, students: list[Student]) -> None:
    """Its copy of the partition is cut off in the middle of a batch, and goes on with nonsense."""
    app = class_at_work
    set_wanted(app.data_dir, 3, "killed")
    wait_for(lambda: status(app.data_dir, 3).phase == "down")
    go_on(students)
    for student in students:
        for log in (broker_files(app.data_dir, 3).data / f"{student.topic}-0").glob("*.log"):
            kept = log.read_bytes()
            log.write_bytes(kept[: len(kept) - 20] + os.urandom(400))
    set_wanted(app.data_dir, 3, "up")


@pytest.mark.every_way  # three quarters of a minute; tests/embedded/test_lives.py has a broker on a full disk
def test_the_disk_is_full(class_at_work: RunningApp, disk: Path, students: list[Student]) -> None:
    if not os.path.ismount(disk):
        pytest.skip(NEEDS)
    with filled(disk):
        wait_for(lambda: shutil.disk_usage(disk).free == 0)
        told = [len(student.told) for student in students]
        wait_for(lambda: all(len(each.told) > before + 3 for each, before in zip(students, told, strict=True)))


def test_a_web_process_is_killed(class_at_work: RunningApp) -> None:
    killed = class_at_work.web_processes()[0]
    killed.kill()
    wait_for(lambda: killed.pid not in held(class_at_work) and len(held(class_at_work)) == 2)


def test_the_database_is_locked_for_a_while(class_at_work: RunningApp) -> None:
    database = sqlite3.connect(class_at_work.data_dir / "kafkaclass.sqlite3", timeout=30, isolation_level=None)
    with closing(database):
        database.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_S)  # the fault itself
        database.execute("ROLLBACK")


def test_the_laptop_sleeps(class_at_work: RunningApp) -> None:
    """Everything stands still, and time goes on."""
    ours = psutil.Process(class_at_work.pid)
    asleep = [ours, *ours.children(recursive=True)]
    for each in asleep:
        os.kill(each.pid, signal.SIGSTOP)
    time.sleep(ASLEEP_S)  # the fault itself
    for each in asleep:
        os.kill(each.pid, signal.SIGCONT)


def test_a_thousand_connections_are_opened_and_dropped(class_at_work: RunningApp) -> None:
    """Some say nothing, some ask for a socket and are gone before the answer, some send nonsense."""
    parts = urlsplit(class_at_work.url)
    words = (
        b"",
        b"GET /ws/c/kafka/watch/ HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n" % parts.netloc.encode(),
        os.urandom(200),
        b"GET / HTTP/1.1\r\nHost: %s\r\n" % parts.netloc.encode(),
    )
    for _ in range(CONNECTIONS // CONNECTIONS_AT_ONCE):
        opened = [
            socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S)
            for _ in range(CONNECTIONS_AT_ONCE)
        ]
        for number, each in enumerate(opened):
            with suppress(ConnectionError):
                each.sendall(words[number % len(words)])
        for each in opened:
            each.close()


def test_the_database_server_is_started_again_while_a_class_works(tmp_path: Path, bootstrap_servers: str) -> None:
    try:
        find_programs()
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))
    with (
        running_server() as server,
        app_in(tmp_path / "up", KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers, DATABASE_URL=server.url) as app,
    ):
        students = [Student(app, name) for name in NAMES]
        with at_work(students):
            go_on(students)
            server.stop()
            told = [len(student.told) for student in students]
            wait_for(lambda: all(len(each.told) > before for each, before in zip(students, told, strict=True)))
            server.start()
            go_on(students)

        def rows_there() -> States:
            with psycopg.connect(server.url) as database:
                return {str(act_id): state for act_id, state in database.execute("SELECT id, state FROM lessons_act")}

        assert_all_agree(students, rows_there, bootstrap_servers)
