from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from lessons.classroom import process
from lessons.classroom.models import Act
from lessons.cluster import groups
from lessons.cluster.consume import membership
from lessons.cluster.groups import Group
from tests.conftest import Classroom
from tests.waiting import PATIENCE_S
from tests.web.sockets.conftest import Room


async def group(room: Room, group_id: str = "g") -> Group:
    return await asyncio.to_thread(groups.describe_group, room.namespace, group_id)


async def act(room: Room) -> Act:
    return await Act.objects.aget(member=room.alice, kind="consume")


async def test_a_consumer_starts_is_assigned_gets_records_and_stops_with_what_was_committed(room: Room) -> None:
    await room.send("1", "2", "3")
    tab = await room.consume()
    await tab.until_rows(3)
    tab.say("ack", positions={"0": 3})
    tab.say("stop")
    stopped = await tab.until_kind("stopped")
    assert tab.kinds[:3] == ["started", "assigned", "records"]
    assert tab.last("assigned")["partitions"] == [{"topic": "test1p", "partition": 0, "offset": 0}]
    assert stopped["committed"] == {"0": 3}
    await tab.close()
    settled = await act(room)
    assert settled.state == Act.State.DONE
    assert settled.lesson == "consuming"
    assert settled.answer["data"]["delivered"] == 3
    assert settled.answer["data"]["committed"] == {"0": 3}


async def test_one_that_commits_by_hand_commits_when_it_is_told_to(room: Room) -> None:
    await room.send("1", "2", "3")
    tab = await room.consume(enable_auto_commit=False)
    await tab.until_rows(3)
    tab.say("ack", positions={"0": 2})
    tab.say("commit")
    assert (await tab.until_kind("committed"))["committed"] == {"0": 2}
    tab.say("ack", positions={"0": 3})
    tab.say("stop")
    assert (await tab.until_kind("stopped"))["committed"] == {"0": 2}


async def test_one_that_is_killed_leaves_its_group_as_it_was_and_the_act_says_so(room: Room) -> None:
    await room.send("1", "2", "3")
    tab = await room.consume(enable_auto_commit=False, session_timeout_ms=60_000)
    await tab.until_rows(3)
    tab.say("ack", positions={"0": 3})
    tab.say("kill")
    stopped = await tab.until_kind("stopped")
    assert (stopped["killed"], stopped["committed"]) == (True, {})
    left = await group(room)
    assert (len(left.members), left.lags[0].committed) == (1, None)
    tab.say("start", act_id=str(uuid4()), topic="test1p", group_id="another")
    await tab.until(lambda: tab.kinds.count("assigned") == 2)
    await tab.close()
    settled = await Act.objects.filter(member=room.alice, kind="consume").order_by("started_at").afirst()
    assert settled.state == Act.State.DONE
    assert "then the consumer was killed" in settled.answer["words"]


async def test_the_same_socket_can_start_again_and_goes_on_at_the_committed_offset(room: Room) -> None:
    await room.send("1", "2", "3")
    tab = await room.consume()
    await tab.until_rows(3)
    tab.say("ack", positions={"0": 2})
    tab.say("stop")
    await tab.until_kind("stopped")
    tab.say("start", act_id=str(uuid4()), topic="test1p", group_id="g")
    tab.say("grant", records=10)
    await tab.until_rows(4)
    assert tab.rows == [(0, 0), (0, 1), (0, 2), (0, 2)]


async def test_a_consumer_that_is_to_stop_after_so_many_records_gets_no_more_and_stops_once_they_are_shown(
    room: Room,
) -> None:
    await room.send(*map(str, range(9)))
    tab = await room.consume(stop_after=4)
    await tab.until_rows(4)
    tab.say("grant", records=100)
    tab.say("ack", positions={"0": 3})
    tab.say_text("{}")  # answered after the acknowledgment was heard
    await tab.until_kind("problem")
    assert "stopped" not in tab.kinds
    tab.say("ack", positions={"0": 4})
    stopped = await tab.until_kind("stopped")
    assert stopped["committed"] == {"0": 4}
    assert tab.rows == [(0, offset) for offset in range(4)]
    await tab.close()
    settled = await act(room)
    assert (settled.fields["stop_after"], settled.answer["data"]["delivered"]) == (4, 4)


@pytest.mark.parametrize("count", [0, -1])
async def test_a_consumer_that_is_to_stop_before_it_begins_is_refused(room: Room, count: int) -> None:
    tab = await room.consume(stop_after=count)
    assert "stop_after" in (await tab.until_kind("problem"))["words"]
    assert not await Act.objects.filter(member=room.alice).aexists()


@pytest.mark.parametrize("end", ["close", "crash", "kill"])
async def test_however_a_socket_ends_its_consumer_has_left_the_group_within_5_seconds(room: Room, end: str) -> None:
    await room.send("1", "2")
    tab = await room.consume()
    await tab.until_rows(2)
    tab.say("ack", positions={"0": 1})
    tab.say_text("{}")  # answered after the acknowledgment was heard
    await tab.until_kind("problem")
    assert len((await group(room)).members) == 1
    await getattr(tab, end)()
    async with asyncio.timeout(PATIENCE_S):
        while (await group(room)).members:  # noqa: ASYNC110 - a broker is asked, and tells nobody by itself
            await asyncio.sleep(0.05)
    assert [lag.committed for lag in (await group(room)).lags] == [1]
    async with asyncio.timeout(PATIENCE_S):
        while (await act(room)).state == Act.State.RUNNING:  # noqa: ASYNC110 - so is a row
            await asyncio.sleep(0.05)


async def test_a_page_that_was_cut_off_and_comes_back_has_its_partitions_again(room: Room) -> None:
    await room.send("1", "2")
    tab = await room.consume()
    await tab.until_rows(2)
    await tab.crash()
    again = await room.consume()
    await again.until(lambda: any(frame.get("partitions") for frame in again.frames if frame["type"] == "assigned"))
    await again.until_rows(2)


async def test_without_credit_nothing_comes_and_nothing_is_left_out(room: Room) -> None:
    await room.send(*map(str, range(30)))
    tab = await room.consume(credit=0)
    await tab.until_kind("assigned")
    for granted in (10, 20, 30):
        tab.say("grant", records=10)
        await tab.until_rows(granted)
        assert len(tab.rows) == granted
    assert tab.rows == [(0, offset) for offset in range(30)]


async def test_a_second_member_of_the_group_takes_its_share_and_the_first_is_told(room: Room) -> None:
    first = await room.consume()
    await first.until_kind("assigned")
    second = await room.consume()
    await second.until_kind("assigned")
    await first.until_kind("revoked")
    again = await first.until_kind("assigned", times=2)
    shares = [len(again["partitions"]), len(second.last("assigned")["partitions"])]
    assert sorted(shares) == [0, 1]


async def test_a_consumer_that_hung_is_told_that_it_lost_its_partitions_and_gets_its_share_anew(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked it to give them back: it did not poll for longer than max.poll.interval.ms."""
    monkeypatch.setattr(membership, "MAX_POLL_INTERVAL_MS", 6000)
    await room.send("1", "2")
    tab = await room.consume()
    await tab.until_rows(2)
    tab.say("ack", positions={"0": 1})
    await until_group(room, lambda found: [lag.committed for lag in found.lags] == [1])
    [running] = process.current().unsettled
    goes_on = threading.Event()
    running._group_member._commands.put(lambda: goes_on.wait(PATIENCE_S))
    await until_group(room, lambda found: not found.members)
    assert "revoked" not in tab.kinds
    goes_on.set()

    revoked = await tab.until_kind("revoked")
    assert (revoked["lost"], revoked["partitions"]) == (True, [{"topic": "test1p", "partition": 0}])
    again = await tab.until_kind("assigned", times=2)
    assert again["partitions"] == [{"topic": "test1p", "partition": 0, "offset": 1}]
    await tab.until_rows(3)
    assert tab.rows[2] == (0, 1)
    assert tab.kinds.index("revoked") < len(tab.kinds) - 1 - tab.kinds[::-1].index("assigned")
    tab.say("stop")
    assert (await tab.until_kind("stopped"))["committed"] == {"0": 1}
    await tab.close()
    assert (await act(room)).state == Act.State.DONE


async def until_group(room: Room, condition: Callable[[Group], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition(await group(room)):  # noqa: ASYNC110 - Kafka is asked
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"topic": "nowhere"}, "no topic nowhere"),
        ({"topic": ""}, "cannot be empty"),
        ({"group_id": ""}, "cannot be empty"),
        ({"auto_offset_reset": "yesterday"}, "earliest or latest"),
        ({"session_timeout_ms": 1000}, "nvalid session timeout"),
        ({"session_timeout_ms": 0}, "1 to 3600000"),
        ({"session_timeout_ms": 10**12}, "1 to 3600000"),
    ],
)
async def test_a_wrong_value_is_answered_in_words_and_the_socket_stays_usable(
    room: Room, wrong: dict[str, Any], words: str
) -> None:
    tab = await room.consume(**wrong)
    problem = await tab.until_kind("problem")
    assert words in problem["words"]
    assert room.namespace.prefix not in problem["words"]
    await tab.until_kind("stopped")
    await room.send("1")
    tab.say("start", act_id=str(uuid4()), topic="test1p", group_id="g")
    tab.say("grant", records=10)
    await tab.until_rows(1)


async def test_a_refusal_of_kafka_is_what_the_act_says(room: Room) -> None:
    tab = await room.consume(session_timeout_ms=1000)
    await tab.until_kind("stopped")
    await tab.close()
    settled = await act(room)
    assert settled.state == Act.State.REFUSED
    assert "session" in settled.answer["why"]


async def test_a_double_click_is_one_consumer(room: Room) -> None:
    act_id = str(uuid4())
    tab = await room.consume(act_id=act_id)
    tab.say("start", act_id=act_id, topic="test1p", group_id="g")
    problem = await tab.until_kind("problem")
    assert problem["code"] == "RUNNING_ALREADY"
    await tab.until_kind("assigned")
    other = await room.consume(act_id=act_id)
    problem = await other.until_kind("problem")
    assert problem["code"] == "DONE_ALREADY"
    assert await Act.objects.filter(member=room.alice).acount() == 1


async def test_an_act_id_of_somebody_else_is_refused(room: Room, classroom: Classroom) -> None:
    theirs = await Act.objects.acreate(member=classroom.bob, kind="consume", fields={})
    tab = await room.consume(act_id=str(theirs.pk))
    problem = await tab.until_kind("problem")
    assert problem["code"] == "ACT_ID_TAKEN"


async def test_a_topic_deleted_and_created_again_under_its_consumer_is_told_and_it_goes_on(room: Room) -> None:
    await room.send("old 0", "old 1")
    tab = await room.consume()
    await tab.until_rows(2)
    tab.say("ack", positions={"0": 2})
    await room.delete()
    await tab.until_kind("topic_deleted")
    await room.create()
    await room.send("new 0", "new 1", "new 2")
    await tab.until_kind("topic_recreated")
    await tab.until(lambda: {"new 0", "new 1", "new 2"} <= {record["value"]["text"] for record in tab.records})


async def test_a_stranger_gets_no_consumer(room: Room, classroom: Classroom) -> None:
    tab = room.open("consume", user=classroom.charlie.user)
    await tab.until(lambda: tab.code is not None)
    assert tab.code == 4404


@pytest.mark.parametrize(
    "forged",
    [
        '{"type": "start"}',
        '{"type": "start", "act_id": "no uuid", "topic": "test1p", "group_id": "g"}',
        '{"type": "start", "act_id": "6c1b8b56-0e0f-4f7e-9d5a-0c6a3a9f4c55", "topic": "test1p", "group_id": null}',
        '{"type": "start", "act_id": "6c1b8b56-0e0f-4f7e-9d5a-0c6a3a9f4c55", "topic": "a", "group_id": "g", "lesson": "\\u0000"}',
        '{"type": "ack", "positions": {"0": "5"}}',
        '{"type": "ack", "positions": {"0": 99999999999999999999}}',
        '{"type": "watch", "topic": "test1p"}',
        "{",
    ],
)
async def test_a_forged_frame_is_answered_and_the_consumer_goes_on(room: Room, forged: str) -> None:
    tab = await room.consume()
    await tab.until_kind("assigned")
    tab.say_text(forged)
    problem = await tab.until_kind("problem")
    assert problem["code"] == "FORGED_FRAME"
    await room.send("still here")
    await tab.until_rows(1)


async def test_acknowledging_more_than_was_delivered_commits_what_was(room: Room) -> None:
    await room.send("1", "2")
    tab = await room.consume()
    await tab.until_rows(2)
    tab.say("ack", positions={"0": 2**62, "999": 3})
    tab.say("stop")
    assert (await tab.until_kind("stopped"))["committed"] == {"0": 2}
