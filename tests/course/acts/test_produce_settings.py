"""Sending with a producer of the act's own: flushed after each record, and with its patience with a partition set."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from lessons.cluster import clients, records, topics
from lessons.cluster.partitioners import by_crc32, by_murmur2
from lessons.course.acts.base import Where
from lessons.course.acts.produce import Produce
from lessons.web.forms.acts import described_form
from tests.course.acts.conftest import Shown

pytestmark = pytest.mark.usefixtures("kafka")
NINE = {"topic": "test2p", "values": "\n".join(map(str, range(1, 10)))}
SETTINGS = [{"flush_each": True, "pause_ms": 20}, {"flush_each": True, "sticky_linger_ms": 0}, {"sticky_linger_ms": 0}]
OF_THE_PRODUCER = [{"idempotence": "true", "linger_ms": 100}, {"idempotence": "false", "linger_ms": 0}]
BIKES = [f"bike-{number}" for number in range(11, 31)]


@pytest.fixture(autouse=True)
def test2p(where: Where) -> None:
    topics.create_topic(where.namespace, "test2p", partitions=2, replicas=1)


def stored(where: Where) -> dict[int, list[int]]:
    full = where.full("test2p")
    return {part: [int(r.value or b"0") for r in records.read_range(full, part)] for part in (0, 1)}


def assert_nine_stand_in_the_order_of_sending(where: Where) -> None:
    lanes = stored(where)
    assert sorted(lanes[0] + lanes[1]) == list(range(1, 10))
    assert all(lane == sorted(lane) for lane in lanes.values())


@pytest.mark.parametrize("how", SETTINGS + OF_THE_PRODUCER, ids=str)
def test_each_record_has_its_report(where: Where, how: dict[str, int]) -> None:
    answer = Produce(**NINE, **how).run(where.namespace)
    assert answer.state == "done"
    assert [report["error"] for report in answer.data["deliveries"]] == [None] * 9
    assert_nine_stand_in_the_order_of_sending(where)


def times_of(where: Where) -> list[int]:
    """ms since the epoch, one for each record."""
    full = where.full("test2p")
    return sorted(each.timestamp_ms or 0 for part in (0, 1) for each in records.read_range(full, part))


def test_between_two_records_there_is_the_pause(where: Where) -> None:
    """However quick brokers are, each has a time of its own."""
    Produce(**NINE, pause_ms=20).run(where.namespace)
    assert all(later - earlier >= 15 for earlier, later in pairwise(times_of(where)))


def test_there_is_one_in_the_code_too(shown: Shown, where: Where) -> None:
    shown.run(Produce(**NINE, pause_ms=20))
    assert all(later - earlier >= 15 for earlier, later in pairwise(times_of(where)))


def test_pauses_that_take_too_long_in_all_are_refused() -> None:
    form = described_form(Produce, dom_id="act", data={**NINE, "pause_ms": "700"})
    assert not form.is_valid()
    assert "5.6 s in all" in str(form.errors)


def test_a_setting_of_zero_draws_a_partition_for_each_record(where: Where) -> None:
    """45 records: that chance puts all into one partition happens once in 2 to the power of 44."""
    for _ in range(5):
        Produce(**NINE, flush_each=True, sticky_linger_ms=0).run(where.namespace)
    assert all(stored(where).values())


def test_a_long_patience_keeps_all_in_one_partition(where: Where) -> None:
    Produce(**NINE, flush_each=True, sticky_linger_ms=60_000).run(where.namespace)
    assert sorted(map(len, stored(where).values())) == [0, 9]


@pytest.mark.parametrize("how", SETTINGS + OF_THE_PRODUCER, ids=str)
def test_as_code_it_sends_the_same(shown: Shown, where: Where, how: dict[str, int]) -> None:
    shown.run(Produce(**NINE, **how))
    assert_nine_stand_in_the_order_of_sending(where)


def test_the_python_shows_both_and_the_command_line_says_what_it_lacks(where: Where) -> None:
    action = Produce(**NINE, flush_each=True, sticky_linger_ms=0)
    assert '"sticky.partitioning.linger.ms": 0' in action.python(where)
    assert "poll(0)" not in action.python(where)
    assert "has no sticky.partitioning.linger.ms" in action.command(where)
    assert "--sync --timeout 0" in action.command(where).replace(" \\\n   ", "")
    assert "sticky" not in Produce(**NINE).python(where) + Produce(**NINE).command(where)


def test_the_shown_program_is_idempotent_where_the_pages_own_producer_sends_and_plain_where_a_new_one_does(
    where: Where,
) -> None:
    idempotent = '"enable.idempotence": True'
    assert idempotent in Produce(**NINE).python(where)
    assert clients._PRODUCER["enable.idempotence"] is True
    for how in SETTINGS:
        assert "idempotence" not in Produce(**NINE, **how).python(where)


def test_what_a_producer_waits_for_company_is_waited_for(where: Where) -> None:
    began = time.monotonic()
    Produce(**NINE, linger_ms=400).run(where.namespace)
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize("other", [{"acks": "1"}, {"acks": "0"}, {"retries": "0"}], ids=str)
def test_an_idempotent_producer_without_what_it_needs_is_refused_in_words(other: dict[str, str]) -> None:
    form = described_form(Produce, dom_id="act", data={**NINE, "idempotence": "true", **other})
    assert not form.is_valid()
    assert "needs acks=all and retries above 0" in str(form.errors)


def test_the_code_has_both_settings_as_either_client_writes_them(where: Where) -> None:
    action = Produce(**NINE, idempotence="false", linger_ms=20)
    assert '"enable.idempotence": False' in action.python(where)
    assert '"linger.ms": 20' in action.python(where)
    words = " ".join(action.command(where).replace("\\\n", " ").split())
    assert "--timeout 20" in words
    assert "--command-property enable.idempotence=false" in words


def test_without_a_setting_nine_records_mostly_stay_together(where: Where) -> None:
    """As lesson 8 says: the producer sticks to a partition for 10 ms, which a busy machine may exceed now and then. Drawn for
    each, nine are in one partition once in 256 times."""
    together = 0
    for _ in range(10):
        before = stored(where)
        Produce(**NINE).run(where.namespace)
        together += 0 in (len(stored(where)[part]) - len(before[part]) for part in (0, 1))
    assert together > 5


def test_what_is_rarely_needed_is_kept_for_those_who_look_for_more() -> None:
    form = described_form(Produce, dom_id="act", initial={"topic": "test1p", "values": "1"})
    assert [field.name for field in form.usual_fields] == ["topic", "values"]
    shown = described_form(Produce, dom_id="act", initial={**NINE, "flush_each": True, "sticky_linger_ms": 0})
    assert [field.name for field in shown.usual_fields] == ["topic", "values", "flush_each", "sticky_linger_ms"]


def test_empty_in_the_form_is_the_clients_own_setting() -> None:
    form = described_form(Produce, dom_id="act", data={**NINE, "sticky_linger_ms": ""})
    assert form.is_valid()
    assert (form.made.flush_each, form.made.sticky_linger_ms) == (False, None)
    assert not described_form(Produce, dom_id="act", data={**NINE, "sticky_linger_ms": "-1"}).is_valid()


def lanes_of_keys(where: Where) -> dict[str, int]:
    full = where.full("test2p")
    return {(r.key or b"").decode(): part for part in (0, 1) for r in records.read_range(full, part)}


def bikes(**more: str) -> Produce:
    return Produce(topic="test2p", values="\n".join(BIKES), key="\n".join(BIKES), **more)


def test_a_key_goes_where_the_clients_hash_says(where: Where) -> None:
    assert bikes().run(where.namespace).state == "done"
    assert lanes_of_keys(where) == {bike: by_crc32(bike, 2) for bike in BIKES}


def test_with_murmur2_a_key_goes_where_javas_hash_says(where: Where) -> None:
    assert bikes(partitioner="murmur2_random").run(where.namespace).state == "done"
    assert lanes_of_keys(where) == {bike: by_murmur2(bike, 2) for bike in BIKES}
    assert lanes_of_keys(where) != {bike: by_crc32(bike, 2) for bike in BIKES}


def test_with_murmur2_the_python_and_kafkas_own_tool_agree(shown: Shown, where: Where) -> None:
    """The tool is written in Java: that is what the setting is for."""
    shown.run(bikes(partitioner="murmur2_random"))
    assert lanes_of_keys(where) == {bike: by_murmur2(bike, 2) for bike in BIKES}


def test_the_code_has_the_partitioner_and_no_warning_of_another_one(where: Where) -> None:
    action = bikes(partitioner="murmur2_random")
    assert '"partitioner": "murmur2_random"' in action.python(where)
    assert "may be another one" in bikes().command(where)
    assert "may be another one" not in action.command(where)


def test_fewer_keys_than_records_take_turns(shown: Shown, where: Where) -> None:
    shown.run(Produce(topic="test2p", values="1\n2\n3\n4\n5\n6", key="a\nb\nc"))
    read = [each for part in (0, 1) for each in records.read_range(where.full("test2p"), part)]
    assert sorted((each.value, each.key) for each in read) == [
        (b"1", b"a"), (b"2", b"b"), (b"3", b"c"), (b"4", b"a"), (b"5", b"b"), (b"6", b"c"),
    ]  # fmt: skip
