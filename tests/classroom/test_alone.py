"""Who may stop a broker: an instructor, and a student whom nobody else is there to notice it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import Http404
from django.utils import timezone

from lessons.classroom.access import get_action, may_do
from lessons.classroom.people.seats import take_seat
from lessons.course import own_brokers
from lessons.course.acts.stop_broker import StopBroker


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings, classroom):
    """Alice is the only student, on a machine that nobody else reaches, with brokers of its own."""
    monkeypatch.setattr(own_brokers, "_data_dir", tmp_path)
    settings.ONLY_THIS_MACHINE = True
    for other in (classroom.bob, classroom.charlie):
        other.removed_at = timezone.now()
        other.save()
    return classroom


def test_a_student_who_is_alone_on_a_machine_may(alone):
    assert get_action(alone.alice, "stop-broker") is StopBroker
    assert not may_do(alone.greta, StopBroker)


def test_as_soon_as_there_is_another_one_only_an_instructor_may(alone):
    take_seat(alone.charlie.klass, "Dora")  # in whatever class: they have the same brokers
    with pytest.raises(Http404):
        get_action(alone.alice, "stop-broker")
    assert may_do(alone.ines, StopBroker)


def test_where_others_can_come_in_nobody_is_alone(alone, settings):
    settings.ONLY_THIS_MACHINE = False
    assert not may_do(alone.alice, StopBroker)


def test_brokers_of_somebody_else_nobody_may(alone, monkeypatch):
    monkeypatch.setattr(own_brokers, "_data_dir", None)
    assert not may_do(alone.alice, StopBroker)
    assert not may_do(alone.ines, StopBroker)


def test_the_lesson_says_who_does_it(alone, alice_client, settings):
    address = f"/c/{alone.klass.slug}/lessons/a-broker-goes-down/"
    assert "is for your instructor" not in alice_client.get(address).content.decode()
    settings.ONLY_THIS_MACHINE = False
    page = alice_client.get(address).content.decode()
    assert "“Stop a broker” is for your instructor" in page
    assert ">Elect the preferred leader</h2>" in page
