"""A class at work before a real `up`, and whether what it was told, the rows, Kafka and the feed agree afterwards."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

import requests
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from tests.browser.conftest import RunningApp, hidden_fields
from tests.waiting import PATIENCE_S, wait_for

TOPIC = "work"
PAUSE_S = 0.3  # between two acts: no seat may do more than 40 in ten seconds
ANSWER_WITHIN_S = 40
AGAIN = 2  # acts that are done one after the other: it goes on
States = dict[str, str]  # by the act's id


class Student:
    """Sends one numbered record after the other by the API, and keeps what it was told of each."""

    def __init__(self, app: RunningApp, name: str) -> None:
        self.name = name
        self.values: dict[str, str] = {}  # by the act's id
        self.told: States = {}  # "" where there was no answer, or one that says nothing of the act
        self._app = app
        self._http = requests.Session()
        self._http.headers["Connection"] = "close"  # so that each web process has its share
        self._numbers = count()
        self._join()
        assert self._act("create-topic", name=TOPIC, partitions=1, replicas=3, act_id=str(uuid4())) == "done"

    def _join(self) -> None:
        page = self._http.get(self._app.join_url, timeout=ANSWER_WITHIN_S).text
        form = {
            **hidden_fields(page),
            "code": self._app.join_url.rstrip("/").rsplit("/", 1)[-1],
            "name": self.name,
        }
        welcome = self._http.post(
            f"{self._app.url}/join/", form, headers={"Origin": self._app.url}, timeout=ANSWER_WITHIN_S
        )
        self.class_slug = welcome.url.rstrip("/").rsplit("/", 1)[-1]
        me = self._http.get(
            f"{self._app.url}/c/{self.class_slug}/lessons/creating-topics/", timeout=ANSWER_WITHIN_S
        ).text
        self.prefix = re.search(rf"\b{self.class_slug}\.\w+\.", me)[0]  # type: ignore[index]

    @property
    def topic(self) -> str:
        return f"{self.prefix}{TOPIC}"

    def send_one(self) -> None:
        act_id = str(uuid4())
        self.values[act_id] = f"{self.name} {next(self._numbers)}"
        self.told[act_id] = self._act("produce", topic=TOPIC, values=self.values[act_id], act_id=act_id)

    def _act(self, kind: str, **body: object) -> str:
        token = next((cookie.value or "" for cookie in self._http.cookies if "csrf" in cookie.name), "")
        headers = {"X-CSRFToken": token, "Origin": self._app.url}
        url = f"{self._app.url}/api/v1/classes/{self.class_slug}/acts/{kind}"
        try:
            answer = self._http.post(url, json=body, headers=headers, timeout=ANSWER_WITHIN_S)
            state: str = answer.json().get("state", "")
        except (requests.RequestException, ValueError):
            return ""
        return state

    def done(self) -> int:
        return sum(state == "done" for state in list(self.told.values()))


@contextmanager
def at_work(students: Iterable[Student]) -> Iterator[None]:
    """Each sends for the length of a with block."""
    stop = threading.Event()

    def work(student: Student) -> None:
        while not stop.is_set():
            student.send_one()
            stop.wait(PAUSE_S)

    threads = [threading.Thread(target=work, args=(student,)) for student in students]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(ANSWER_WITHIN_S + 1)


def go_on(students: Iterable[Student]) -> None:
    """Returns when each of them has done some acts more."""
    before = [(student, student.done()) for student in students]
    wait_for(lambda: all(student.done() >= done + AGAIN for student, done in before))


# --- what is there afterwards ------------------------------------------------------------------------------------


def read_all(servers: str, topic: str) -> list[str]:
    """The values of a topic's one partition. Only what is committed, as every reader of the app."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": f"look-{uuid4()}", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    values, until = [], time.monotonic() + PATIENCE_S
    try:
        while time.monotonic() < until:
            message = consumer.poll(1)
            if message is None:
                continue
            if (error := message.error()) is None:
                values.append((message.value() or b"").decode())
            elif error.code() == KafkaError._PARTITION_EOF:
                return values
    finally:
        consumer.close()
    raise AssertionError(f"{topic} could not be read")


def told_by_the_feed(servers: str, class_slug: str) -> States:
    """What it says last of each act."""
    lines = map(json.loads, read_all(servers, f"_{class_slug}.feed"))
    return {line["id"]: line["state"] for line in lines if line["kind"] == "act"}


def assert_all_agree(students: Iterable[Student], rows: Callable[[], States], servers: str) -> None:
    """No act that was answered as done is missing from the rows, from Kafka or from the feed; and none that was answered as
    not done is in Kafka. `rows`: all acts of the class."""
    students = list(students)
    stored = rows()
    for student in students:
        sent = Counter(read_all(servers, student.topic))
        for act_id, value in student.values.items():
            told, state = student.told[act_id], stored.get(act_id, "")
            if told == "done":
                assert state == "done", f"{value}: told {told}, stored {state}"
            if state == "done":
                assert sent[value] == 1, f"{value}: done, and {sent[value]} times in Kafka"
            elif state in ("failed", "refused", ""):
                assert sent[value] == 0, f"{value}: told {told!r}, stored {state!r}, and in Kafka"
            else:
                assert sent[value] <= 1, f"{value}: {state}, and {sent[value]} times in Kafka"

    def missing() -> list[str]:
        said = told_by_the_feed(servers, students[0].class_slug)
        return [act_id for act_id, state in rows().items() if state == "done" and said.get(act_id) != "done"]

    wait_for(lambda: not missing(), every_s=1, why=lambda: f"not in the feed: {missing()}")
