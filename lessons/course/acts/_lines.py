"""What is typed as one record a line."""

from __future__ import annotations

from lessons.course.acts.base import MOST_RECORDS
from lessons.words import _


def newlines_as_everywhere_else(text: str) -> str:
    """A record should hold what was typed, but forms send CR LF (HTML's rule)."""
    return text.replace("\r\n", "\n").removesuffix("\n")


def refuse_too_many(values: str) -> None:
    """Raises: ValueError."""
    if (count := values.count("\n") + 1) > MOST_RECORDS:
        words = _("That is %(count)s records; the form sends at most %(most)s at a time.")
        raise ValueError(words % {"count": count, "most": MOST_RECORDS})
