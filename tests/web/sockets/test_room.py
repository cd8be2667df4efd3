"""The class's room on its socket: what changed, and nothing else."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser

from lessons.classroom.people.seats import take_seat
from lessons.course.loader import all_exercises
from tests.classroom.test_overview import TWO, attempt
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_live_page import parts, until_part


def part_names(tab, *, after: int = 0) -> set[str]:
    return {name for frame in tab.frames[after:] if frame["type"] == "parts" for name in frame["parts"]}


async def test_the_whole_table_comes_once_and_then_only_the_rows_that_changed(room: Room, classroom: Classroom) -> None:
    tab = room.open("live/room", user=classroom.ines.user)
    await until_part(tab, "part-progress-table", "Bob")
    first = len(tab.frames)
    row = f"seat-row-{classroom.alice.slug}"
    await sync_to_async(attempt, thread_sensitive=False)(room.alice, TWO, "done")
    await until_part(tab, row, 'class="done')
    assert part_names(tab, after=first) & {"part-progress-table", f"seat-row-{classroom.bob.slug}"} == set()
    assert parts(tab)[row].count("<td") == len(all_exercises())


async def test_who_joins_comes_with_a_new_table(room: Room, classroom: Classroom) -> None:
    tab = room.open("live/room", user=classroom.greta.user)
    await until_part(tab, "part-progress-table", "Bob")
    await sync_to_async(take_seat, thread_sensitive=False)(classroom.klass, "Dora")
    await until_part(tab, "part-progress-table", "Dora")
    await until_part(tab, "part-progress-summary", "3 students")


async def test_students_and_strangers_are_closed_as_if_there_were_no_such_class(
    room: Room, classroom: Classroom
) -> None:
    for user in (classroom.alice.user, classroom.charlie.user, AnonymousUser()):
        tab = room.open("live/room", user=user)
        await tab.until(lambda tab=tab: tab.code is not None)
        assert (tab.code, tab.frames) == (4404, [])
