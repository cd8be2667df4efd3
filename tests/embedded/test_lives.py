"""What outlives a stop, a kill and a new start."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lessons.embedded import BROKER_IDS, BrokerProblem, EmbeddedCluster, end_leftovers, set_wanted, status, wanted
from lessons.embedded.config import broker_files
from lessons.embedded.problem import DISK_FULL
from lessons.embedded.process import ProcessMark
from lessons.embedded.state import BrokerStatus, write_status
from lessons.embedded.supervisor import SupervisedBroker
from tests.small_disk import NEEDS, filled, small_disk
from tests.waiting import PATIENCE_S, wait_for

from .conftest import Said, first_record, keep_a_record, new_cluster


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    """One formatted folder for this module."""
    data_dir = tmp_path_factory.mktemp("lives")
    cluster = new_cluster(data_dir)
    cluster.prepare()
    cluster.stop()
    return data_dir


def test_a_wished_port_that_is_held_is_said_and_what_was_taken_instead_stays_as_notebooks_have_it(data_dir):
    said = Said()
    before = new_cluster(data_dir)
    before.prepare()
    before.stop()
    held = before.plan.ports[0]
    with socket.create_server(("127.0.0.1", held)):
        cluster = new_cluster(data_dir, say=said, ports=(held, 0, 0))
        cluster.prepare()
        cluster.stop()
    taken = cluster.plan.ports
    assert held not in taken
    assert said.words == [f"Port {held} is used by another program, so kafka1 uses {taken[0]}."]

    again = new_cluster(data_dir, say=said, ports=(held, 0, 0))
    again.prepare()
    again.stop()
    assert again.plan == cluster.plan
    assert len(said.words) == 1


def test_a_stop_waits_for_the_logs_of_all_brokers_and_not_for_their_quorum(tmp_path):
    cluster = new_cluster(tmp_path)
    cluster.prepare()
    cluster.start()
    processes = [broker.process for broker in cluster.brokers]
    try:
        cluster.wait_until_up(PATIENCE_S)
        # One that has just come may still be starting, and has opened no log that it could close.
        wait_for(lambda: cluster.tick() or {status(tmp_path, each).phase for each in BROKER_IDS} == {"up"})
        keep_a_record(cluster.bootstrap_servers, "kept", "nine")
        assert not any(broker.has_closed_its_logs for broker in cluster.brokers)
    finally:
        cluster.stop(deadline_s=PATIENCE_S)  # which nothing has to wait for
    closed = [broker_files(tmp_path, broker_id).clean_mark.exists() for broker_id in BROKER_IDS]
    assert sum(closed) >= 2  # on a busy machine these two may leave the third without a quorum
    assert -signal.SIGKILL in [process.returncode for process in processes]

    again = new_cluster(tmp_path)
    again.prepare()
    again.start()
    try:
        again.wait_until_up(PATIENCE_S)
        assert first_record(again.bootstrap_servers, "kept") == "nine"
    finally:
        again.stop(deadline_s=0.5)


def test_a_broker_that_was_stopped_on_purpose_is_not_started(data_dir):
    set_wanted(data_dir, 3, "stopped")
    cluster = new_cluster(data_dir)
    broker = one_broker(cluster, 3, Said())
    broker.start()
    broker.tick()
    cluster.stop()
    assert broker.process is None
    assert wanted(data_dir, 3) == "stopped"
    assert status(data_dir, 3).phase == "down"
    set_wanted(data_dir, 3, "up")


def one_broker(cluster: EmbeddedCluster, broker_id: int, say: Said) -> SupervisedBroker:
    """A broker by itself: enough to see that it can't start."""
    cluster.prepare()
    broker = cluster._supervised(broker_id)
    broker.say = say
    return broker


def first_problem(broker: SupervisedBroker) -> str:
    def has_a_problem() -> bool:
        broker.tick()
        return broker.problem is not None

    try:
        wait_for(has_a_problem)
        return broker.problem or ""
    finally:
        broker.kill()
        broker.note_stopped()


def test_a_port_that_is_taken_meanwhile_is_said_as_the_reason(data_dir):
    cluster, said = new_cluster(data_dir), Said()
    broker = one_broker(cluster, 1, said)
    with socket.create_server(("127.0.0.1", cluster.plan.controller_ports[0])):
        problem = first_problem(broker)
    cluster.stop()
    assert "while it started" in problem
    assert "Another program uses its port" in problem
    assert said.has("kafka1", "Another program uses its port")


def test_a_damaged_folder_is_said_with_the_last_error(data_dir):
    cluster, said = new_cluster(data_dir), Said()
    meta = broker_files(data_dir, 2).data / "meta.properties"
    kept = meta.read_text()
    meta.write_text("half a li")
    try:
        problem = first_problem(one_broker(cluster, 2, said))
    finally:
        meta.write_text(kept)
        cluster.stop()
    assert "data folder is damaged" in problem
    assert "Its last error:" in problem
    assert status(data_dir, 2).phase == "down"


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    with small_disk(tmp_path, size_mb=32) as is_small:
        if not is_small:
            pytest.skip(NEEDS)
        yield tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="A small disk is a tmpfs.")
def test_a_full_disk_is_said_each_time_although_no_log_has_room_for_it(disk):
    cluster, said = new_cluster(disk / "data"), Said()
    broker = one_broker(cluster, 1, said)
    for _ in range(2):
        with filled(disk):
            assert DISK_FULL in first_problem(broker)
    cluster.stop()
    assert sum(DISK_FULL in words for words in said.words) == 2


def test_a_process_with_the_number_of_a_dead_broker_is_left_alone(data_dir):
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        an_hour_ago = psutil.Process(bystander.pid).create_time() - 3600
        write_status(data_dir, BrokerStatus(1, "up", ProcessMark(bystander.pid, an_hour_ago)))
        assert not status(data_dir, 1).runs
        assert end_leftovers(data_dir) == 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_somebody_who_reads_our_files_is_no_leftover(data_dir):
    reader = subprocess.Popen(["tail", "-f", str(broker_files(data_dir, 1).properties)], stdout=subprocess.DEVNULL)
    try:
        assert end_leftovers(data_dir) == 0
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.wait()


def test_a_clone_whose_name_java_would_take_for_two_is_refused(tmp_path):
    with pytest.raises(BrokerProblem, match="Move the project"):
        new_cluster(tmp_path / "data", jar_dir=tmp_path / "a:b").prepare()


def test_a_data_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokerProblem, match="cannot be used"):
        new_cluster(tmp_path / "file").prepare()
