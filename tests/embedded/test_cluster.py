"""Three real brokers, and one at a time stopped, killed, dying."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import psutil
import pytest

from lessons.embedded import BROKER_IDS, BrokerProblem, EmbeddedCluster, set_wanted, status
from lessons.embedded.config import new_cluster_id
from lessons.embedded.probe import known_brokers
from lessons.embedded.restarts import RESTARTS_A_MINUTE
from tests.waiting import wait_for

from .conftest import Said, new_cluster, pid_of

ALL = frozenset(BROKER_IDS)


def known_to(cluster: EmbeddedCluster, port: int) -> frozenset[int]:
    return known_brokers(port, cluster_id=cluster.plan.cluster_id, timeout_s=1)


def is_up(cluster: EmbeddedCluster, broker_id: int) -> bool:
    port = cluster.plan.ports[broker_id - 1]
    return broker_id in known_to(cluster, port) and status(cluster.data_dir, broker_id).phase == "up"


def test_every_broker_knows_all_three(cluster):
    for port in cluster.plan.ports:
        assert known_to(cluster, port) == ALL


def test_a_broker_of_another_cluster_is_no_answer(cluster):
    for port in cluster.plan.ports:
        assert known_brokers(port, cluster_id=new_cluster_id(), timeout_s=1) == frozenset()


def test_a_broker_whose_port_another_cluster_took_meanwhile_is_not_up_and_the_reason_is_said(cluster, tmp_path):
    said = Said()
    late = new_cluster(tmp_path, say=said)
    late.prepare()
    late._plan = replace(late.plan, ports=cluster.plan.ports)  # was free when both chose
    late._write_config()
    try:
        late.start()

        def has_a_problem() -> bool:
            late.tick()
            assert not late.is_up
            return any(broker.problem for broker in late.brokers)

        wait_for(has_a_problem)
    finally:
        late.stop(deadline_s=0.5)
    assert said.has("ended", "while it started", "Another program uses its port")
    assert not said.has("is up")


def test_each_broker_is_resident_with_at_most_200_mib_after_the_start(cluster):
    for broker_id in BROKER_IDS:
        assert psutil.Process(pid_of(cluster, broker_id)).memory_info().rss <= 200 * 1024 * 1024


def test_brokers_listen_on_the_loopback_interface_only(cluster):
    for broker_id in BROKER_IDS:
        connections = psutil.Process(pid_of(cluster, broker_id)).net_connections("tcp")
        listening = {one.laddr for one in connections if one.status == psutil.CONN_LISTEN}
        assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
        assert {address.port for address in listening} == {
            cluster.plan.ports[broker_id - 1],
            cluster.plan.controller_ports[broker_id - 1],
        }


def test_a_second_supervisor_of_the_same_folder_is_refused(cluster):
    with pytest.raises(BrokerProblem, match="Another process already runs the brokers"):
        new_cluster(cluster.data_dir).prepare()


def test_a_broker_that_is_wanted_stopped_stops_and_comes_back_on_its_port(cluster, said):
    before = pid_of(cluster, 2)
    set_wanted(cluster.data_dir, 2, "stopped")
    wait_for(lambda: status(cluster.data_dir, 2).phase == "down")
    assert not psutil.pid_exists(before)
    assert said.has("Stopping kafka2, as asked")
    wait_for(lambda: known_to(cluster, cluster.plan.ports[0]) == ALL - {2})
    set_wanted(cluster.data_dir, 2, "up")
    wait_for(lambda: is_up(cluster, 2))
    assert pid_of(cluster, 2) != before


def test_a_broker_that_is_wanted_killed_is_killed_and_comes_back_when_it_is_wanted_again(cluster, said):
    set_wanted(cluster.data_dir, 3, "killed")
    wait_for(lambda: status(cluster.data_dir, 3).phase == "down")
    assert said.has("Killing kafka3, as asked")
    set_wanted(cluster.data_dir, 3, "up")
    wait_for(lambda: is_up(cluster, 3))


def test_a_broker_that_dies_by_itself_is_noticed_said_and_started_again(cluster, said):
    before = pid_of(cluster, 1)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: pid_of(cluster, 1) not in (None, before))
    assert said.has("kafka1", "ended by signal 9", "started again")
    wait_for(lambda: is_up(cluster, 1))


def test_a_broker_that_keeps_dying_is_started_again_three_times_a_minute_at_most(cluster, said):
    died = set()

    def kill_and_see_it_given_up() -> bool:
        running = pid_of(cluster, 2)
        if running and running not in died:
            died.add(running)
            os.kill(running, signal.SIGKILL)
        return said.has("kafka2", "It will be started again in")

    wait_for(kill_and_see_it_given_up)
    assert len(died) == 1 + RESTARTS_A_MINUTE
    assert status(cluster.data_dir, 2).phase == "failed"
    assert "ended by signal 9" in status(cluster.data_dir, 2).problem


def test_a_broker_that_is_not_there_is_refused(cluster):
    with pytest.raises(ValueError, match="no broker 4"):
        set_wanted(cluster.data_dir, 4, "up")
    with pytest.raises(ValueError, match="can't be 'tired'"):
        set_wanted(cluster.data_dir, 1, "tired")


def test_what_is_said_is_a_sentence(said: Said):
    assert all(words[0].isalpha() and words.endswith(".") for words in said.words)
