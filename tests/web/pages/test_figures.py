"""Drawings in lessons: rendered from their templates, in the page's own colours, with words that say the same."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from lessons.course.loader import lessons

FIGURES = [(lesson.slug, block.name) for lesson in lessons() for block in lesson.blocks if block.kind == "figure"]


@pytest.mark.parametrize(("slug", "name"), FIGURES)
def test_a_figure_has_its_words_and_no_colours_of_its_own(slug: str, name: str):
    drawn = render_to_string(f"figures/{name}.html")
    words = re.search(r'<figcaption id="([\w-]+)">', drawn)
    assert words
    assert f'aria-labelledby="{words[1]}"' in drawn
    assert not re.search(r"\b(style|fill|stroke)=", drawn)


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize(("slug", "name"), FIGURES)
def test_a_figure_stands_in_its_lesson(slug: str, name: str, alice, alice_client):
    page = alice_client.get(reverse("lesson", args=[alice.klass.slug, slug])).content.decode()
    assert f'id="figure-{name}"' in page
