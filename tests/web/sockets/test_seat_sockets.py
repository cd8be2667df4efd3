"""A student's lesson as those see it who teach or grade: live, and without doing anything in the student's name."""

from __future__ import annotations

from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from lessons.classroom.models import Attempt, Member
from lessons.classroom.perform import perform
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import get_lesson
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.test_live_page import parts, until_part

EXERCISE = "exercise-creating-topics-three-topics"


LESSON, WATCH = "live/seat-lesson?lesson=creating-topics", "watch?"
STAGE = "live/stage?lesson=producing"


def address(seat: Member | str, kind: str) -> str:
    return f"{kind}&seat={seat if isinstance(seat, str) else seat.slug}"


@pytest.mark.parametrize("who", ["ines", "greta"])
async def test_they_see_what_the_student_does_and_kafkas_answer_and_check_nothing_by_looking(
    room: Room, classroom: Classroom, who: str
) -> None:
    tab = room.open(address(room.alice, LESSON), user=getattr(classroom, who).user)
    await until_part(tab, "part-topics", "test1p")
    assert not await Attempt.objects.filter(member=room.alice).aexists()
    await database_sync_to_async(perform, thread_sensitive=False)(
        room.alice, CreateTopic(name="test2p"), act_id=uuid4(), lesson="creating-topics"
    )
    await until_part(tab, "part-topics", "test2p")
    await tab.until(lambda: any("test2p" in html and "answer ok" in html for html in parts(tab).values()))
    drawn = "".join(parts(tab).values())
    assert "action=" not in drawn
    assert "hx-post" not in drawn


async def test_a_verdict_that_the_students_page_brings_comes_to_theirs_too(room: Room, classroom: Classroom) -> None:
    tab = room.open(address(room.alice, LESSON), user=classroom.ines.user)
    await tab.until(lambda: EXERCISE in parts(tab))
    assert "Not yet" not in parts(tab)[EXERCISE]
    room.open("live/lesson?lesson=creating-topics")
    await until_part(tab, EXERCISE, "Not yet")


async def test_the_lessons_beside_it_follow_what_the_student_does(room: Room, classroom: Classroom) -> None:
    tab = room.open(address(room.alice, LESSON), user=classroom.ines.user)
    await until_part(tab, "part-rail", '<li class="open here">')
    await database_sync_to_async(perform, thread_sensitive=False)(
        room.alice, CreateTopic(name="test2p"), act_id=uuid4(), lesson="creating-topics"
    )
    await until_part(tab, "part-rail", '<li class="begun here">')
    for exercise in get_lesson("creating-topics").exercises:
        await Attempt.objects.acreate(member=room.alice, exercise=exercise.id, state=Attempt.State.DONE)
    await until_part(tab, "part-rail", '<li class="done here">')
    links = parts(tab)["part-rail"]
    assert f"/seats/{room.alice.slug}/lessons/producing/" in links
    assert f"/c/{classroom.klass.slug}/lessons/" not in links


async def test_on_the_wall_they_have_the_students_stage_or_their_own(room: Room, classroom: Classroom) -> None:
    theirs = room.open(address(room.alice, STAGE), user=classroom.greta.user)
    own = room.open(STAGE, user=classroom.greta.user)
    await until_part(theirs, "part-stage", '"is_there": true')
    await until_part(own, "part-stage", '"is_there": false')
    assert {*parts(theirs), *parts(own)} == {"part-stage"}


async def test_they_watch_the_students_records(room: Room, classroom: Classroom) -> None:
    await room.send("1", "2")
    tab = room.open(address(room.alice, WATCH), user=classroom.greta.user)
    tab.say("watch", topic="test1p")
    tab.say("grant", records=10)
    await tab.until_rows(2)


@pytest.mark.parametrize("kind", [LESSON, WATCH, STAGE])
async def test_students_strangers_and_made_up_seats_are_closed_as_if_there_were_nothing(
    room: Room, classroom: Classroom, kind: str
) -> None:
    tabs = [
        room.open(address(room.alice, kind), user=user)
        for user in (classroom.alice.user, classroom.bob.user, classroom.charlie.user, AnonymousUser())
    ]
    for slug in ("0000", classroom.ines.slug, classroom.charlie.slug):
        tabs.append(room.open(address(slug, kind), user=classroom.ines.user))
    if kind == LESSON:
        tabs.append(room.open(address(room.alice, "live/seat-lesson?lesson=no-such-lesson"), user=classroom.ines.user))
    for tab in tabs:
        tab.say("watch", topic="test1p")
        await tab.until(lambda tab=tab: tab.code == 4404)
        assert tab.frames == []


@pytest.mark.parametrize("kind", [LESSON, WATCH, STAGE])
@pytest.mark.parametrize("removed", ["alice", "ines"])
async def test_it_closes_by_itself_when_the_student_or_the_one_who_looks_was_removed(
    room: Room, classroom: Classroom, kind: str, removed: str
) -> None:
    tab = room.open(address(room.alice, kind), user=classroom.ines.user)
    stays = room.open(address(classroom.bob, kind), user=classroom.greta.user)
    tab.say("watch", topic="test1p")
    await tab.until(lambda: tab.frames)
    gone = getattr(classroom, removed)
    await Member.objects.filter(pk=gone.pk).aupdate(removed_at=timezone.now())
    await tab.until(lambda: tab.code)
    assert (tab.code, stays.code) == (4404, None)
    again = room.open(address(room.alice, kind), user=classroom.ines.user)
    await again.until(lambda: again.code == 4404)
