"""The clients of a program that runs in a page, as frames on its socket. tests/programs has the programs themselves."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from confluent_kafka import Consumer

from lessons.classroom.models import Act
from lessons.cluster import groups
from lessons.web.sockets.limits import MAX_CLIENTS
from tests.waiting import PATIENCE_S
from tests.web.sockets.conftest import Room
from tests.web.sockets.tab import Tab

THE_NOTEBOOKS = "kafka1:9092,kafka2:9093"
EVERYTHING = 500


class Program:
    """A page with a program, and its clients by their kind."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._ids = 0
        self.clients = 0

    async def asked(self, frame: str, /, **rest: Any) -> Any:
        self._ids += 1
        self.tab.say_text(json.dumps({"type": frame, "id": self._ids, **rest}))
        answer = lambda: next((f for f in self.tab.frames if f["type"] == "answer" and f["id"] == self._ids), None)  # noqa: E731
        await self.tab.until(answer)
        found = answer()
        assert found is not None
        return found["error"] if "error" in found else found["value"]

    async def open(self, kind: str, **config: Any) -> int:
        self.clients += 1
        settings = {
            "bootstrap.servers": THE_NOTEBOOKS,
            **{name.replace("_", "."): each for name, each in config.items()},
        }
        assert await self.asked("open", client=self.clients, kind=kind, config=settings) == {}
        return self.clients

    async def call(self, client: int, name: str, **args: Any) -> Any:
        return await self.asked("call", client=client, name=name, args=args)

    async def send(self, client: int, *values: str, topic: str = "test1p", keys: Sequence[str | None] = ()) -> None:
        pairs = zip(range(1, 1 + len(values)), values, keys or [None] * len(values), strict=True)
        records = [
            {"n": n, "topic": topic, "value": base64(value), "key": key and base64(key)} for n, value, key in pairs
        ]
        self.tab.say("produce", client=client, records=records)
        await self.tab.until(lambda: len(self.reports) >= len(values))

    @property
    def reports(self) -> list[dict[str, Any]]:
        return [report for frame in self.tab.frames if frame["type"] == "delivered" for report in frame["reports"]]


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture
async def program(room: Room) -> Program:
    return Program(room.open("program?lesson=producing"))


async def settled(room: Room, kind: str, count: int = 1) -> list[Act]:
    acts = Act.objects.filter(member=room.alice, kind=kind).exclude(state=Act.State.RUNNING).order_by("started_at")
    async with asyncio.timeout(PATIENCE_S):
        while len(found := [act async for act in acts.all()]) < count:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.05)
    return found


async def test_what_an_admin_client_changes_are_acts_and_what_it_is_told_are_kafkas_words(
    room: Room, program: Program
) -> None:
    admin = await program.open("admin")
    wanted = [{"topic": name, "num_partitions": 2, "replication_factor": 1} for name in ("test2p", "test1p")]
    answers = await program.call(admin, "create_topics", topics=wanted)
    assert answers["test2p"] is None
    assert (answers["test1p"]["code"], answers["test1p"]["text"]) == (36, "Topic 'test1p' already exists.")
    listed = await program.call(admin, "list_topics")
    assert {"test1p", "test2p", "__consumer_offsets"} <= {topic["topic"] for topic in listed["topics"]}
    assert [broker["id"] for broker in listed["brokers"]] == [1, 2, 3]
    more = [{"topic": "test2p", "new_total_count": 3}]
    assert await program.call(admin, "create_partitions", partitions=more) == {"test2p": None}
    assert await program.call(admin, "delete_topics", topics=[room.namespace.full("test2p")]) == {
        room.namespace.full("test2p"): None
    }
    done = [(act.kind, act.state) for act in await settled(room, "create-topic", 2)]
    assert done == [("create-topic", "done"), ("create-topic", "refused")]
    assert (await settled(room, "delete-topic"))[0].lesson == "producing"
    assert len(await settled(room, "list-topics")) == 1


async def test_settings_records_and_groups_are_changed_by_acts_too(room: Room, program: Program) -> None:
    await room.send("1", "2")
    admin = await program.open("admin")
    change = {"name": "retention.ms", "value": "60000", "operation": 0}
    topic = {"restype": 2, "name": "test1p", "entries": [change]}
    assert await program.call(admin, "incremental_alter_configs", resources=[topic]) == [None]
    [described] = await program.call(admin, "describe_configs", resources=[{"restype": 2, "name": "test1p"}])
    assert {entry["name"]: entry["value"] for entry in described["entries"]}["retention.ms"] == "60000"
    place = {"topic": "test1p", "partition": 0, "offset": 1}
    assert await program.call(admin, "delete_records", partitions=[place]) == [{"low_watermark": 1}]
    asked = [{"topic": name, "partition": at, "spec": -1} for name, at in (("test1p", 0), ("test1p", 7), ("none", 0))]
    found, no_partition, no_topic = await program.call(admin, "list_offsets", partitions=asked)
    assert (found["offset"], no_partition["error"]["code"], no_topic["error"]["code"]) == (2, -190, 3)
    [nowhere] = await program.call(admin, "list_offsets", partitions=asked[2:])
    assert nowhere["error"]["text"] == "Failed to query partition leaders: No leaders found"
    moved = await program.call(admin, "alter_consumer_group_offsets", groups=[{"group_id": "g", "partitions": [place]}])
    assert moved["g"]["partitions"][0]["error"] is None
    listed = await program.call(admin, "list_consumer_group_offsets", groups=[{"group_id": "g", "partitions": None}])
    assert [(each["topic"], each["offset"]) for each in listed["g"]["partitions"]] == [("test1p", 1)]
    assert await program.call(admin, "delete_consumer_groups", groups=["g"]) == {"g": None}
    kinds = ["alter-config", "delete-records", "set-offset", "delete-group"]
    assert [
        act.kind async for act in Act.objects.filter(member=room.alice, kind__in=kinds).order_by("started_at")
    ] == kinds


async def test_records_that_follow_each_other_are_one_act_with_a_report_for_each(room: Room, program: Program) -> None:
    producer = await program.open("producer")
    await program.send(producer, *"123456789")
    assert [(report["n"], report["partition"], report["offset"]) for report in program.reports] == [
        (n, 0, n - 1) for n in range(1, 10)
    ]
    [act] = await settled(room, "produce")
    assert act.fields["values"].split("\n") == [*"123456789"]
    assert [report["offset"] for report in act.answer["data"]["deliveries"]] == list(range(9))
    assert act.told == "sent 9 records to test1p"


async def test_each_record_may_have_a_key_of_its_own_and_any_bytes(room: Room, program: Program) -> None:
    producer = await program.open("producer")
    records = [
        {"n": 1, "topic": "test1p", "value": base64("a\nb"), "key": base64("one")},
        {"n": 2, "topic": "test1p", "value": b64encode(b"\xff\0").decode(), "headers": [["h", None]]},
        {"n": 3, "topic": "test1p", "value": None, "key": base64("one")},
        {"n": 4, "topic": "test1p", "value": base64("c")},
    ]
    program.tab.say("produce", client=producer, records=records)
    await program.tab.until(lambda: len(program.reports) == 4)
    acts = await settled(room, "produce", 3)
    assert sorted(act.fields["values"] for act in acts) == ["", "\\xff\\x00", "a\\nb\nc"]
    assert sorted(act.fields["key"] for act in acts) == ["", "one", "one\n"]
    assert [act.fields["tombstone"] for act in acts].count(True) == 1


async def test_a_consumer_is_a_member_reads_commits_what_was_given_and_is_an_act(room: Room, program: Program) -> None:
    await room.send("1", "2", "3")
    consumer = await program.open("consumer", group_id="g", auto_offset_reset="earliest")
    assert await program.call(consumer, "subscribe", topics=["test1p"]) is None
    program.tab.say("grant", client=consumer, records=EVERYTHING)
    await program.tab.until_kind("assigned")
    program.tab.say("handled", client=consumer)
    await program.tab.until_rows(3)
    program.tab.say("consumed", client=consumer, positions=[["test1p", 0, 2]])
    program.tab.say("close", id=99, client=consumer)
    await program.tab.until_kind("revoked")
    program.tab.say("handled", client=consumer)
    [act] = await settled(room, "consume")
    assert act.answer["data"] == {"assigned": {"0": None}, "delivered": 2, "last": {"0": 1}, "committed": {"0": 2}}
    [lag] = (await asyncio.to_thread(groups.describe_group, room.namespace, "g")).lags
    assert (lag.topic, lag.committed) == ("test1p", 2)


@pytest.fixture
def closed_in_mid_call(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each consumer that was closed, whether the client was in the middle of a poll then, which would go on in memory that
    is freed."""
    closed: list[bool] = []

    class Watched(Consumer):
        is_polling = False

        def poll(self, *args: Any) -> Any:
            self.is_polling = True
            try:
                return super().poll(*args)
            finally:
                self.is_polling = False

        def close(self) -> None:
            closed.append(self.is_polling)
            super().close()

    monkeypatch.setattr("lessons.cluster.programs.consumer.Consumer", Watched)
    return closed


async def test_a_page_that_goes_in_a_rebalance_leaves_no_member_and_no_running_act(
    room: Room, closed_in_mid_call: list[bool], program: Program
) -> None:
    await room.send("1")
    consumer = await program.open("consumer", group_id="g", auto_offset_reset="earliest")
    producer = await program.open("producer")
    await program.call(consumer, "subscribe", topics=["test1p"])
    program.tab.say("grant", client=consumer, records=EVERYTHING)
    await program.tab.until_kind("assigned")
    await program.send(producer, "2")
    await program.tab.close()
    assert [act.state for act in await settled(room, "consume")] == ["done"]
    assert [act.state for act in await settled(room, "produce")] == ["done"]
    group = await asyncio.to_thread(groups.describe_group, room.namespace, "g")
    assert group.members == ()
    assert closed_in_mid_call == [False]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"nonsense": 1}, 'No such configuration property: "nonsense"'),
        ({"plugin.library.paths": "/lib/x.so"}, 'The setting "plugin.library.paths" is not for a program that runs in a page.'),
        ({"ssl.ca.location": "/etc/passwd"}, 'The setting "ssl.ca.location" is not for a program that runs in a page.'),
        ({"linger.ms": -1}, 'Configuration property "queue.buffering.max.ms" value -1 is outside allowed range 0..900000\n'),
    ],
)  # fmt: skip
async def test_a_setting_that_is_not_a_programs_is_refused_and_a_wrong_one_in_the_clients_words(
    room: Room, program: Program, config: dict[str, Any], words: str
) -> None:
    settings = {"bootstrap.servers": THE_NOTEBOOKS, **config}
    refused = await program.asked("open", client=1, kind="producer", config=settings)
    assert (refused["code"], refused["text"]) == (-186, words)


async def test_a_program_reaches_no_other_seat(room: Room, program: Program) -> None:
    admin = await program.open("admin")
    consumer = await program.open("consumer", group_id="g")
    of_bob = f"{room.alice.klass.slug}.bob.test1p"
    answers = await program.call(admin, "describe_topics", topics=[of_bob])
    assert answers[of_bob]["error"]["code"] == 3
    assert (
        "error"
        in (await program.call(admin, "describe_topics", topics=["_" + room.alice.klass.slug]))[
            "_" + room.alice.klass.slug
        ]
    )
    await program.call(consumer, "subscribe", topics=["__consumer_offsets"])
    [act] = [act async for act in Act.objects.filter(member=room.alice, kind="consume")]
    assert act.fields["topic"] == "__consumer_offsets"  # of her own, which is not there
    listed = await program.call(admin, "list_consumer_groups")
    assert all(not each["group_id"].startswith("kafkaclass") for each in listed["valid"])


async def test_an_address_that_is_not_the_classs_is_answered_by_nobody_in_the_clients_own_words(
    room: Room, program: Program
) -> None:
    settings = {"bootstrap.servers": "example.org:9092"}
    assert await program.asked("open", client=1, kind="admin", config=settings) == {}
    for _time in range(3):  # also once the client's log has nothing to say any more
        answer = await program.call(1, "list_topics", timeout=0.5)
        assert "topics" not in answer
        assert (answer["code"], answer["text"]) == (-195, "Failed to get metadata: Local: Broker transport failure")
    assert not await Act.objects.filter(member=room.alice).aexists()


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "open", "id": 1, "client": 1, "kind": "shell", "config": {}},
        {"type": "produce", "client": 1, "records": []},
        {"type": "call", "id": 1, "client": 1, "name": "list topics", "args": {}},
        {"type": "grant", "client": 1, "records": 10**9},
    ],
)
async def test_a_frame_that_no_page_of_ours_sends_is_said_to_be_one(program: Program, frame: dict[str, Any]) -> None:
    program.tab.say_text(json.dumps(frame))
    problem = await program.tab.until_kind("problem")
    assert problem["code"] == "FORGED_FRAME"


async def test_a_seat_has_so_many_clients_and_one_that_was_closed_or_never_made_is_none(
    room: Room, program: Program
) -> None:
    settings = {"bootstrap.servers": THE_NOTEBOOKS}
    for _time in range(3):  # none of these counts
        assert "code" in await program.asked("open", client=9, kind="producer", config={**settings, "nonsense": 1})
    for number in range(MAX_CLIENTS):
        assert await program.asked("open", client=100 + number, kind="admin", config=settings) == {}
    refused = await program.asked("open", client=200, kind="admin", config=settings)
    assert "clients of your programs are open" in refused["text"]
    other = Program(room.open("program"))
    assert "raises" in await other.asked("open", client=1, kind="admin", config=settings)
    assert await program.asked("close", client=100) == {}
    assert await other.asked("open", client=1, kind="admin", config=settings) == {}


async def test_a_call_takes_no_endless_list(program: Program) -> None:
    admin = await program.open("admin")
    refused = await program.call(admin, "describe_topics", topics=["x"] * 501)
    assert refused == {"raises": "ValueError", "text": "At most 500 at a time here."}
