"""Sends rows to the feed: one thread of the process, which is rung when a row was stored."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom.changes import Changed
from lessons.classroom.feed.records import KINDS, NO_NEWS, Table
from lessons.classroom.feed.topic import TOPIC, ClassTopics, create_feed_topic
from lessons.classroom.models import Class
from lessons.cluster import records
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.metadata import describe

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutboxSettings:
    """`left_after`: before that, whoever stored a row is just sending it. `look_again_s`: for what was left."""

    at_once: int = 100
    left_after: timedelta = timedelta(seconds=5)
    look_again_s: float = 10.0
    after_error_s: float = 1.0


class Outbox:
    """`ring` returns at once. The thread lives as long as the process; it is made with the first ring, or by `start`."""

    def __init__(self, settings: OutboxSettings | None = None) -> None:
        self.settings = settings or OutboxSettings()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._waiting: defaultdict[tuple[int, Table], set[Any]] = defaultdict(set)  # rows' keys, by the class's key
        self._rung = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._there: set[str] = set()  # the topics that were seen
        self._classes: dict[int, Class] = {}

    def ring(self, changed: Changed, row: Any) -> None:
        """A row was stored that the feed may have to tell."""
        if table := KINDS.get(changed.kind):
            with self._lock:
                self._waiting[changed.class_pk, table].add(row.pk)
            self.start()
            self._rung.set()

    def start(self) -> None:
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                self._thread.start()

    @property
    def waiting(self) -> int:
        """How many rows this process knows of that the feed lacks."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def close(self) -> None:
        """Waits until what is on its way has been sent, for a few seconds."""
        self._stop.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(8)

    def publish_unsent(self, klass: Class, *, before: datetime | None = None) -> int:
        """Sends all that the feed does not have yet, or what of it is older than that; how many, 0 too when Kafka is away."""
        self._note_unsent(klass, before)
        try:
            return self._send_waiting(klass.pk)
        except ClusterError as error:
            logger.warning("The feed of %s has to wait: %s", klass.slug, error)
            return 0

    def _note_unsent(self, klass: Class, before: datetime | None) -> None:
        for table in KINDS.values():
            left = table.unsent(klass).filter(**({f"{table.at}__lt": before} if before else {}))
            keys = set(left.values_list("pk", flat=True))
            with self._lock:
                self._waiting[klass.pk, table] |= keys

    def _run(self) -> None:
        look_at = time.monotonic()
        try:
            while not self._stop.is_set():
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + self.settings.look_again_s
                    self._safely(self._note_all_that_was_left)
                self._rung.clear()
                if self._safely(self._send_all):
                    self._rung.wait(self.settings.look_again_s)
                else:
                    self._stop.wait(self.settings.after_error_s)
        finally:
            connections.close_all()

    def _safely(self, work: Any) -> bool:
        try:
            work()
        except ClusterError as error:
            logger.warning("The feed has to wait: %s", error)
        except Exception:  # a database that is busy, or a row that can't be told: the others go on
            logger.exception("the outbox goes on")
        else:
            return True
        finally:
            if connections["default"].settings_dict["OPTIONS"].get("pool"):
                connections["default"].close()
        return False

    def _note_all_that_was_left(self) -> None:
        for klass in Class.objects.all():
            self._note_unsent(klass, timezone.now() - self.settings.left_after)

    def _send_all(self) -> None:
        """Raises: ClusterError, after the other classes had their turn."""
        with self._lock:
            classes = {class_pk for (class_pk, _), waiting in self._waiting.items() if waiting}
        problem: ClusterError | None = None
        for class_pk in classes:
            try:
                self._send_waiting(class_pk)
            except ClusterError as error:
                problem = error
        if problem is not None:
            raise problem

    def _send_waiting(self, class_pk: int) -> int:
        """Acts before what they finished. Raises: ClusterError, and they wait again."""
        sent = 0
        with self._sending:
            klass = self._class(class_pk)
            while some := self._take_some(class_pk):
                for table, keys in some.items():
                    try:
                        sent += self._send(klass, table, table.unsent(klass).filter(pk__in=keys).order_by(table.at))
                    except Exception:
                        self._put_back(class_pk, some)
                        raise
        return sent

    def _class(self, pk: int) -> Class:
        """Its key and slug, which stay, are all that is asked of it."""
        if pk not in self._classes:
            self._classes[pk] = Class.objects.get(pk=pk)
        return self._classes[pk]

    def _take_some(self, class_pk: int) -> dict[Table, list[Any]]:
        """Before the look: a row that changes during it waits anew."""
        taken: dict[Table, list[Any]] = {}
        with self._lock:
            for table in KINDS.values():
                waiting = self._waiting[class_pk, table]
                if keys := list(waiting)[: self.settings.at_once]:
                    taken[table] = keys
                    waiting.difference_update(keys)
        return taken

    def _put_back(self, class_pk: int, some: dict[Table, list[Any]]) -> None:
        with self._lock:
            for table, keys in some.items():
                self._waiting[class_pk, table].update(keys)

    def _send(self, klass: Class, table: Table, rows: QuerySet[Any]) -> int:
        told = []
        for row in rows:
            if (body := table.record(row)) is None:
                table.mark_sent(row, NO_NEWS)
            else:
                told.append((row, records.Message(key=body["seat"].encode(), value=_encoded(body))))
        if not told:
            return 0
        for (row, _), delivery in zip(told, self._produce(klass, [message for _, message in told]), strict=True):
            if delivery.offset is not None:
                table.mark_sent(row, delivery.offset)
        return len(told)

    def _produce(self, klass: Class, messages: list[records.Message]) -> tuple[records.Delivery, ...]:
        namespace = ClassTopics(klass.slug)
        full_name = namespace.full(TOPIC)
        if full_name not in self._there:  # `produce` looks for a missing one for a while before it says so
            if not describe([full_name], asked="Look for the feed"):
                create_feed_topic(klass)
            self._there.add(full_name)
        try:
            return records.produce(namespace, TOPIC, messages)
        except TopicMissing:
            create_feed_topic(klass)
            return records.produce(namespace, TOPIC, messages)


def _encoded(body: dict[str, Any]) -> bytes:
    """As JSON, and short enough for a page to be shown the whole of it: the answer is cut, and then the line."""
    encoded = json.dumps(body, ensure_ascii=False).encode()
    for cut in ("answer", "line"):
        text = str(body.get(cut, ""))
        length = len(text)
        while length and len(encoded) > records.SHOWN_BYTES:
            length = length * 3 // 4
            body = {**body, cut: f"{text[:length]}…"}
            encoded = json.dumps(body, ensure_ascii=False).encode()
    return encoded
