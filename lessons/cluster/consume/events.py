"""What a group member tells its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lessons.cluster.errors import ClusterError
from lessons.cluster.live.ring import Entry


@dataclass(frozen=True)
class Assigned:
    """The member reads these partitions now, from these offsets; None where the offset could not be looked up. `kept` are
    those that it had before and still has."""

    offsets: Mapping[int, int | None]
    topic_id: str | None
    kept: tuple[int, ...] = ()


@dataclass(frozen=True)
class Revoked:
    """These partitions are somebody else's now. `lost`: the group went on without us, nothing could be committed."""

    partitions: tuple[int, ...]
    lost: bool


@dataclass(frozen=True)
class Delivered:
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class AtEnd:
    """Everything that is to be had of this partition now was delivered; the next record will have this offset, or a later
    one. It may lie behind the last record by more than one: the marks of transactions have offsets, too."""

    partition: int
    offset: int


@dataclass(frozen=True)
class Committed:
    """As its owner wanted it: the offsets of the next records."""

    offsets: Mapping[int, int]


@dataclass(frozen=True)
class Trouble:
    """Something is in the way; the member goes on trying, unless `Stopped` follows."""

    error: ClusterError


@dataclass(frozen=True)
class Stopped:
    """The last event. What the group has committed in the partitions that the member had; of one that was killed nobody asks."""

    committed: Mapping[int, int]
    was_killed: bool = False


Event = Assigned | Revoked | Delivered | AtEnd | Committed | Trouble | Stopped
