"""What a line of the log holds, and what it leaves out.

Why it is so
------------
Several processes write into one log, and on several machines into several: what belongs to one request is told by its id,
which every line has that is logged while it is served. The id is in a context variable, which asgiref takes along into the
threads of views and of queries; a thread that works for everybody has none.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request or the socket that is served here; empty outside of any."""


class Line(logging.Formatter):
    """For people: time, level, logger, the request's id if there is one, and the words; a traceback below."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}{of_request}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        record.of_request = f" [{found}]" if (found := request_id.get()) else ""
        return super().format(record)


class JsonLine(logging.Formatter):
    """For machines: one object a line, with `request_id` and `exception` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := request_id.get():
            said["request_id"] = found
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            said["stack"] = self.formatStack(record.stack_info)
        return json.dumps(said, ensure_ascii=False)


class OneLine(logging.Filter):
    """The words of a record, without its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


def log_what_python_prints() -> None:
    """Warnings, and exceptions that nobody has caught, are lines of the log as all others are. For the whole process."""
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger(__name__).critical("nobody has caught this", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(said: threading.ExceptHookArgs) -> None:
    if said.exc_value is not None and not issubclass(said.exc_type, SystemExit):
        name = said.thread.name if said.thread else "?"
        logging.getLogger(__name__).error(
            "the thread %s has ended", name, exc_info=(said.exc_type, said.exc_value, said.exc_traceback)
        )
