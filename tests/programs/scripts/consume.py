"""A group of one: subscribe, poll, commit, seek, pause, position, close; then a second reader goes on."""

import os
import sys

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic

PREFIX, BROKERS = os.environ["PREFIX"], os.environ["BROKERS"]
topic = PREFIX + "test2p"
a = AdminClient({"bootstrap.servers": BROKERS})
a.create_topics([NewTopic(topic, 2, 1)])[topic].result()
p = Producer({"bootstrap.servers": BROKERS})
for n in range(12):
    p.produce(topic, str(n), partition=n % 2)
print(p.flush())

conf = {
    "bootstrap.servers": BROKERS, "group.id": PREFIX + "readers", "session.timeout.ms": 6000,
    "auto.offset.reset": "earliest", "enable.auto.commit": False,
    "on_commit": lambda err, partitions: print("on_commit", err, sorted(partitions)),
}  # fmt: skip


def on_assign(consumer, partitions):
    print("assigned", sorted(partitions))


def on_revoke(consumer, partitions):
    print("revoked", sorted(partitions), consumer.position(sorted(partitions)))


def read(consumer, number):
    got = []
    while len(got) < number:
        msg = consumer.poll(1.0)
        if msg is None:
            continue
        if msg.error():
            raise KafkaException(msg.error())
        got.append((msg.partition(), msg.offset(), msg.value()))
    return sorted(got)


c = Consumer(conf)
print(c.poll(0), c.assignment(), c.memberid())
c.subscribe([topic], on_assign=on_assign, on_revoke=on_revoke)
print(read(c, 12))
print(sorted(c.assignment()))
places = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
print(c.position(places))
print(c.committed(places, timeout=10))
print(sorted(c.commit(asynchronous=False)))
c.poll(0)
print(c.committed(places, timeout=10))
c.seek(TopicPartition(topic, 1, 4))
print(c.position(places))
print(read(c, 2))
c.pause(places)
p.produce(topic, "while paused", partition=0)
p.flush()
print(c.poll(0.5))
c.resume(places)
print(read(c, 1))
print(c.commit(offsets=[TopicPartition(topic, 0, 3)], asynchronous=False))
c.poll(0)
print(c.get_watermark_offsets(places[0]))
print(c.offsets_for_times([TopicPartition(topic, 0, 0)], timeout=10))
print(c.consume(0, 0), c.consume(5, 0.1))
c.close()
c.close()
try:
    c.poll(0)
except RuntimeError as e:
    print(e)

conf.pop("on_commit")
with Consumer({**conf, "enable.auto.commit": True, "enable.partition.eof": True}) as c:
    c.subscribe([topic])
    while True:
        msg = c.poll(1.0)
        if msg is None:
            continue
        if msg.error():
            sys.stderr.write(
                f"% {msg.error()} {msg.error().code() == KafkaError._PARTITION_EOF} {msg.partition()} {msg.offset()} {msg.topic()}\n"
                if msg.partition() == 0
                else ""
            )
            if msg.partition() == 0:
                break
        elif msg.partition() == 0:
            print(msg.offset(), msg.value())
            c.commit(msg)
c = Consumer(conf)
print(c.committed([TopicPartition(topic, 0)], 10))
c.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
print(c.assignment())
print([m.offset() for m in c.consume(3, 30)])
c.incremental_assign([TopicPartition(topic, 1, 5)])
c.pause([TopicPartition(topic, 0)])
print(c.poll(30).value(), sorted(c.assignment()))
c.unassign()
print(c.assignment(), c.poll(0.2))
for wrong in (
    lambda: c.subscribe("topic"), lambda: c.subscribe([]), lambda: c.assign(["x"]), lambda: c.seek(TopicPartition(topic, 0, 1)),
    lambda: c.commit(message=Message(), offsets=[]), lambda: c.consume(-1), lambda: c.poll(None),
    lambda: c.store_offsets(offsets=[TopicPartition(topic, 0, 1)]), lambda: c.commit(asynchronous=False),
    lambda: c.incremental_unassign([TopicPartition(topic, 0)]),
):  # fmt: skip
    try:
        print(wrong())
    except Exception as e:
        print(type(e), e)
c.close()
