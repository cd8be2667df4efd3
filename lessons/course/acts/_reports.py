"""Delivery reports, as the answers of acts and the programs that are shown say them: with the value that each is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from lessons.cluster import records
from lessons.cluster.errors import KafkaUnavailable
from lessons.words import _

TOLD_CHARACTERS = 40  # of a value

CALLBACK = """\
def delivery_callback(error, message):
    value = message.value()
    if error:
        print(value, "failed:", error)
    else:
        place = f"[{message.partition()}] @ {message.offset()}"
        print(value, "→", message.topic(), place)
"""


def report_line(topic: str, delivery: records.Delivery) -> str:
    """A line for a report, with the value that it is of: `9 → test1p [0] @ 8`."""
    value = told_value(delivery.value)
    if delivery.error:
        return _("%(value)s failed: %(error)s") % {"value": value, "error": delivery.error}
    return f"{value} → {topic} [{delivery.partition}] @ {delivery.offset}"


def told_value(value: bytes | None) -> str:
    """A value in a report, cut."""
    if not value:
        return "null" if value is None else _("(empty)")
    text = value.decode(errors="replace")
    return text if len(text) <= TOLD_CHARACTERS else f"{text[:TOLD_CHARACTERS]}…"


def report_data(delivery: records.Delivery) -> dict[str, Any]:
    """A delivery report as JSON, for the checks and the pictures."""
    return {
        "value": told_value(delivery.value),
        "partition": delivery.partition,
        "offset": delivery.offset,
        "error": delivery.error.code if delivery.error else None,
        "ms": round(delivery.latency_ms, 1),
    }


def state_of(failed: Sequence[records.Delivery]) -> Literal["done", "refused", "unknown"]:
    """The act's state. Without an answer from Kafka nobody knows whether a record was stored."""
    if not failed:
        return "done"
    return "unknown" if any(isinstance(delivery.error, KafkaUnavailable) for delivery in failed) else "refused"
