"""Records of all kinds, their delivery reports, and how they come back."""

import os
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PREFIX, BROKERS = os.environ["PREFIX"], os.environ["BROKERS"]
topic = PREFIX + "test1p"
a = AdminClient({"bootstrap.servers": BROKERS})
a.create_topics([NewTopic(topic, 2, 1)])[topic].result()


def delivered(err, msg):
    if err:
        sys.stderr.write(f"% Message failed delivery: {err}\n")
        return
    sys.stderr.write(f"% Message delivered to {msg.topic()} [{msg.partition()}] @ {msg.offset()}\n")
    print(msg.key(), msg.value(), msg.headers(), msg.timestamp()[0], msg.latency() > 0, msg.error(), len(msg))


p = Producer(**{"bootstrap.servers": BROKERS})
for n in range(1, 10):
    p.produce(topic, str(n), partition=0, callback=delivered)
    p.poll(0)
print(len(p) <= 9, bool(p))
print("left", p.flush(), len(p))
p.produce(topic, b"bytes", key="key", on_delivery=delivered, partition=1, timestamp=1_700_000_000_000)
p.produce(topic, None, key=b"\x00\xff", callback=delivered, partition=1)
p.produce(topic, "", headers={"a": "text", "b": b"bytes", "c": None}, callback=delivered, partition=1)
p.produce(topic, "ü€", headers=[("a", "1"), ("a", "2")], partition=1)
p.flush()
for key in ("alpha", "beta", "gamma", "delta"):
    p.produce(topic, "by key", key=key, on_delivery=lambda err, msg: print(msg.key(), "→", msg.partition()))
    p.flush()
with Producer({"bootstrap.servers": BROKERS, "topic.metadata.propagation.max.ms": 500}) as impatient:
    impatient.produce(PREFIX + "nothing", "x", callback=delivered)
try:
    p.produce(topic, "x", partition=7, callback=delivered)
    p.flush()
except KafkaException as e:
    print(e)
for wrong in (
    lambda: p.produce(topic, "x" * 1_000_001),
    lambda: p.produce(topic, 1),
    lambda: p.produce(),
    lambda: p.produce(topic, "x", headers=[1]),
    lambda: p.produce(topic, "x", partition="0"),
    lambda: p.produce(topic, "x", colour="red"),
    lambda: p.poll("soon"),
    lambda: Producer({"colour": "red"}),
    lambda: Producer({"linger.ms": "soon"}),
    lambda: Producer({"acks": 1, "enable.idempotence": True}),
    lambda: Producer(),
    lambda: Consumer({"bootstrap.servers": BROKERS}),
    lambda: p.begin_transaction(),
):
    try:
        print(wrong())
    except Exception as e:
        print(type(e), e)

c = Consumer({"bootstrap.servers": BROKERS, "group.id": PREFIX + "reader", "auto.offset.reset": "earliest"})
c.assign([TopicPartition(topic, 1, 0)])
for _ in range(4):
    m = c.poll(30)
    if m.error():
        raise KafkaException(m.error())
    print(m.topic(), m.partition(), m.offset(), m.key(), m.value(), m.headers(), m.timestamp()[0], m.error(), len(m))
    print(m.leader_epoch(), m.latency())
print(
    c.get_watermark_offsets(TopicPartition(topic, 0)), c.position([TopicPartition(topic, 1), TopicPartition(topic, 0)])
)
c.close()
full = Producer({"bootstrap.servers": BROKERS, "queue.buffering.max.messages": 3, "linger.ms": 1000})
try:
    for _ in range(5):
        full.produce(topic, "x")
except BufferError as e:
    print(type(e), e, len(full))
with full:
    pass
try:
    full.produce(topic, "x")
except RuntimeError as e:
    print(e)
raise KafkaException(m.error() or "that is all")
