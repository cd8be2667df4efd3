"""JSON that every database takes: what Kafka holds may be any bytes, and PostgreSQL refuses some of the texts in them.

PostgreSQL's jsonb takes no NUL, no half of a surrogate pair, and no number that JSON does not know. They are written out
instead (`\\x00`, `\\ud800`, `NaN`), on SQLite as well: so a check says the same on both, now and when it is judged again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.db import models

from lessons.cluster.namespace import NOT_SENDABLE


def storable(value: Any) -> Any:
    """The same as JSON gives it back, with what a database refuses written out."""
    match value:
        case str():
            return NOT_SENDABLE.sub(lambda found: _written_out(ord(found[0])), value)
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {_key(key): storable(each) for key, each in value.items()}
        case list() | tuple():
            return [storable(each) for each in value]
    return value


def _key(key: object) -> str:
    """As JSON writes it."""
    match key:
        case str():
            return str(storable(key))
        case None | bool():
            return {None: "null", True: "true", False: "false"}[key]
    return str(key)


def _written_out(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class StorableJSONField(models.JSONField):
    """Of what was read from Kafka, or came from a browser."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(storable(value), connection, prepared)
