"""The class's feed: one topic, `_<class>.feed`, that tells what happened in the class.

Why it is so
------------
Kafka is the bus: the topic survives a restart, a late viewer replays it, and every web process reads it. The rows
(acts, attempts, hands, broadcasts: `feed_records`) are the truth and the outbox at once: what has no `feed_offset` is
sent again. Whoever stores a row sends it; what stays behind, because its process died or Kafka was away, is sent by
whoever finds it. So an id can stand twice, and the later record is the one that counts. Records carry ids and seats
but no names: a name can change, a record can't.
The topic's name begins with an underscore and yet Kafka does not call it internal: lesson 2 needs such a one.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from lessons.cluster import records, topics
from lessons.cluster.errors import ClusterError, TopicExists, TopicMissing
from lessons.cluster.metadata import describe, list_metadata
from lessons.cluster.namespace import Namespace
from lessons.feed_records import KINDS, NO_NEWS, Kind
from lessons.models import Class

logger = logging.getLogger(__name__)

TOPIC = "feed"

AT_ONCE = 100
LEFT_AFTER = timedelta(seconds=5)  # before that, whoever stored it is just sending it
LOOK_AGAIN_S = 10.0  # for what was left

_publishing: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)  # by the class's key
_waiting: defaultdict[tuple[int, Kind], set[Any]] = defaultdict(set)  # rows' keys, by the class's key and what they are
_looked_s: dict[int, float] = {}
_seen: set[str] = set()  # the topics that were there


@dataclass(frozen=True)
class ClassTopics(Namespace):
    """Where the class keeps its own topics, beside the seats' and with an underscore."""

    seat_slug: str = "class"

    @property
    def prefix(self) -> str:
        return self.class_prefix


def publish(klass: Class, kind: Kind, key: Any) -> None:
    """Sends a row that was just stored; when Kafka is away, a later call does."""
    _waiting[klass.pk, kind].add(key)
    _publish_waiting(klass)


def publish_left(klass: Class) -> None:
    """Sends what nobody has sent for some seconds. Of all pages that ask, one every ten seconds has it looked for."""
    now = time.monotonic()
    if now >= _looked_s.get(klass.pk, 0.0) + LOOK_AGAIN_S:
        _looked_s[klass.pk] = now
        publish_unsent(klass, before=timezone.now() - LEFT_AFTER)


def publish_unsent(klass: Class, *, before: datetime | None = None) -> int:
    """Sends all that the feed does not have yet, or what of it is older than that; how many, 0 too when Kafka is away."""
    for kind in KINDS:
        left = kind.unsent(klass).filter(**({f"{kind.at}__lt": before} if before else {}))
        _waiting[klass.pk, kind].update(left.values_list("pk", flat=True))
    return _publish_waiting(klass)


def _publish_waiting(klass: Class) -> int:
    """One thread of a process at a time: whoever comes meanwhile leaves the work to the one that is at it, and in a busy
    class many go together."""
    sent, lock, waiting = 0, _publishing[klass.pk], {kind: _waiting[klass.pk, kind] for kind in KINDS}
    while any(waiting.values()) and lock.acquire(blocking=False):
        try:
            sent += sum(_send_waiting(klass, kind, waiting[kind]) for kind in KINDS)
        except ClusterError as error:
            logger.warning("The feed of %s has to wait: %s", klass.slug, error)
            break
        finally:
            lock.release()
    return sent


def _send_waiting(klass: Class, kind: Kind, waiting: set[Any]) -> int:
    """Raises: ClusterError, and they wait again."""
    if not waiting:
        return 0
    some = list(waiting)[:AT_ONCE]
    waiting.difference_update(some)  # before the look: one that changes during it waits anew
    try:
        return _send(klass, kind, kind.unsent(klass).filter(pk__in=some).order_by(kind.at))
    except ClusterError:
        waiting.update(some)
        raise


def _send(klass: Class, kind: Kind, rows: QuerySet[Any]) -> int:
    news = []
    for row in rows:
        if (body := kind.record(row)) is None:
            kind.mark_sent(row, NO_NEWS)
        else:
            news.append((row, records.Message(key=body["seat"].encode(), value=_encoded(body))))
    if not news:
        return 0
    for (row, _), delivery in zip(news, _produce(klass, [message for _, message in news]), strict=True):
        if delivery.offset is not None:
            kind.mark_sent(row, delivery.offset)
    return len(news)


def _produce(klass: Class, messages: list[records.Message]) -> tuple[records.Delivery, ...]:
    namespace = ClassTopics(klass.slug)
    full_name = namespace.full(TOPIC)
    if full_name not in _seen:  # `produce` looks for a missing one for a while before it says so
        if not describe([full_name], asked="Look for the feed"):
            create_topic(klass)
        _seen.add(full_name)
    try:
        return records.produce(namespace, TOPIC, messages)
    except TopicMissing:
        create_topic(klass)
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


def create_topic(klass: Class) -> None:
    """Makes the feed's topic: one partition (one order), kept for ever, on as many brokers as there are, up to 3."""
    brokers = len(list_metadata(asked="Count the brokers").brokers)
    namespace, config = ClassTopics(klass.slug), {"retention.ms": "-1"}
    with suppress(TopicExists):  # another process was quicker
        topics.create_topic(namespace, TOPIC, partitions=1, replicas=min(3, brokers), config=config)
