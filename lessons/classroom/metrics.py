"""What this process has counted for whoever runs it; `lessons.web.operating.metrics` tells it to Prometheus.

Here is counted what passes and stands nowhere else: acts and checks, as their rows are stored. What stands somewhere
already, such as a queue, is read there when somebody asks.
"""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from lessons.classroom.changes import Changed, Kind
from lessons.classroom.models import Act, Attempt

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """For any thread. The numbers begin at 0 with the process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # CPU, memory and open files, on Linux
        self.acts = Counter(
            "kafkaclass_acts",
            "Acts that got their answer here. One that was not known at first is counted again when it is.",
            ("kind", "outcome"),
            registry=registry,
        )
        self.refused = Counter(
            "kafkaclass_acts_refused",
            "Acts that Kafka or the app refused, by who did and the code of the refusal.",
            ("by", "code"),
            registry=registry,
        )
        self.act_seconds = Histogram(
            "kafkaclass_act_seconds",
            "From the request for an act to its answer. Consumers, which run as long as somebody reads, are not in it.",
            ("kind",),
            buckets=SECONDS,
            registry=registry,
        )
        self.attempts = Counter(
            "kafkaclass_attempts", "Results of checks that were stored here.", ("outcome",), registry=registry
        )
        self.check_seconds = Histogram(
            "kafkaclass_check_seconds",
            "How long one seat's check took, without its time in the queue.",
            buckets=SECONDS,
            registry=registry,
        )

    def stored(self, changed: Changed, row: Any) -> None:
        """This process has stored a row."""
        if changed.kind is Kind.ACT and isinstance(row, Act):
            self._count_act(row)
        elif changed.kind is Kind.ATTEMPT and isinstance(row, Attempt):
            self.attempts.labels(row.state).inc()

    def _count_act(self, act: Act) -> None:
        self.acts.labels(act.kind, act.state).inc()
        if act.state == Act.State.REFUSED:
            self.refused.labels(act.answer.get("by", ""), act.answer.get("code", "")).inc()
        if took_ms := act.answer.get("took_ms"):  # 0: nobody has timed it
            self.act_seconds.labels(act.kind).observe(took_ms / 1000)
