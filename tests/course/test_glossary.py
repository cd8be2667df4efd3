"""Words that can be tapped: each was explained in a lesson before, and none is in the list for nothing."""

from __future__ import annotations

import pytest

from lessons.course import loader
from lessons.course.glossary import glossary, terms_in, without_terms


def test_a_word_can_be_tapped_only_after_the_lesson_that_explains_it() -> None:
    numbers = {lesson.slug: lesson.number for lesson in loader.lessons()}
    early = [
        (lesson.slug, term.id)
        for lesson in loader.lessons()
        for term in lesson.terms
        if numbers[term.lesson] >= lesson.number
    ]
    assert early == []


def test_every_word_of_the_list_can_be_tapped_somewhere() -> None:
    used = {term.id for lesson in loader.lessons() for term in lesson.terms}
    assert used == set(glossary())


def test_it_is_a_button_on_the_page_and_a_plain_word_in_a_notebook() -> None:
    text = "The [in-sync replicas](term:isr), and [a page](https://example.org)."
    assert loader.render(text) == (
        '<p>The <button type="button" class="term" popovertarget="term-isr">in-sync replicas</button>, and '
        '<a href="https://example.org">a page</a>.</p>\n'
    )
    assert without_terms(text) == "The in-sync replicas, and [a page](https://example.org)."


def test_a_word_that_the_list_does_not_have_is_an_authors_mistake() -> None:
    with pytest.raises(ValueError, match=r"glossary\.toml has no quorum"):
        terms_in("The [quorum](term:quorum)")
