"""The clock on the wall is set, or the machine sleeps: nothing takes what is an hour off for an hour's time."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from lessons.classroom.checks.pool import CheckPool, CheckSettings
from lessons.classroom.clock import Clock
from lessons.classroom.limits import LimitSettings
from lessons.classroom.models import Act, WrongCodes
from lessons.classroom.people.guessing import wait_after_wrong_code_s
from lessons.classroom.perform import perform
from lessons.classroom.settling import say_alive
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.loader import all_exercises
from tests.waiting import wait_for

HOUR = timedelta(hours=1)


def test_a_jump_is_noticed_once_whichever_way_it_goes_and_seconds_that_pass_are_none():
    wall, passed = [1000.0], [0.0]
    clock = Clock(on_the_wall=lambda: wall[0], passed=lambda: passed[0])

    def after(on_the_wall: float, really: float) -> bool:
        wall[0], passed[0] = wall[0] + on_the_wall, passed[0] + really
        return clock.has_jumped()

    assert not after(30, 30)
    assert after(3630, 30)
    assert not after(30, 30)
    assert after(-7170, 30)
    assert not after(31, 30)
    assert after(7200, 0)  # as after a sleep, in which nothing passes


@pytest.mark.django_db
def test_what_seems_to_be_still_to_come_keeps_nobody_from_acting(alice):
    for _ in range(LimitSettings().most_acts):
        Act.objects.create(
            member=alice, kind="produce", fields={}, state=Act.State.DONE, started_at=timezone.now() + HOUR
        )
    action = SubmitAnswers(exercise=all_exercises()[0].id, answers={})
    assert perform(alice, action, act_id=uuid4()).state == Act.State.DONE


@pytest.mark.django_db(transaction=True)
def test_wrong_codes_of_an_hour_that_is_still_to_come_are_forgotten():
    WrongCodes.objects.create(key="address:10.0.0.9", count=1_000_000, window_began_at=timezone.now() + HOUR)
    assert wait_after_wrong_code_s("10.0.0.9") == 0


@pytest.mark.usefixtures("kafka")
@pytest.mark.django_db(transaction=True)
def test_after_a_jump_other_processes_may_say_first_that_their_consumers_run(alice, own_process):
    fields = {"topic": "test1p", "group_id": "g"}
    act = Act.objects.create(
        member=alice, kind="consume", fields=fields, started_at=timezone.now() - HOUR, alive_at=timezone.now() - HOUR
    )
    looks: list[str] = []

    class Jumped(Clock):
        def has_jumped(self) -> bool:
            looks.append(Act.objects.get(pk=act.pk).state)
            if len(looks) == 1:
                return True
            say_alive([act.pk])  # as the other process does meanwhile
            return False

    pool = CheckPool(own_process.snapshots, CheckSettings(threads=1, cut_acts_every_s=0.2), clock=Jumped())
    pool.start()
    try:
        wait_for(lambda: len(looks) >= 4)
    finally:
        pool.close()
    assert set(looks) == {Act.State.RUNNING}
