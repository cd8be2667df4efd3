"""An address that nobody listens at: the client's own words, after its own waits."""

import os
import time

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

where = {"bootstrap.servers": "127.0.0.1:1"} if os.environ["PREFIX"] else {"bootstrap.servers": "kafka9:1"}
a = AdminClient(where)
begun = time.monotonic()
for ask in (
    lambda: a.list_topics(timeout=1),
    lambda: Producer(where).list_topics(timeout=1),
    lambda: Consumer({**where, "group.id": os.environ["PREFIX"] + "g"}).list_topics(timeout=1),
):
    try:
        ask()
    except KafkaException as e:
        print(e)
print(round(time.monotonic() - begun))
p = Producer(where)
p.produce(os.environ["PREFIX"] + "test1p", "x", callback=lambda err, msg: print(err, msg.offset()))
print(p.flush(1) > 0, len(p) > 0)  # what the client has to tell of itself counts, too: how much that is, is chance
