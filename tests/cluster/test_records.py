from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from lessons.cluster import clients, records, topics
from lessons.cluster.errors import AppRefused, KafkaRefused, KafkaUnavailable, TopicMissing
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message, Record, as_json, cell
from tests.waiting import wait_for

FOX = "🦊".encode()


def create(namespace: Namespace, name: str, *, partitions: int = 1, **config: str) -> None:
    topics.create_topic(namespace, name, partitions=partitions, replicas=1, config=config)


def send(namespace: Namespace, name: str, *values: str) -> None:
    deliveries = records.produce(namespace, name, [Message(value=value.encode()) for value in values])
    assert not any(delivery.error for delivery in deliveries)


def strict_producer(**config: int) -> Producer:
    """Has a fatal error at the first record that Kafka refuses: the same path as OUT_OF_ORDER_SEQUENCE_NUMBER takes.

    It sends one record at a time, so that what comes after the refused one is still under way.
    """
    one_by_one = {"batch.num.messages": 1, "max.in.flight.requests.per.connection": 1}
    return clients.new_producer(**one_by_one, **{"enable.gapless.guarantee": True}, **config)


def use_from_now_on(producer: Producer) -> None:
    """Makes it the process's producer, in the place of its own."""
    clients.warm_up()
    clients._current()._producer = producer


class TestProducing:
    def test_each_record_has_its_report_in_the_order_of_sending(self, alice: Namespace) -> None:
        create(alice, "test1p")
        messages = [Message(value=b"%d" % number) for number in range(1, 10)]
        deliveries = records.produce(alice, "test1p", messages)
        assert [(each.partition, each.offset, each.value, each.error) for each in deliveries] == [
            (0, number - 1, b"%d" % number, None) for number in range(1, 10)
        ]
        assert {each.topic for each in deliveries} == {alice.full("test1p")}
        assert all(0 < each.latency_ms < 10_000 for each in deliveries)

    def test_null_empty_bytes_headers_and_an_emoji_come_back_as_they_were_sent(self, alice: Namespace) -> None:
        create(alice, "kinds")
        headers = (("a", b"1"), ("a", None), ("b", b""), ("🦊", b"\xff"))
        sent = [
            Message(key=None, value=None),
            Message(key=b"", value=b""),
            Message(key=FOX, value=b"\x00\xff", headers=headers),
        ]
        records.produce(alice, "kinds", sent)
        read = records.read_range(alice.full("kinds"), 0)
        assert [Message(each.key, each.value, each.headers) for each in read] == sent
        assert all(abs((each.timestamp_ms or 0) / 1000 - time.time()) < 60 for each in read)

    def test_a_key_chooses_the_partition_by_its_crc(self, alice: Namespace) -> None:
        create(alice, "keyed", partitions=3)
        keys = [b"ada", b"bob", FOX, b"1", b"2"]
        deliveries = records.produce(alice, "keyed", [Message(key=key) for key in keys])
        assert [each.partition for each in deliveries] == [zlib.crc32(key) % 3 for key in keys]

    def test_a_chosen_partition_is_used(self, alice: Namespace) -> None:
        create(alice, "test2p", partitions=2)
        for partition in (1, 0, 1):
            (delivery,) = records.produce(alice, "test2p", [Message(value=b"x")], partition=partition)
            assert delivery.partition == partition

    @pytest.mark.parametrize("partition", [99, 2, -1])
    def test_a_partition_that_is_not_there_is_refused_at_once(self, alice: Namespace, partition: int) -> None:
        create(alice, "test2p", partitions=2)
        began = time.monotonic()
        with pytest.raises(AppRefused) as caught:
            records.produce(alice, "test2p", [Message(value=b"x")], partition=partition)
        assert time.monotonic() - began < clients.TIMEOUT_S
        assert caught.value.code == "NO_SUCH_PARTITION"
        assert caught.value.answered == (
            f"There is no partition {partition}: partitions count from 0, and the last one here is 1."
        )
        assert caught.value.asked == f"Send 1 record to test2p, partition {partition}"

    def test_partitions_and_topics_that_another_process_has_just_made_are_used_at_once(self, alice: Namespace) -> None:
        """By itself a producer looks every 2 s, and remembers for as long that a topic was not there."""
        for _ in range(3):
            create(alice, "grows")
            send(alice, "grows", "1")
            topics.add_partitions(alice, "grows", total=2)
            assert records.produce(alice, "grows", [Message(value=b"2")], partition=1)[0].offset == 0
            topics.add_partitions(alice, "grows", total=12)
            keys = [Message(key=b"%d" % number, value=b"3") for number in range(40)]
            assert {each.partition for each in records.produce(alice, "grows", keys)} > {2, 3, 4}
            topics.delete_topic(alice, "grows")

    def test_a_missing_topic_is_said_at_once(self, alice: Namespace, bob: Namespace) -> None:
        create(bob, "nope")
        began = time.monotonic()
        with pytest.raises(TopicMissing) as caught:
            records.produce(alice, "nope", [Message(value=b"x")] * 3)
        assert time.monotonic() - began < clients.TIMEOUT_S
        assert caught.value.asked == "Send 3 records to nope"
        assert alice.prefix not in str(caught.value)

    def test_65_kib_pass_and_a_megabyte_is_refused_and_the_others_are_sent(self, alice: Namespace) -> None:
        create(alice, "large")
        values = (b"x" * 65 * 1024, b"x" * 1_100_000, b"after")
        large, too_large, after = records.produce(alice, "large", [Message(value=value) for value in values])
        assert (large.error, large.offset) == (None, 0)
        assert isinstance(too_large.error, KafkaRefused)
        assert (too_large.error.code, too_large.offset) == ("MSG_SIZE_TOO_LARGE", None)
        assert too_large.error.advice.startswith("It was not stored.")
        assert (after.error, after.offset) == (None, 1)

    def test_more_records_than_a_producers_queue_holds_arrive_all_the_same(self, alice: Namespace) -> None:
        create(alice, "tiny")
        tiny = clients.new_producer(**{"queue.buffering.max.messages": 2})
        deliveries = records.produce(alice, "tiny", [Message(value=b"x")] * 40, producer=tiny)
        assert [(each.offset, each.error) for each in deliveries] == [(offset, None) for offset in range(40)]

    def test_a_queue_that_stays_full_is_said_and_those_records_were_not_sent(self, alice: Namespace) -> None:
        create(alice, "full")
        tiny = clients.new_producer(**{"queue.buffering.max.messages": 2, "linger.ms": 9_000})
        deliveries = records.produce(alice, "full", [Message(value=b"x")] * 4, producer=tiny, timeout_s=0.5)
        codes = [each.error.code if each.error else None for each in deliveries]
        assert codes == ["_MSG_TIMED_OUT", "_MSG_TIMED_OUT", "_QUEUE_FULL", "_QUEUE_FULL"]
        unknown, not_sent = deliveries[0].error, deliveries[3].error
        assert unknown is not None
        assert unknown.advice.startswith("Nobody knows whether the record was written")
        assert not_sent is not None
        assert not_sent.advice.startswith("It was not sent")
        tiny.purge()

    def test_nothing_to_send_is_nothing_to_report(self, alice: Namespace) -> None:
        create(alice, "test1p")
        assert records.produce(alice, "test1p", []) == ()

    def test_what_a_callback_raises_stays_inside(self, caplog: pytest.LogCaptureFixture) -> None:
        report = records._Report(Message())
        report.settle(None, None)  # type: ignore[arg-type]
        assert report.done.is_set()
        assert "a delivery report could not be read" in caplog.text


class TestAFatalError:
    @pytest.fixture(autouse=True)
    def _topics(self, alice: Namespace) -> None:
        create(alice, "tight", **{"max.message.bytes": "300"})
        create(alice, "test1p")

    def test_what_is_under_way_ends_at_once_and_the_next_send_has_another_producer(
        self, alice: Namespace, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = strict_producer()
        use_from_now_on(broken)
        began = time.monotonic()
        values = (b"fits", b"x" * 1000, b"1", b"2", b"3")
        fits, refused, *under_way = records.produce(alice, "tight", [Message(value=value) for value in values])
        assert time.monotonic() - began < clients.TIMEOUT_S
        assert (fits.error, fits.offset) == (None, 0)
        assert isinstance(refused.error, KafkaRefused)
        assert_given_up(under_way)
        assert clients.producer() is not broken
        send(alice, "test1p", "1")
        (said,) = [each.getMessage() for each in caplog.records if "was replaced" in each.getMessage()]
        assert "unable to satisfy gap-less guarantee" in said

    def test_reports_that_other_threads_wait_for_end_at_once_too(self, alice: Namespace) -> None:
        use_from_now_on(strict_producer())
        with ThreadPoolExecutor(4) as threads:
            sending = [threads.submit(send_one, alice, value) for value in (b"x" * 1000, b"1", b"2", b"3")]
            errors = [each.result(timeout=6).error for each in sending]
        assert isinstance(errors[0], KafkaRefused)
        assert all(error is None or isinstance(error, KafkaUnavailable) for error in errors[1:])
        send(alice, "test1p", "1")

    def test_a_producer_that_refuses_every_record_since_is_replaced(self, alice: Namespace) -> None:
        broken = strict_producer()
        broken.produce(alice.full("tight"), b"x" * 1000)
        wait_for(lambda: has_broken(broken))
        use_from_now_on(broken)
        (delivery,) = records.produce(alice, "test1p", [Message(value=b"1")])
        assert isinstance(delivery.error, KafkaUnavailable)
        assert delivery.error.code == "_FATAL"
        assert delivery.error.advice.startswith("It was not sent")
        assert clients.producer() is not broken
        send(alice, "test1p", "1")

    def test_a_callers_own_producer_ends_at_once_with_a_report_for_each_record(self, alice: Namespace) -> None:
        own, ours = strict_producer(), clients.producer()
        messages = [Message(value=value) for value in (b"x" * 1000, b"1", b"2")]
        refused, *under_way = records.produce(alice, "tight", messages, producer=own, timeout_s=6)
        assert isinstance(refused.error, KafkaRefused)
        assert_given_up(under_way)
        assert clients.producer() is ours

    def test_a_producer_that_is_flushed_after_each_record_and_breaks_sends_no_more(self, alice: Namespace) -> None:
        messages = [Message(value=value) for value in (b"x" * 1000, b"1", b"2")]
        own = strict_producer()
        sent = records.produce(alice, "tight", messages, producer=own, flush_each=True, timeout_s=6)
        codes = [each.error.code if each.error else None for each in sent]
        assert codes == ["MSG_SIZE_TOO_LARGE", "_FATAL", "_FATAL"]

    def test_a_full_queue_of_a_producer_that_broke_is_no_surprise(self, alice: Namespace) -> None:
        tiny = strict_producer(**{"queue.buffering.max.messages": 2})
        messages = [Message(value=b"x" * 1000)] * 6
        errors = [each.error for each in records.produce(alice, "tight", messages, producer=tiny, timeout_s=6)]
        assert isinstance(errors[0], KafkaRefused)
        assert [error.code for error in errors[3:] if error] == ["_FATAL"] * 3


def send_one(namespace: Namespace, value: bytes) -> records.Delivery:
    (delivery,) = records.produce(namespace, "tight", [Message(value=value)])
    return delivery


def assert_given_up(under_way: Sequence[records.Delivery]) -> None:
    """The first may have been on its way to the broker already, and may have arrived."""
    first, *others = [each.error for each in under_way]
    assert first is None or isinstance(first, KafkaUnavailable)
    for error in others:
        assert isinstance(error, KafkaUnavailable)
        assert error.code in {"_PURGE_QUEUE", "_PURGE_INFLIGHT"}
        assert error.advice.startswith("Nobody knows whether the record was written")


def has_broken(producer: Producer) -> bool:
    try:
        producer.poll(0.1)
    except KafkaException:  # says it once
        return True
    return False


class TestReading:
    def test_a_range_has_its_start_and_not_its_end(self, alice: Namespace) -> None:
        create(alice, "test1p")
        send(alice, "test1p", *"abcdef")
        full = alice.full("test1p")

        def values(**bounds: int) -> bytes:
            return b"".join(each.value or b"" for each in records.read_range(full, 0, **bounds))

        assert values() == b"abcdef"
        assert values(start=2, end=4) == b"cd"
        assert values(start=4) == b"ef"
        assert values(limit=3) == b"abc"
        assert values(start=3, limit=2) == b"de"
        assert values(end=99) == b"abcdef"
        assert values(start=6) == values(start=99) == values(start=3, end=3) == values(limit=0) == b""

    def test_a_topic_that_was_created_anew_is_not_taken_for_the_one_before(self, alice: Namespace) -> None:
        """Readers are kept, and what they remember of a topic with them."""
        for value in ("first", "second", "third"):
            create(alice, "again")
            send(alice, "again", "0", value)
            began = time.monotonic()
            read = records.read_range(alice.full("again"), 0, start=1)
            assert [each.value for each in read] == [value.encode()]
            assert time.monotonic() - began < clients.TIMEOUT_S
            topics.delete_topic(alice, "again")

    def test_many_read_at_once_each_its_own_and_few_readers_are_kept(self, alice: Namespace) -> None:
        create(alice, "test3p", partitions=3)
        for partition in range(3):
            records.produce(alice, "test3p", [Message(value=b"%d" % partition)] * 20, partition=partition)

        def read(number: int) -> set[tuple[int, bytes | None]]:
            found = records.read_range(alice.full("test3p"), number % 3, start=number % 20)
            assert [each.offset for each in found] == list(range(number % 20, 20))
            return {(each.partition, each.value) for each in found}

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(read, range(60))) == [{(n % 3, b"%d" % (n % 3))} for n in range(60)]
        readers = clients._current().readers
        assert len(readers.idle) == readers.keeps

    def test_an_empty_partition_is_empty_at_once(self, alice: Namespace) -> None:
        create(alice, "test1p")
        began = time.monotonic()
        assert records.read_range(alice.full("test1p"), 0) == ()
        assert time.monotonic() - began < clients.TIMEOUT_S

    def test_a_partition_that_is_not_there_is_refused(self, alice: Namespace) -> None:
        create(alice, "test1p")
        with pytest.raises(AppRefused, match="the last one here is 0"):
            records.read_range(alice.full("test1p"), 1)

    def test_with_a_namespace_the_words_have_the_short_name(self, alice: Namespace) -> None:
        create(alice, "test1p")
        for question, kind, asked in (
            (lambda: records.offsets(alice.full("no"), namespace=alice), TopicMissing, "Look up the offsets of no"),
            (
                lambda: records.offsets(alice.full("test1p"), partitions=(7,), namespace=alice),
                AppRefused,
                "Look up the offsets of test1p",
            ),
            (
                lambda: records.read_range(alice.full("no"), 0, namespace=alice),
                TopicMissing,
                "Read partition 0 of no from offset 0",
            ),
        ):
            with pytest.raises(kind) as caught:
                question()
            assert caught.value.asked == asked
            assert alice.prefix not in str(caught.value)

    def test_offsets_are_the_earliest_and_the_next_of_each_partition(self, alice: Namespace) -> None:
        create(alice, "test2p", partitions=2)
        records.produce(alice, "test2p", [Message(value=b"x")] * 3, partition=1)
        assert records.offsets(alice.full("test2p")) == {0: (0, 0), 1: (0, 3)}
        assert records.offsets(alice.full("test2p"), partitions=(1,)) == {1: (0, 3)}

    def test_deleted_records_move_the_earliest_offset_and_reading_begins_there(self, alice: Namespace) -> None:
        create(alice, "test1p")
        send(alice, "test1p", *"abcdef")
        full = alice.full("test1p")
        (future,) = clients.admin().delete_records([TopicPartition(full, 0, 4)]).values()
        future.result(5)
        assert records.offsets(full) == {0: (4, 6)}
        assert [each.offset for each in records.read_range(full, 0)] == [4, 5]

    def test_gaps_that_transactions_leave_do_not_hold_a_reader_up(self, alice: Namespace) -> None:
        create(alice, "ledger")
        full = alice.full("ledger")
        producer = clients.new_producer(**{"transactional.id": alice.full("t")})
        producer.init_transactions(10)
        for value, end in ((b"kept", producer.commit_transaction), (b"dropped", producer.abort_transaction)):
            producer.begin_transaction()
            producer.produce(full, value)
            producer.flush(5)
            end(10)
        began = time.monotonic()
        read = records.read_range(full, 0)
        assert [(each.offset, each.value) for each in read] == [(0, b"kept")]
        assert records.offsets(full)[0][1] == 4  # two records, and a marker after each
        assert records.read_range(full, 0, start=1, end=2) == ()
        assert time.monotonic() - began < clients.TIMEOUT_S

    def test_reading_leaves_no_group_behind(self, alice: Namespace) -> None:
        create(alice, "test1p")
        send(alice, "test1p", "a")
        records.read_range(alice.full("test1p"), 0)
        listed = clients.admin().list_consumer_groups().result(5).valid or []
        assert "kafkaclass-reader" not in {each.group_id for each in listed}

    def test_a_consumer_of_the_new_protocol_can_be_made(self, kafka: str) -> None:
        consumer = clients.new_consumer(**{"group.protocol": "consumer", "group.id": "g"})
        assert clients.close(consumer)


class TestShowing:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, {"kind": "null"}),
            (b"", {"kind": "empty"}),
            (b"9", {"kind": "text", "text": "9"}),
            (FOX, {"kind": "text", "text": "🦊"}),
            (b"\xff\x00", {"kind": "hex", "text": "ff 00"}),
            (b"x" * 1024, {"kind": "text", "text": "x" * 1024}),
            (b"x" * 70_000, {"kind": "text", "text": "x" * 1024, "size_bytes": 70_000}),
            (b"x" + FOX * 300, {"kind": "text", "text": "x" + "🦊" * 255, "size_bytes": 1201}),
            (b"\xff" * 2000, {"kind": "hex", "text": "ff " * 1023 + "ff", "size_bytes": 2000}),
        ],
    )
    def test_null_empty_text_and_bytes_are_told_apart(self, value: bytes | None, shown: dict[str, object]) -> None:
        assert cell(value) == shown

    def test_a_record_as_json_has_the_short_name(self) -> None:
        record = Record("c1.alice.a", 1, 8, None, b"9", (("h", b""), ("h", None)), 1690000000000)
        assert as_json(record, Namespace("c1", "alice")) == {
            "topic": "a",
            "partition": 1,
            "offset": 8,
            "key": {"kind": "null"},
            "value": {"kind": "text", "text": "9"},
            "headers": [["h", {"kind": "empty"}], ["h", {"kind": "null"}]],
            "at_ms": 1690000000000,
        }


def test_the_codes_that_this_module_makes_up_are_kafkas(kafka: str) -> None:
    assert KafkaError(KafkaError._QUEUE_FULL).name() == "_QUEUE_FULL"
    assert KafkaError(KafkaError._MSG_TIMED_OUT).name() == "_MSG_TIMED_OUT"
