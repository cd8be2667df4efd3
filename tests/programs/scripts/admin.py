"""The first part of the source class: look, create, delete, add partitions; and what is refused."""

import os
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

PREFIX = os.environ["PREFIX"]
a = AdminClient({"bootstrap.servers": os.environ["BROKERS"]})


def tell(what, futures):
    for name, f in futures.items():
        try:
            print(f"{what} {name}: {f.result()}")
        except KafkaException as e:
            print(f"{what} {name} failed: {e} {e.args[0].code()} {e.args[0].name()} {e.args[0].retriable()}")


def settled(topic, partitions):
    """The metadata of a topic, once the broker that is asked knows all of it: a new one has no leader for a moment."""
    while True:
        found = a.list_topics(topic, timeout=10).topics[topic]
        errors = [found.error, *(p.error for p in found.partitions.values())]
        if len(found.partitions) == partitions and not any(errors):
            return found
        time.sleep(0.1)


md = a.list_topics(timeout=10)
print(
    type(md).__name__,
    len(md.brokers),
    sorted(md.brokers),
    md.controller_id in md.brokers,
)
names = [PREFIX + name for name in ("test1p", "test2p", "test2die")]
tell("create", a.create_topics([NewTopic(name, num_partitions=1, replication_factor=1) for name in names]))
tell("create again", a.create_topics([NewTopic(names[0], num_partitions=1, replication_factor=1)]))
tell("create with 4 replicas", a.create_topics([NewTopic(PREFIX + "many", num_partitions=1, replication_factor=4)]))
for name in names:
    t = settled(name, 1)
    print(
        str(t),
        repr(t),
        t.error,
        [(p.id, str(p), repr(p), len(p.replicas), len(p.isrs), p.error) for p in t.partitions.values()],
    )
tell("delete", a.delete_topics([names[2]], operation_timeout=30))
tell("delete again", a.delete_topics([names[2]], operation_timeout=30))
tell("partitions", a.create_partitions([NewPartitions(names[1], 2)]))
print(repr(settled(names[1], 2)))
tell("fewer partitions", a.create_partitions([NewPartitions(names[1], 1)]))
tell("partitions of nothing", a.create_partitions([NewPartitions(PREFIX + "nothing", 2)]))
t = a.list_topics(PREFIX + "nothing", timeout=10).topics[PREFIX + "nothing"]
print(repr(t), t.error, len(t.partitions))
