"""Words that a lesson has explained: in the text of a lesson after it, `[in-sync replicas](term:isr)` can be tapped."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_SCHEME = "term:"
_LINK = re.compile(r"\[([^\]]+)\]\(term:([\w-]+)\)")


@dataclass(frozen=True)
class Term:
    """A word, what it means in a sentence, and the slug of the lesson that explains it."""

    id: str
    term: str
    means: str
    lesson: str


@cache
def glossary() -> Mapping[str, Term]:
    """By id."""
    facts = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text(encoding="utf-8"))
    return {id_: Term(id_, **each) for id_, each in facts.items()}


def terms_in(markdown: str) -> tuple[Term, ...]:
    """Those that can be tapped in a text, each once, in its order. Raises: ValueError."""
    ids = dict.fromkeys(match[2] for match in _LINK.finditer(markdown))
    if unknown := ids.keys() - glossary().keys():
        raise ValueError(f"glossary.toml has no {', '.join(sorted(unknown))}.")
    return tuple(glossary()[each] for each in ids)


def without_terms(markdown: str) -> str:
    """The same text where nothing can be tapped, such as in a downloaded notebook."""
    return _LINK.sub(r"\1", markdown)


def render_link(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A rule of the Markdown renderer: a word to be tapped is a button that opens its card."""
    token = tokens[index]
    if token.nesting == 1 and (id_ := _term_of(token)):
        closing = next(each for each in tokens[index:] if each.type == "link_close")
        closing.meta["term"] = id_
        return f'<button type="button" class="term" popovertarget="term-{id_}">'
    if token.meta.get("term"):
        return "</button>"
    return renderer.renderToken(tokens, index, options, env)


def _term_of(token: Token) -> str:
    href = str(token.attrGet("href") or "")
    return href.removeprefix(_SCHEME) if href.startswith(_SCHEME) else ""
