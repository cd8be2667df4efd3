"""The socket is cut in the middle: what is not known is said, nothing is sent twice, and a new client has a new socket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.programs.running import Printed, Seat, run_with_stand_in

BEGIN = """
import os, sys
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, _link
from confluent_kafka.admin import AdminClient, NewTopic
conf = {"bootstrap.servers": os.environ["BROKERS"]}
def cut():
    _link._current._transport._socket.socket.shutdown(2)
def tell(err, msg):
    print(msg.value(), err.name() if err else msg.offset(), err.str() if err else "")
"""


@pytest.fixture
def run(new_seat: Callable[[], Seat]) -> Callable[[str], Printed]:
    seat = new_seat()
    return lambda program: run_with_stand_in(BEGIN + program, seat)


def test_what_was_under_way_is_reported_as_not_known_and_flush_returns(run: Callable[[str], Printed]):
    printed = run("""
AdminClient(conf).create_topics([NewTopic("test1p", 1, 1)])["test1p"].result()
p = Producer({**conf, "linger.ms": 60000})
for value in ("a", "b"):
    p.produce("test1p", value, callback=tell)
p.poll(0.1)
cut()
print(p.flush(), len(p))
p.produce("test1p", "c", callback=tell)
print(p.flush(), len(p))
again = Producer(conf)
again.produce("test1p", "d", callback=tell)
print(again.flush())
c = Consumer({**conf, "group.id": "g", "auto.offset.reset": "earliest"})
c.assign([TopicPartition("test1p", 0, 0)])
values = []
while b"d" not in values:
    values += [m.value() for m in c.consume(10, 0.5)]
print(sorted(values) == sorted(set(values)), values[-1])
c.close()
""")
    not_known = "_TRANSPORT The connection to the class was cut. What became of this record is not known."
    assert printed.stdout.splitlines()[:5] == [
        f"b'a' {not_known}",
        f"b'b' {not_known}",
        "0 0",
        f"b'c' {not_known}",
        "0 0",
    ]
    assert printed.stdout.splitlines()[6:] == ["0", "True b'd'"]
    assert printed.stderr == ""


def test_calls_and_polls_raise_and_close_does_not(run: Callable[[str], Printed]):
    printed = run("""
a, c = AdminClient(conf), Consumer({**conf, "group.id": "g"})
a.create_topics([NewTopic("test1p", 1, 1)])["test1p"].result()  # else poll() may have been told that it is unknown
c.subscribe(["test1p"])
future = a.create_topics([NewTopic("test2p", 1, 1)])["test2p"]
cut()
for wait in (future.result, lambda: c.poll(30), lambda: c.committed([TopicPartition("test1p", 0)]), a.list_topics):
    try:
        print(wait())
    except KafkaException as e:
        print(e)
c.close()
print(AdminClient(conf).list_topics(timeout=10).topics.keys() >= {"__consumer_offsets"})
""")
    cut = 'KafkaError{code=_TRANSPORT,val=-195,str="The connection to the class was cut."}'
    assert printed.stdout.splitlines() == [cut] * 4 + ["True"]
    assert printed.stderr == ""
