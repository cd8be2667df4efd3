"""An act as code, and code as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from pydantic import ValidationError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, PythonLexer

from lessons.classroom.models import Member
from lessons.course.acts.base import Action, Where

MOST_HIGHLIGHTED = 20_000  # characters; beyond them it takes seconds, and shows nobody anything
MOST_CACHED = 4000
INDENT = 4
DEEPEST = 3  # for which there is a style

_html = HtmlFormatter(nowrap=True)
_LEXERS = {"python": PythonLexer, "bash": BashLexer}


@lru_cache(maxsize=500)
def _drawn(code: str, language: str) -> SafeString:
    lines = highlight(code, _LEXERS[language](), _html).splitlines(keepends=True)
    return mark_safe("".join(map(_line, lines)))  # noqa: S308 - Pygments escapes


def _line(html: str) -> str:
    """A line with its depth, by which code.css indents what is too long; the break is a part of it, for whoever copies it."""
    words = strip_tags(html)
    depth = min((len(words) - len(words.lstrip(" "))) // INDENT, DEEPEST)
    return f'<span class="line in-{depth}">{html}</span>'


def highlighted(code: str, language: str) -> SafeString:
    """The code as HTML. A card is drawn again with each answer, and its code is mostly the same: so it is cached, unless it
    is long."""
    if len(code) > MOST_HIGHLIGHTED:
        return escape(code)
    draw = _drawn if len(code) <= MOST_CACHED else _drawn.__wrapped__
    return draw(code, language)


@dataclass(frozen=True)
class Code:
    python: str
    command: str
    is_for_laptops: bool = False  # they find all settings in a file beside them

    @property
    def python_html(self) -> SafeString:
        return highlighted(self.python, "python")

    @property
    def command_html(self) -> SafeString:
        return highlighted(self.command, "bash")


def where(member: Member) -> Where:
    return Where(
        namespace=member.namespace,
        bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS,
        laptop_servers=settings.LAPTOP_SERVERS,
    )


def code_of(action: type[Action], fields: dict[str, Any], member: Member) -> Code | None:
    """The act as code; None while the fields are not a valid act."""
    try:
        act = action.model_validate(fields)
    except ValidationError:
        return None
    place = where(member)
    return Code(act.python(place), act.command(place), is_for_laptops=bool(place.laptop_servers))
