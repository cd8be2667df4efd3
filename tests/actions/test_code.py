"""The code that is shown under an act does what the act does: each Python program and each command line is run."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.actions import Consume, CreateTopic, DeleteTopic, Produce, Where
from lessons.cluster import groups, records, topics
from lessons.cluster.errors import TopicMissing
from lessons.cluster.namespace import Namespace
from tests.kafka_tools import write_tools

pytestmark = pytest.mark.usefixtures("kafka")
ONE_TO_NINE = Produce(topic="test1p", values="\n".join(map(str, range(1, 10))))


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `kafka-topics.sh` and the others, as Kafka's own distribution has them."""
    folder = tmp_path_factory.mktemp("kafka-tools")
    write_tools(folder)
    return folder


@pytest.fixture
def where(kafka: str) -> Where:
    return Where(namespace=Namespace(f"t{secrets.token_hex(4)}", "7KQ4"), bootstrap_servers=kafka)


class Shown:
    """Runs code as a learner would: the Python in a file, the command line in a shell."""

    def __init__(self, language: str, tools: Path, where: Where) -> None:
        self.language, self.where = language, where
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def argv(self, action) -> list[str]:
        if self.language == "python":
            return [sys.executable, "-W", "error", "-u", "-c", action.python(self.where)]
        return ["bash", "-c", action.command(self.where)]

    def run(self, action) -> str:
        done = subprocess.run(
            self.argv(action), env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, action) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(action), env=self.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )


@pytest.fixture(params=["python", "command"])
def shown(request, tools: Path, where: Where) -> Shown:
    return Shown(request.param, tools, where)


def values(where: Where, name: str) -> list[bytes | None]:
    full = where.full(name)
    return [
        record.value
        for partition, (start, end) in records.offsets(full).items()
        for record in records.read_range(full, partition, start=start, end=end, limit=100, timeout_s=5)
    ]


def test_create_topic_as_code_creates_it(shown, where):
    shown.run(CreateTopic(name="test1p", partitions=2, replicas=3))
    topic = topics.describe_topic(where.namespace, "test1p")
    assert [len(partition.replicas) for partition in topic.partitions] == [3, 3]


def test_delete_topic_as_code_deletes_it(shown, where):
    topics.create_topic(where.namespace, "test2die", partitions=1, replicas=1)
    shown.run(DeleteTopic(name="test2die"))
    with pytest.raises(TopicMissing):
        topics.describe_topic(where.namespace, "test2die")


def test_produce_as_code_sends_one_to_nine_in_order(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    shown.run(ONE_TO_NINE)
    assert values(where, "test1p") == [str(number).encode() for number in range(1, 10)]


@pytest.mark.parametrize(
    ("message", "key", "value", "headers"),
    [
        (Produce(topic="test1p", values="it's $HOME", key="🙂"), "🙂".encode(), b"it's $HOME", ()),
        (Produce(topic="test1p", values="v", headers="a=1\nb=2"), None, b"v", (("a", b"1"), ("b", b"2"))),
        (Produce(topic="test1p", key="k", tombstone=True), b"k", None, ()),
    ],
    ids=["key", "headers", "tombstone"],
)  # fmt: skip
def test_produce_as_code_keeps_keys_headers_and_nulls(shown, where, message, key, value, headers):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    shown.run(message)
    [record] = records.read_range(where.full("test1p"), 0, start=0, end=1, limit=1, timeout_s=5)
    assert (record.key, record.value, tuple(record.headers)) == (key, value, headers)


def test_consume_as_code_shows_the_records_and_commits_when_it_is_interrupted(shown, where):
    topics.create_topic(where.namespace, "test1p", partitions=1, replicas=1)
    ONE_TO_NINE.run(where.namespace)
    fields = {
        "topic": "test1p",
        "group_id": "readers",
        "auto_offset_reset": "earliest",
        "session_timeout_ms": 6000,
    }
    with shown.start(Consume(**fields)) as program:
        try:
            lines = [program.stdout.readline() for _ in range(9)]
            program.send_signal(signal.SIGINT)
            assert program.wait(timeout=30) in (0, 130, -signal.SIGINT)
        finally:
            program.kill()
    assert all(line.strip() for line in lines)
    assert [lag.committed for lag in groups.describe_group(where.namespace, "readers").lags] == [9]
