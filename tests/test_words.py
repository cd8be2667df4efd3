"""The layers that know no Django are translated all the same."""

from __future__ import annotations

import pytest

from lessons import words
from lessons.cluster import counted
from lessons.cluster.refusals import Refusal


@pytest.fixture
def bracketed(monkeypatch):
    """A language that is English in brackets."""
    monkeypatch.setattr(words, "_translate", "[{}]".format)
    monkeypatch.setattr(words, "_translate_plural", lambda one, many, number: f"[{one if number == 1 else many}]")


@pytest.fixture
def no_translator(monkeypatch):
    monkeypatch.setattr(words, "_translate", None)
    monkeypatch.setattr(words, "_translate_plural", None)


@pytest.mark.usefixtures("no_translator")
def test_without_a_translator_the_words_are_english():
    assert Refusal.BROKER_DOWN.error(asked="Stop", broker=2).advice == "Start it first."
    assert [counted.partitions(number) for number in (0, 1, 2)] == ["0 partitions", "1 partition", "2 partitions"]


@pytest.mark.usefixtures("bracketed")
def test_a_refusal_is_said_in_the_language_of_who_reads_it():
    error = Refusal.BROKER_DOWN.error(asked="Stop", broker=2)
    assert error.advice == "[Start it first.]"
    assert error.said.startswith("[[This app] answered: [Broker 2 was stopped")
    assert counted.records(2) == "[2 records]"


def test_django_translates_once_the_app_is_ready():
    assert words._translate.__module__.startswith("django.utils.translation")


def test_the_empty_text_is_not_translated(monkeypatch):
    monkeypatch.setattr(words, "_translate", lambda text: text or "Project-Id-Version: …")
    assert words._("") == ""
