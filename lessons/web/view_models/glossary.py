"""The cards of a lesson's words that can be tapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lessons.course.glossary import Term
from lessons.course.loader import Lesson, lessons


@dataclass(frozen=True)
class TermCard:
    """A word, and the lesson that explains it; without a title where that lesson could not be loaded."""

    term: Term
    lesson: str = ""
    url: str = ""


def term_cards(lesson: Lesson, url_of: Callable[[Lesson], str]) -> list[TermCard]:
    by_slug = {each.slug: each for each in lessons()}
    return [_card(term, by_slug.get(term.lesson), url_of) for term in lesson.terms]


def _card(term: Term, lesson: Lesson | None, url_of: Callable[[Lesson], str]) -> TermCard:
    return TermCard(term, lesson.title, url_of(lesson)) if lesson else TermCard(term)
