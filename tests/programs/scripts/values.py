"""What needs no broker: errors, records, places, requests, partitioners; as values and as they are printed."""

from confluent_kafka import *
from confluent_kafka import KafkaError
from confluent_kafka.admin import *

EXPRESSIONS = """
KafkaError(3)
KafkaError(3, "words")
KafkaError(3, "words", True, True, True)
KafkaError(12345)
KafkaError(-101)
str(KafkaError(0)), bool(KafkaError(0)), hash(KafkaError(3)), KafkaError(-185).name(), KafkaError(3).str()
KafkaError(3) == 3, KafkaError(3) == KafkaError(3, "other"), KafkaError(3) < 4, KafkaError(3) >= KafkaError(4), KafkaError(3) != 3
KafkaError(3).fatal(), KafkaError(3).retriable(), KafkaError(3, None, True).fatal(), KafkaError(3, retriable=True).retriable()
KafkaError("a")
KafkaError()
KafkaError(3) == "x"
KafkaError(3) == None
KafkaError(error=3, reason="x", fatal=1)
KafkaException(KafkaError(3))
str(KafkaException(KafkaError(3))), KafkaException(KafkaError(3)).args[0].code()
str(KafkaException("words"))
TopicPartition("a")
TopicPartition("a", 1, 5)
TopicPartition("a", 1, 5, "metadata", 3), TopicPartition("a", 1, 5, metadata="m").metadata
TopicPartition("a", 1, OFFSET_END), OFFSET_BEGINNING, OFFSET_END, OFFSET_STORED, OFFSET_INVALID
TopicPartition("a", 1, 5) == TopicPartition("a", 1, 6), hash(TopicPartition("a", 1, 5)) == hash(TopicPartition("a", 1, 6))
sorted([TopicPartition("b", 0), TopicPartition("a", 3), TopicPartition("a", 1)])
TopicPartition("a", 1) == 3
TopicPartition("a", 1) < 3
TopicPartition()
TopicPartition(3)
TopicPartition(None)
TopicPartition("a", "b")
TopicPartition("a", metadata=3)
TopicPartition("a", 1, 2, "m", 4, 5)
TopicPartition("a", colour=3)
setattr(TopicPartition("a"), "partition", 3)
NewTopic("a"), NewTopic("a", 2, 3), str(NewTopic("a", num_partitions=2, replication_factor=3, config={"a": "b"}))
NewTopic("a").num_partitions, NewTopic("a").replication_factor, NewTopic("a", 1, 1).config, NewTopic("a", 1).replica_assignment
NewTopic("a", 2, 3) == NewTopic("a", 2, 1), NewTopic("a", 2) < NewTopic("b", 1)
NewTopic()
NewTopic(1)
NewTopic("a", "b")
NewTopic("a", config=3)
NewTopic("a") == 3
NewPartitions("a", 2), NewPartitions("a", 2) == NewPartitions("a", 2), NewPartitions("a", 2, [[1]]).replica_assignment
NewPartitions("a")
NewPartitions("a", "2")
version(), libversion()
[murmur2(key, 7) for key in (b"", b"a", b"abc", b"abcd", b"key" * 9)]
[consistent(key, 7) for key in (b"", b"a", b"abc", b"abcd", b"key" * 9)]
[fnv1a(key, 7) for key in (b"", b"a", b"abc", b"abcd", b"key" * 9)]
murmur2("abc", 7)
murmur2(b"abc", 0)
consistent(1, 2)
Uuid(1, 2), str(Uuid(-1, 2)), Uuid(1, 2).get_most_significant_bits(), Uuid(1, 2).get_least_significant_bits()
[f() for m in [Message()] for f in (m.topic, m.partition, m.offset, m.key, m.value, m.headers, m.error, m.timestamp, m.latency)]
[f() for m in [Message("t", 1, 2, b"k", b"v", [("a", b"b")], None, (1, 2), 0.5, 3)] for f in (m.topic, m.value, m.timestamp, m.leader_epoch)]
len(Message()), len(Message("t", value=b"abc")), bool(Message()), bool(Message("t")), Message() == Message()
Message(colour=3)
Message(timestamp=3)
TIMESTAMP_NOT_AVAILABLE, TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME
ConfigResource("topic", "a"), ConfigResource(2, "a") == ConfigResource(ConfigResource.Type.TOPIC, "a")
ConfigResource("colour", "a")
ConfigResource("topic", None)
ConfigEntry("a", "b"), str(ConfigEntry("a", "b")), ConfigEntry("a", "b").synonyms
ConfigSource(5), AlterConfigOpType.SET, ResourceType.BROKER, IsolationLevel.READ_COMMITTED, ConsumerGroupState.STABLE
str(Node(1, "host", 9092)), str(Node(1, "host", 9092, "rack")), Node(1, "host", 9092).id_string
ConsumerGroupTopicPartitions("g").topic_partitions, TopicCollection(["a"]).topic_names
Producer()
Producer(3)
Producer({}, {})
Producer({"error_cb": 3})
Producer({"on_delivery": 3})
Consumer()
Consumer({})
Consumer({"bootstrap.servers": "127.0.0.1:1"})
AdminClient()
AdminClient(3)
"""
print(len([name for name in dir(KafkaError) if name.isupper() or name[1:].isupper()]))
for name in dir(KafkaError):
    if name.isupper() or name[1:].isupper():
        print(name, getattr(KafkaError, name), KafkaError(getattr(KafkaError, name)))
for expression in EXPRESSIONS.strip().splitlines():
    try:
        print(expression, "=>", repr(eval(expression)))
    except Exception as error:
        print(expression, "=>", type(error), error)
