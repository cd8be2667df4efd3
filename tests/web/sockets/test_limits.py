"""How much one seat may have open, and that it takes nothing from the others."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from lessons.classroom.models import Act
from lessons.cluster import groups, limits
from lessons.cluster.consume import Membership
from lessons.cluster.consume.drain import read_to_end
from lessons.cluster.errors import AppRefused, KafkaRefused
from lessons.web.sockets.limits import MAX_CONSUMERS, MAX_SOCKETS
from tests.conftest import Classroom
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab


async def test_the_socket_past_the_limit_of_a_seat_is_closed_in_words_and_other_seats_come_in(
    room: Room, classroom: Classroom
) -> None:
    tabs = [room.open("watch") for _ in range(MAX_SOCKETS)]
    for tab in tabs:
        tab.say("watch", topic="test1p")
        await tab.until_kind("watching")
    for kind in ("watch", "consume", "live/cluster"):
        refused = room.open(kind)
        await refused.until(lambda tab=refused: tab.code is not None)
        assert refused.code == 4429
        assert "40 connections of yours" in refused.last("problem")["words"]
        assert refused.kinds == ["problem"]
    bob = room.open("watch", user=classroom.bob.user)
    bob.say("watch", topic="test1p")
    await bob.until_kind("waiting")


async def test_a_socket_that_ends_makes_place_for_another_also_after_a_crash(room: Room) -> None:
    tabs = [room.open("watch") for _ in range(MAX_SOCKETS)]
    for tab in tabs:
        tab.say("watch", topic="test1p")
        await tab.until_kind("watching")
    await tabs[0].crash()
    await tabs[1].close()
    for _ in range(2):
        tab = await room.watch()
        await tab.until_kind("watching")
    refused = await room.watch()
    await refused.until(lambda: refused.code == 4429)


async def test_the_consumer_past_the_limit_of_a_seat_is_refused_in_words_and_stopping_one_makes_place(
    room: Room,
) -> None:
    tabs = [await room.consume(group_id=f"g{number}") for number in range(MAX_CONSUMERS)]
    for tab in tabs:
        await tab.until_kind("assigned")
    refused = await room.consume(group_id="one-more")
    await refused.until(lambda: refused.code is not None)
    assert refused.code == 4429
    assert f"{MAX_CONSUMERS} consumers of yours" in refused.last("problem")["words"]
    assert await Act.objects.filter(member=room.alice).acount() == MAX_CONSUMERS
    with pytest.raises(KafkaRefused, match="does not exist"):
        await asyncio.to_thread(groups.describe_group, room.namespace, "one-more")
    tabs[0].say("stop")
    await tabs[0].until_kind("stopped")
    tabs[0].say("start", act_id=str(uuid4()), topic="test1p", group_id="again")
    await tabs[0].until_kind("assigned", times=2)
    still_refused = await room.consume(group_id="one-more")
    await still_refused.until(lambda: still_refused.code == 4429)


async def test_a_new_group_past_the_share_of_a_seat_is_refused_in_words_and_one_of_its_own_is_joined_still(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_GROUPS_PER_SEAT", 2)
    await room.send("1")
    for group_id in ("g0", "g1"):
        await stopped(await room.consume(group_id=group_id))
    tab = await room.consume(group_id="one-more")
    refused = await tab.until_kind("problem")
    assert refused["code"] == "TOO_MANY_GROUPS"
    assert "You have 2 consumer groups" in refused["words"]
    assert "delete one that you no longer need" in refused["words"]
    await tab.close()
    act = await Act.objects.aget(member=room.alice, fields__group_id="one-more")
    assert act.state == Act.State.REFUSED
    with pytest.raises(AppRefused, match="2 consumer groups"):  # also by the API, which reads to the end
        await asyncio.to_thread(read_to_end, Membership(room.namespace, "test1p", "one-more"))
    await (await room.consume(group_id="g1")).until_kind("assigned")
    assert {each.group_id for each in await asyncio.to_thread(groups.list_groups, room.namespace)} == {"g0", "g1"}


async def stopped(tab: Tab) -> None:
    """It has committed, so that Kafka keeps its group."""
    await tab.until_rows(1)
    tab.say("ack", positions={"0": 1})
    tab.say("stop")
    await tab.until_kind("stopped")


async def test_a_start_that_comes_to_nothing_keeps_no_place(room: Room) -> None:
    tab = room.open("consume")
    for times in range(1, MAX_CONSUMERS + 3):
        tab.say("start", act_id=str(uuid4()), topic="nowhere" if times % 2 else "", group_id="g")
        await tab.until_kind("stopped", times=times)
    tab.say("start", act_id=str(uuid4()), topic="test1p", group_id="g")
    await tab.until_kind("assigned")
