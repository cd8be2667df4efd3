"""What the log leaves out."""

from __future__ import annotations

import logging


class OneLine(logging.Filter):
    """The words of a record, without its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True
