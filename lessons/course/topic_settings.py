"""What the settings of a topic mean that a seat may change. Kafka's client brings no documentation along; these sentences
follow its reference of topic settings (kafka.apache.org/documentation, 3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.words import gettext_noop

MEANS: Mapping[str, str] = {
    "cleanup.policy": gettext_noop(
        "What happens to old records: “delete” takes whole segments away by age or size, “compact” keeps the newest of each "
        "key, and “delete,compact” does both."
    ),
    "compression.type": gettext_noop(
        "How the broker stores batches: “producer” keeps what the producer chose; or uncompressed, gzip, snappy, lz4, zstd."
    ),
    "delete.retention.ms": gettext_noop("How long a tombstone stays in a compacted topic, so that a reader can still see it."),
    "max.compaction.lag.ms": gettext_noop("How long a record may stay uncompacted at the most."),
    "max.message.bytes": gettext_noop("How large a batch may be that the broker takes, as it is compressed."),
    "message.timestamp.after.max.ms": gettext_noop("How far a record's own time may lie ahead of the broker's clock."),
    "message.timestamp.before.max.ms": gettext_noop("How far a record's own time may lie behind the broker's clock."),
    "message.timestamp.type": gettext_noop(
        "Whose time a record has: CreateTime is the producer's, LogAppendTime that of the broker that stored it."
    ),
    "min.cleanable.dirty.ratio": gettext_noop(
        "How large a part of a log has to be uncompacted, from 0 to 1, before the cleaner begins."
    ),
    "min.compaction.lag.ms": gettext_noop("How long a record stays uncompacted at the least."),
    "min.insync.replicas": gettext_noop(
        "With acks=all: how many replicas have to be in sync. With fewer the leader refuses to write."
    ),
    "retention.bytes": gettext_noop("How large a partition may grow before its oldest segments go; -1 is no limit."),
    "retention.ms": gettext_noop(
        "How old the newest record of a closed segment may be before the segment goes; -1 is no limit."
    ),
    "segment.bytes": gettext_noop("How large a segment of the log may grow before the next one is begun."),
    "segment.ms": gettext_noop("How long after its first record a segment is closed by the next one that comes."),
    "unclean.leader.election.enable": gettext_noop(
        "Whether a replica that is not in sync may become the leader when there is no other; records may be lost by that."
    ),
}  # fmt: skip
