"""`/metrics`: the numbers of one process, as Prometheus reads them.

Why it is so
------------
Several processes share one address, and each knows its own numbers alone: which of them answers is by chance. So every
line has the `process` that it is of, and in Prometheus one sums over those. Whatever stands somewhere already is read
there when somebody asks, in the event loop, which holds nothing up and needs no lock; an idle class costs nothing.

Numbers tell how many are at work and what fails: that is for whoever runs the app. This machine may ask; anybody else
needs the token. What a proxy has sent on comes from this machine, too, and says so in its headers, and a page of another
site that has this machine's address in its name gives that name as the host.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from kafkaclass.hosts import LOOPBACK
from lessons.classroom import process
from lessons.classroom.process import Process
from lessons.web.operating.reply import Reply
from lessons.web.sockets import event_loop
from lessons.web.sockets.event_loop import EventLoop

_OF_A_PROXY = ("forwarded", "via", "x-real-ip")
_REFUSED = "These numbers are for this machine, and for whoever sends the token that KAFKACLASS_METRICS_TOKEN names.\n"


async def answer(scope: Mapping[str, Any]) -> Reply:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not (_has_token(headers) or _is_from_here(scope.get("client"), headers)):
        asks_for_it = ((b"www-authenticate", b"Bearer"),) if settings.METRICS_TOKEN else ()
        return Reply(401 if settings.METRICS_TOKEN else 403, _REFUSED, headers=asks_for_it)
    encode, content_type = choose_encoder(headers.get("accept", ""))
    return Reply(200, encode(OfThisProcess(process.current(), event_loop.current())), content_type)


def _has_token(headers: Mapping[str, str]) -> bool:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), wanted.encode())


def _is_from_here(client: Any, headers: Mapping[str, str]) -> bool:
    if any(name in _OF_A_PROXY or name.startswith("x-forwarded") for name in headers):
        return False
    try:
        address = ipaddress.ip_address(client[0])
    except (TypeError, ValueError, IndexError):  # a socket of a file has no address
        return False
    return address.is_loopback and split_domain_port(headers.get("host", ""))[0] in LOOPBACK


class OfThisProcess(Collector):
    """Use it in the event loop."""

    def __init__(self, here: Process, loop: EventLoop) -> None:
        self._here = here
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        of = {"process": str(os.getpid())}
        for family in (*self._here.metrics.registry.collect(), *self._read()):
            family.samples = [sample._replace(labels={**sample.labels, **of}) for sample in family.samples]
            yield family

    def _read(self) -> Iterator[Metric]:
        yield from self._of_pages()
        yield from self._of_work()
        yield from self._of_the_cluster()

    def _of_pages(self) -> Iterator[Metric]:
        loop, hub = self._loop, self._loop.hub
        yield _gauges("kafkaclass_sockets", "Websockets that are open.", "kind", dict(loop.open_sockets))
        yield _gauge(
            "kafkaclass_consumers", "Consumers of pages that run, each a member of a group.", len(loop.consumers)
        )
        yield _gauge("kafkaclass_program_clients", "Kafka clients of programs in pages.", len(loop.programs))
        yield _counters(
            "kafkaclass_records_delivered",
            "Records that were given: to whoever watches a topic (pages, and for live pages the class's feed), and to consumers.",
            "by",
            {"watching": hub.given.delivered, "consuming": loop.consumed},
        )
        yield _counter(
            "kafkaclass_records_left_out",
            "Records that somebody who watches was not given, having fallen too far behind.",
            hub.given.left_out,
        )
        yield _gauge("kafkaclass_topics_watched", "Topics that are watched, each read once for all.", len(hub.watched))
        yield _gauge(
            "kafkaclass_watching_lag_offsets",
            "How far the reader of all watched topics is behind their ends. The mark of a transaction is an offset, too.",
            hub.tail.lag(),
        )

    def _of_work(self) -> Iterator[Metric]:
        here = self._here
        queue = here.checks.queue()
        yield _gauges(
            "kafkaclass_checks_waiting",
            "Seats that wait for a check, by whether a page waits for it.",
            "awaited",
            {"yes": queue.urgent, "no": queue.patient},
        )
        yield _gauge("kafkaclass_checks_oldest_wait_seconds", "Of those that a page waits for.", queue.oldest_s)
        yield _gauge(
            "kafkaclass_outbox_waiting",
            "Rows that this process has still to send to a class's feed.",
            here.outbox.waiting,
        )
        yield _counters(
            "kafkaclass_limits_refused",
            "What seats asked for beyond their limits: no act was stored.",
            "code",
            {refusal.name: times for refusal, times in here.limits.refused.copy().items()},
        )

    def _of_the_cluster(self) -> Iterator[Metric]:
        """Nothing before the first snapshot."""
        if (last := self._here.snapshots.last) is None:
            return
        yield _gauge(
            "kafkaclass_snapshot_age_seconds",
            "Age of the latest snapshot of the cluster. None is taken while no page looks.",
            max(0.0, time.time() - last.taken_at),
        )
        up = sum(broker.up for broker in last.brokers)
        yield _gauges(
            "kafkaclass_brokers",
            "Brokers that this process has seen, as the latest snapshot has them.",
            "state",
            {"up": up, "down": len(last.brokers) - up},
        )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)


def _gauges(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(GaugeMetricFamily(name, words, labels=[label]), values)


def _counters(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(CounterMetricFamily(name, words, labels=[label]), values)


def _labelled(family: Any, values: Mapping[str, float]) -> Metric:
    for value_of_label, value in values.items():
        family.add_metric([value_of_label], value)
    return family
