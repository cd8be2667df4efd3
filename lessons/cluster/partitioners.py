"""Where a producer sends a record with a key: the remainder of the key's hash, divided by the number of partitions.

The hash is the client's, and the brokers know nothing of it. librdkafka's `partitioner` has two that matter here (its
CONFIGURATION.md): `consistent_random`, its default, by CRC32; and `murmur2_random`, which does as Java's producer does.
With both a record whose key is null goes to any partition; an empty key does so with the first one alone.
"""

from __future__ import annotations

from confluent_kafka import consistent, murmur2


def by_crc32(key: str, partitions: int) -> int:
    """The partition by this client's default. Raises: ValueError if there are none."""
    return consistent(key.encode(), partitions)


def by_murmur2(key: str, partitions: int) -> int:
    """The partition by Java's default. Raises: ValueError if there are none."""
    return murmur2(key.encode(), partitions)
