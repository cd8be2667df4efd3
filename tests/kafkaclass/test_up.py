"""`manage.py up`, really: its brokers, its web server, its links, its ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AdminClient

from kafkaclass.hosts import OwnHosts
from kafkaclass.management.web import USUAL_PROCESSES
from lessons.embedded import set_wanted, status
from tests.embedded.conftest import first_record, java_processes, keep_a_record
from tests.environment import environment
from tests.waiting import PATIENCE_S, wait_for

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """One `up` and what it said so far."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def known(self) -> dict[str, str]:
        return json.loads((self.data_dir / "up.json").read_text())

    def wait_until_said(self, *parts: str) -> None:
        def has_said() -> bool:
            assert self.process.poll() is None, self.said
            return all(part in self.said for part in parts)

        wait_for(has_said, why=lambda: self.said)

    def links(self) -> list[str]:
        return re.findall(r"http://\S+", self.said)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        """Ends it as Ctrl-C does: it and all its children are gone."""
        children = self.children()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)
        assert [child for child in children if child.is_running()] == []
        assert java_processes(self.data_dir) == []


def command(data_dir: Path, *options: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "up", "--data", str(data_dir), "--port", "0", *options]


def start(data_dir: Path, *options: str, **own: str) -> Running:
    log = data_dir.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(command(data_dir, *options), stdout=out, stderr=out, env=environment(**own))
    return Running(process, data_dir, log)


def kill_everything(running: Running) -> None:
    everything = [psutil.Process(running.process.pid), *running.children()]
    for process in everything:
        process.kill()
    running.process.wait()
    psutil.wait_procs(everything, timeout=5)


# Java's properties know Latin-1; `%`, `#`, `$` and `,` mean something to Kafka, log4j2 or URLs.
AWKWARD = "Übungen & 100% café #1, $x"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One `up` for the tests of this module, in their order; it is killed and started again on the way."""
    running = start(tmp_path_factory.mktemp("up") / AWKWARD)
    try:
        running.wait_until_said("Ctrl-C stops it", "kafka1 is up", "kafka2 is up", "kafka3 is up")
        yield running
    finally:
        if running.process.poll() is None:
            kill_everything(running)


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_links_of_student_instructor_and_grader_open(up):
    student, instructor, grader = up.links()[:3]
    assert re.search(r"/join/\w+/$", student)
    assert up.said.count("/sign-in/") == 2
    assert "only on this machine: --host 0.0.0.0 lets others in" in up.said
    assert instructor != grader
    assert [get(link) for link in (student, instructor, grader)] == [200, 200, 200]


def test_the_secret_key_is_for_its_owner_only_and_no_link_is_in_a_log(up):
    assert stat.S_IMODE((up.data_dir / "secret-key").stat().st_mode) == 0o600
    for log in (up.data_dir / "logs").iterdir():
        assert "sign-in" not in log.read_text()
    assert "sign-in" not in (up.data_dir / "up.json").read_text()


def test_up_json_tells_where_it_runs(up):
    assert up.known["pid"] == up.process.pid
    assert up.links()[0].startswith(up.known["url"])
    assert up.known["bootstrap_servers"] in up.said
    admin = AdminClient({"bootstrap.servers": up.known["bootstrap_servers"]})
    assert set(admin.list_topics(timeout=PATIENCE_S).brokers) == {1, 2, 3}


def test_there_is_an_internal_topic_to_look_at(up):
    admin = AdminClient({"bootstrap.servers": up.known["bootstrap_servers"]})
    wait_for(lambda: "__consumer_offsets" in admin.list_topics(timeout=PATIENCE_S).topics)


def test_an_address_that_is_not_ours_is_said(tmp_path):
    own = [*command(tmp_path), "--host", "nowhere.invalid"]
    ended = subprocess.run(own, capture_output=True, text=True, timeout=PATIENCE_S, env=environment(), check=False)
    assert ended.returncode != 0
    assert "The web site cannot listen on nowhere.invalid" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_second_up_says_where_the_first_one_is(up):
    second = subprocess.run(
        command(up.data_dir), capture_output=True, text=True, timeout=PATIENCE_S, env=environment(), check=False
    )
    assert second.returncode != 0
    assert f"is already running on the data folder {up.data_dir} at {up.known['url']}" in second.stderr
    assert len(java_processes(up.data_dir)) >= 3


def web_processes(up: Running) -> list[psutil.Process]:
    return [child for child in up.children() if "daphne" in child.cmdline()]


def test_each_web_process_serves_while_the_others_hang(up):
    wait_for(lambda: len(web_processes(up)) == USUAL_PROCESSES)
    serving = web_processes(up)
    for one in serving:
        others = [each for each in serving if each != one]
        for other in others:
            other.suspend()
        try:
            wait_for(lambda: _answers(up.known["url"]))  # the last that was started may be just starting
        finally:
            for other in others:
                other.resume()


def test_a_web_process_that_dies_is_started_again(up):
    before = web_processes(up)
    for web in before:
        web.kill()
    up.wait_until_said("A web process ended by itself")
    wait_for(lambda: _answers(up.known["url"]))
    wait_for(lambda: len(web_processes(up)) == len(before))
    assert not set(before) & set(web_processes(up))


def _answers(url: str) -> bool:
    try:
        return get(url) == 200
    except OSError:
        return False


def test_after_kill_9_of_everything_a_new_up_has_every_record_every_row_and_what_was_wanted(up):
    keep_a_record(up.known["bootstrap_servers"], "kept", "nine")
    code = re.search(r"class code (\w+)", up.said)[1]
    set_wanted(up.data_dir, 3, "stopped")
    up.wait_until_said("Stopping kafka3, as asked")
    kill_everything(up)

    again = start(up.data_dir)
    up.process, up.log = again.process, again.log
    up.wait_until_said("Ctrl-C stops it", "kafka1 is up", "kafka2 is up", f"class code {code}")
    # A broker that was stopped on purpose stays down through a new `up`, until it is wanted.
    assert status(up.data_dir, 3).phase == "down"
    assert "kafka3 is up" not in up.said
    doctor_says(up, "ok            kafka1: up", "look at this  kafka3: it was stopped on purpose")
    set_wanted(up.data_dir, 3, "up")
    up.wait_until_said("kafka3 is up")
    # What needs groups, too, not before: after a kill -9 Kafka takes brokers 1 and 2 out of the in-sync replicas (KIP-966), and when broker 3 is
    # the only one left in them the partition waits for it.
    assert first_record(up.known["bootstrap_servers"], "kept") == "nine"


def doctor_says(up: Running, *parts: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "doctor", "--data", str(up.data_dir)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert [part for part in parts if part not in done.stdout] == [], done.stdout + done.stderr


def test_after_kill_9_of_up_alone_a_new_up_ends_what_was_left(up):
    left = up.children()
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait()
    again = start(up.data_dir)
    up.process, up.log = again.process, again.log
    up.wait_until_said("left from the last run", "Ctrl-C stops it")
    assert [process for process in left if process.is_running()] == []


def test_sigterm_ends_everything(up):
    up.stop()
    assert up.process.returncode == 0
    assert not (up.data_dir / "up.json").exists()


def test_sigterm_in_the_middle_of_the_first_start_ends_everything_a_broker_that_hangs_too(tmp_path):
    running = start(tmp_path / "data")
    [broker, *_] = wait_for(lambda: java_processes(running.data_dir))
    broker.suspend()
    running.stop()
    assert running.process.returncode == 0


def test_with_a_cluster_of_ones_own_no_broker_is_started_and_a_held_port_is_said(bootstrap_servers, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        running = start(tmp_path / "data", "--port", str(port), KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers)
        running.wait_until_said("Ctrl-C stops it", f"Port {port} is used")
    assert running.known["bootstrap_servers"] == bootstrap_servers
    assert get(running.known["url"]) == 200
    assert not (running.data_dir / "kafka").exists()
    running.stop()


def test_a_heap_that_is_too_small_is_refused(tmp_path):
    done = subprocess.run(
        command(tmp_path / "data", "--heap", "10"), capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 2
    assert "at least 96 MB" in done.stderr


def refusal(data_dir: Path, *options: str, **own: str) -> str:
    done = subprocess.run(
        command(data_dir, *options),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment(**own),
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_laptops_that_could_not_reach_the_brokers_are_said_at_once(tmp_path):
    assert "Add --host 0.0.0.0" in refusal(tmp_path, "--kafka-host", "192.0.2.7")
    named = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    said = refusal(tmp_path, "--host", "0.0.0.0", "--kafka-host", "192.0.2.7", **named)
    assert "Name in KAFKACLASS_LAPTOPS the addresses" in said
    assert not (tmp_path / "kafka").exists()


@pytest.mark.long
def test_with_an_address_for_laptops_the_brokers_show_a_certificate_there_and_ask_for_a_password(tmp_path):
    address = next((each for each in OwnHosts("0.0.0.0").addresses()), "")
    if not address:
        pytest.skip("this machine has no address but its own loopback")
    running = start(tmp_path / "data", "--host", "0.0.0.0", "--kafka-host", address)
    try:
        running.wait_until_said(
            "Ctrl-C stops it", f"for laptops {address}:", "kafka1 is up", "kafka2 is up", "kafka3 is up"
        )
        authority = ssl.create_default_context(cafile=running.data_dir / "kafka" / "tls" / "ca.pem")
        servers = re.search(r"for laptops (\S+)", running.said)[1].split(",")
        for server in servers:
            host, _, port = server.rpartition(":")
            plain = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
            with authority.wrap_socket(plain, server_hostname=host) as encrypted:
                assert encrypted.version() == "TLSv1.3"
        heard: list[str] = []
        settings = {
            "bootstrap.servers": ",".join(servers), "security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-256",
            "ssl.ca.location": str(running.data_dir / "kafka" / "tls" / "ca.pem"),
            "sasl.username": "ANONYMOUS", "sasl.password": "guessed",
        }  # fmt: skip
        stranger = AdminClient({**settings, "error_cb": lambda error: heard.append(error.name())})
        wait_for(lambda: stranger.poll(0.1) or "_AUTHENTICATION" in heard)
        assert "quotas" not in running.said  # they are set, or it is said why not
    finally:
        running.stop()
