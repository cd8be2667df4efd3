"""The class's feed on the sockets of those who teach it or grade it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from lessons.classroom import process
from lessons.classroom.messages.announcements import announce
from lessons.classroom.messages.hands import raise_hand, reply
from lessons.classroom.models import Act
from lessons.classroom.people.seats import share_feed
from lessons.classroom.perform import perform
from lessons.classroom.settling import find_out
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import get_lesson
from tests.conftest import Classroom
from tests.waiting import PATIENCE_S
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab


def open_feed(room: Room, user: object, *, start: Any = "beginning") -> Tab:
    tab = room.open("feed", user=user)
    tab.say("watch", topic="feed", **{"from": start})
    tab.say("grant", records=500)
    return tab


async def do(act: Callable[..., Any], *args: Any, **named: Any) -> Any:
    return await database_sync_to_async(act, thread_sensitive=False)(*args, **named)


async def create(room: Room, name: str) -> Act:
    action = CreateTopic(name=name)
    act = await database_sync_to_async(perform, thread_sensitive=False)(room.alice, action, act_id=uuid4())
    async with asyncio.timeout(PATIENCE_S):
        while act.feed_offset is None:
            await act.arefresh_from_db()
    return act


def told(tab: Tab) -> list[tuple[int, dict[str, Any]]]:
    return [(record["offset"], json.loads(record["value"]["text"])) for record in tab.records]


@pytest.mark.parametrize("who", ["ines", "greta"])
async def test_an_act_comes_with_its_answer_also_when_it_is_the_first_of_the_class(
    room: Room, classroom: Classroom, who: str
) -> None:
    tab = open_feed(room, getattr(classroom, who).user)
    await tab.until_kind("waiting")
    act = await create(room, "test2p")
    await tab.until_rows(1)
    [(offset, body)] = told(tab)
    assert offset == act.feed_offset == 0
    assert (body["id"], body["seat"], body["state"]) == (str(act.id), room.alice.slug, "done")
    assert body["line"] == act.told == "created test2p with 1 partition, 1 replica"
    assert body["answer"] == act.answer["words"] != ""


async def test_a_refusal_comes_in_kafkas_words(room: Room, classroom: Classroom) -> None:
    tab = open_feed(room, classroom.ines.user)
    act = await create(room, "bad name!")
    await tab.until_rows(1)
    [(_, body)] = told(tab)
    assert (body["state"], body["answer"]) == ("refused", act.answer["words"][:500])
    assert body["line"] == "was refused: creating bad name! with 1 partition, 1 replica"


async def test_who_comes_late_gets_the_history_and_then_what_comes(room: Room, classroom: Classroom) -> None:
    before = [await create(room, name) for name in ("a", "b", "c")]
    tab = open_feed(room, classroom.ines.user, start=1)
    await tab.until_rows(2)
    after = await create(room, "d")
    await tab.until_rows(3)
    assert [(offset, body["id"]) for offset, body in told(tab)] == [
        (1, str(before[1].id)),
        (2, str(before[2].id)),
        (3, str(after.id)),
    ]


async def test_whatever_topic_is_named_it_is_the_feed(room: Room, classroom: Classroom) -> None:
    act = await create(room, "test2p")
    tab = room.open("feed", user=classroom.ines.user)
    tab.say("watch", topic="test1p")
    tab.say("grant", records=10)
    await tab.until_rows(1)
    assert told(tab)[0][1]["id"] == str(act.id)


async def test_what_was_not_known_is_told_again_when_it_is_settled_under_the_same_id(
    room: Room, classroom: Classroom
) -> None:
    act = Act(id=uuid4(), member=room.alice, kind="create-topic", fields={"name": "test1p"}, state=Act.State.UNKNOWN)
    act.settled_at = timezone.now()
    await act.asave()
    tab = open_feed(room, classroom.ines.user)
    await do(process.current().outbox.publish_unsent, room.alice.klass)
    await tab.until_rows(1)
    await do(find_out, room.alice)  # Alice's test1p is there
    await tab.until_rows(2)
    (_, before), (_, after) = told(tab)
    assert before["id"] == after["id"] == str(act.id)
    assert (before["state"], after["state"]) == ("unknown", "done")


async def test_a_refusal_says_who_refused(room: Room, classroom: Classroom) -> None:
    tab = open_feed(room, classroom.ines.user)
    await create(room, "bad name!")
    await create(room, "..")
    await tab.until_rows(2)
    assert [body["speaker"] for _, body in told(tab)] == ["Kafka", "This app"]


async def test_a_hand_is_told_without_its_words_and_again_when_it_is_answered(room: Room, classroom: Classroom) -> None:
    tab = open_feed(room, classroom.ines.user)
    hand = await do(raise_hand, room.alice, get_lesson("producing"), words="for Ines alone")
    await tab.until_rows(1)
    await do(reply, hand, classroom.greta, "for Alice alone")
    await tab.until_rows(2)
    raised, answered = (body for _, body in told(tab))
    assert (raised["kind"], raised["seat"], raised["lesson"]) == ("hand", room.alice.slug, "producing")
    assert (raised["state"], answered["state"]) == ("raised", "answered")
    assert raised["id"] != answered["id"]
    assert "alone" not in str(tab.frames)
    assert "Alice" not in str(tab.frames)


async def test_words_to_everybody_are_told_once(room: Room, classroom: Classroom) -> None:
    tab = open_feed(room, classroom.greta.user)
    await do(announce, classroom.ines, "Five more minutes", lesson="producing")
    await do(process.current().outbox.publish_unsent, room.alice.klass)
    await create(room, "test2p")
    await tab.until_rows(2)
    said = told(tab)[0][1]
    assert (said["kind"], said["line"], said["lesson"]) == ("announcement", "Five more minutes", "producing")
    assert told(tab)[1][1]["kind"] == "act"


async def test_students_see_the_feed_while_it_is_shared_and_their_sockets_close_by_themselves_when_it_is_not(
    room: Room, classroom: Classroom
) -> None:
    klass = classroom.klass
    await do(share_feed, klass, classroom.ines, shared=True)
    bob, ines = open_feed(room, classroom.bob.user), open_feed(room, classroom.ines.user)
    await create(room, "test2p")
    await bob.until_rows(1)
    await do(share_feed, klass, classroom.ines, shared=False)
    await bob.until(lambda: bob.code)
    assert (bob.code, ines.code) == (4404, None)


async def test_students_and_strangers_are_closed_as_if_there_were_no_such_class(
    room: Room, classroom: Classroom
) -> None:
    await create(room, "test2p")
    for user in (classroom.alice.user, classroom.bob.user, classroom.charlie.user, AnonymousUser()):
        tab = open_feed(room, user)
        await tab.until(lambda tab=tab: tab.code is not None)
        assert (tab.accepted, tab.code, tab.frames) == (True, 4404, [])


@pytest.mark.parametrize("name", ["x" * 300, "\U0001f986" * 60, "\u0001" * 40], ids=["long", "wide", "escaped"])
async def test_a_line_that_is_too_long_for_a_row_is_cut_and_still_a_record(
    room: Room, classroom: Classroom, name: str
) -> None:
    tab = open_feed(room, classroom.ines.user)
    act = await create(room, name)
    await Act.objects.filter(pk=act.pk).aupdate(feed_offset=None, answer={"words": "\U0001f986" * 500})
    await do(process.current().outbox.publish_unsent, room.alice.klass)
    await tab.until_rows(2)
    for _, body in told(tab):
        assert (body["id"], body["seat"], body["state"]) == (str(act.id), room.alice.slug, "refused")
    assert body["answer"].endswith("\U0001f986…")
