"""What every client of a program has: a namespace, a way to tell, and log lines as the client would print them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lessons.cluster.errors import ClusterError
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs.configuration import Config, Value, is_the_class, settings_for
from lessons.cluster.programs.wire import JSON, Raises, error_named, metadata_as_json

MOST_IN_A_CALL = 500  # topics, partitions, groups
LONGEST_WAIT_S = 60.0  # of one call; a program that asks for longer gets its time-out then

# Tells the program something, by its kind and the rest. Called on any thread; must not block.
Told = Callable[..., None]

# Python's levels, and those of syslog that the client prints.
_SYSLOG = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7))


@dataclass(frozen=True)
class OutgoingRecord:
    """`n` is the program's own number for it; `partition` -1: the client chooses; `timestamp` 0: now, in ms."""

    n: int
    topic: str
    value: bytes | None
    key: bytes | None
    partition: int
    timestamp: int
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def size_bytes(self) -> int:
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.value or b"") + len(self.key or b"") + headers


class ProgramClient:
    """One client. `call` runs what the program calls by its name, on a thread that may block."""

    kind = ""

    def __init__(self, wanted: Mapping[str, Value], namespace: Namespace, tell: Told) -> None:
        """Raises: KafkaException, AppRefused."""
        self.namespace = namespace
        self.tell = tell
        self.is_the_class = is_the_class(wanted.get("bootstrap.servers", wanted.get("metadata.broker.list", "")))
        self.settings: Config = settings_for(self.kind, wanted, namespace)
        self.log = _logger(self)
        self.is_left = False
        self.is_called_back = False  # a callback of the program has been called, and has not returned

    def call(self, name: str, args: JSON) -> Any:
        """What the call gives, as JSON. Raises: Raises, KafkaException, AppRefused, and what the client raises."""
        if any(isinstance(each, list) and len(each) > MOST_IN_A_CALL for each in args.values()):
            raise Raises("ValueError", f"At most {MOST_IN_A_CALL} at a time here.")
        found = getattr(self, f"call_{name}", None)
        if found is None:
            raise Raises("NotImplementedError", f"{name} is not offered here.")
        return found(**args)

    # What a page says without waiting for an answer. To a client of another kind it means nothing.

    def produce(self, records: Sequence[OutgoingRecord]) -> None: ...

    def flush(self) -> None: ...

    def grant(self, records: int) -> None: ...

    def consumed(self, positions: Sequence[tuple[str, int, int]]) -> None: ...

    def handled(self) -> None: ...

    def leave(self) -> None:
        """The page is gone: nobody answers any more."""
        self.is_left = True

    def close(self) -> None:
        """Once, on a thread that may block."""

    def call_list_topics(self, topic: str | None = None, timeout: float = -1) -> JSON:
        raise NotImplementedError

    def _list_topics(self, client: Any, topic: str | None, timeout: float) -> JSON:
        within_s = timeout if 0 <= timeout < LONGEST_WAIT_S else LONGEST_WAIT_S
        if topic is None:
            return metadata_as_json(client.list_topics(timeout=within_s), self.namespace)
        full_name = self.namespace.full(self.namespace.short(topic))
        return metadata_as_json(client.list_topics(full_name, timeout=within_s), self.namespace)


def refusal_as_json(error: ClusterError) -> JSON:
    """A refusal of the app's as Kafka's word for it: a policy's, or a quota's."""
    name = "THROTTLING_QUOTA_EXCEEDED" if error.code.startswith("TOO_FAST") else error.code
    return error_named(name, f"{error.answered} {error.advice}".strip())


def _logger(client: ProgramClient) -> logging.Logger:
    """One for this client alone: it is in no registry, and ends with the client."""
    logger = logging.Logger("lessons.cluster.programs")
    logger.addHandler(_Lines(client))
    return logger


class _Lines(logging.Handler):
    def __init__(self, client: ProgramClient) -> None:
        super().__init__()
        self._tell, self._strip = client.tell, client.namespace.strip

    def emit(self, record: logging.LogRecord) -> None:
        """As librdkafka prints it: `%3|1732850000.123|FAIL|rdkafka#producer-1| [thrd:…]: …`."""
        level = next((number for python, number in _SYSLOG if record.levelno >= python), 7)
        if isinstance(record.args, tuple) and len(record.args) == 3:
            facility, name, text = record.args
            line = f"%{level}|{time.time():.3f}|{facility}|{name}| {text}"
        else:
            line = record.getMessage()
        self._tell("log", line=self._strip(line))
