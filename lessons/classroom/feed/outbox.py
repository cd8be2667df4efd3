"""Sends rows to the feed: what was just stored, and what was left behind."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from lessons.classroom.feed.records import KINDS, NO_NEWS, Kind
from lessons.classroom.feed.topic import TOPIC, ClassTopics, create_feed_topic
from lessons.classroom.models import Class
from lessons.cluster import records
from lessons.cluster.errors import ClusterError, TopicMissing
from lessons.cluster.metadata import describe

logger = logging.getLogger(__name__)

AT_ONCE = 100
LEFT_AFTER = timedelta(seconds=5)  # before that, whoever stored it is just sending it
LOOK_AGAIN_S = 10.0  # for what was left

_publishing: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)  # by the class's key
_waiting: defaultdict[tuple[int, Kind], set[Any]] = defaultdict(set)  # rows' keys, by the class's key and what they are
_looked_s: dict[int, float] = {}
_seen: set[str] = set()  # the topics that were there


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
            create_feed_topic(klass)
        _seen.add(full_name)
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
