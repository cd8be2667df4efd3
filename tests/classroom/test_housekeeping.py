"""What nobody needs any more is deleted by the app itself; nobody's work ever is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from lessons.classroom.housekeeping import TIDY, Housekeeping, HousekeepingSettings
from lessons.classroom.models import Act, Attempt, Chore, Observation, WrongCodes
from lessons.classroom.people.tokens import make_token
from lessons.classroom.process import Process, ProcessSettings
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def old_rows(now):
    for number in range(5):
        Session.objects.create(session_key=f"old{number}", session_data="", expire_date=now - HOUR)
        WrongCodes.objects.create(key=f"address:old{number}", count=1, window_began_at=now - HOUR)
    Session.objects.create(session_key="lives", session_data="", expire_date=now + HOUR)
    WrongCodes.objects.create(key="address:new", count=1, window_began_at=now)


def left() -> tuple[set[str], set[str]]:
    keys = Session.objects.values_list("session_key", flat=True)
    return set(keys), set(WrongCodes.objects.values_list("key", flat=True))


@pytest.mark.usefixtures("old_rows")
def test_a_process_that_starts_deletes_what_has_expired_and_no_work(classroom, now):
    alice = classroom.alice
    Act.objects.create(member=alice, kind="create-topic", fields={}, state="done", settled_at=now - 1000 * HOUR)
    seen = Observation.objects.create(member=alice, exercise="a", version=1, data={}, observed_at=now - 1000 * HOUR)
    Attempt.objects.create(member=alice, exercise="a", observation=seen, state="done", check_hash="0")
    token, _ = make_token(alice, "script", days=-1)
    starting = Process(ProcessSettings(housekeeping=HousekeepingSettings(first_after=timedelta(0))))
    try:
        starting.checks.start()
        wait_for(lambda: left() == ({"lives"}, {"address:new"}))
    finally:
        starting.close()
    assert (Act.objects.count(), Observation.objects.count(), Attempt.objects.count()) == (1, 1, 1)
    token.refresh_from_db()


@pytest.mark.usefixtures("old_rows")
def test_few_at_a_time_and_what_is_too_much_the_next_time(now):
    keeper = Housekeeping(HousekeepingSettings(at_once=2, most=3))
    keeper.tidy(now)
    assert [len(keys) for keys in left()] == [2, 2]  # of six each
    keeper.tidy(now)
    assert [len(keys) for keys in left()] == [1, 1]


def test_one_of_several_processes_has_the_work_and_the_next_one_when_it_is_time_again(now):
    together = Barrier(4)

    def ask(moment) -> bool:
        try:
            together.wait(10)
            return Housekeeping()._is_ours(moment)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        for moment in (now, now + HOUR / 2, now + HOUR):
            won = list(threads.map(ask, [moment] * 4))
            assert won.count(True) == (0 if moment == now + HOUR / 2 else 1)
    assert Chore.objects.get(pk=TIDY).begun_at == now + HOUR
