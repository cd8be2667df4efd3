"""What admin calls are asked with: new topics, new partitions, resources and their configuration."""

from __future__ import annotations

import functools
from enum import Enum
from operator import index
from typing import Any

from .._arguments import text
from .._binding import like_an_extension
from .._model import OrderedEnum


class NewTopic:
    """Equal to one of the same name."""

    @like_an_extension
    def __init__(
        self,
        topic: str,
        num_partitions: int = -1,
        replication_factor: int = -1,
        replica_assignment: list[list[int]] | None = None,
        config: dict[str, str] | None = None,
    ) -> None:
        self.topic = text(topic)
        self.num_partitions, self.replication_factor = index(num_partitions), index(replication_factor)
        if config is not None and not isinstance(config, dict):
            raise TypeError("config must be a dict of strings")
        self.replica_assignment, self.config = replica_assignment, config

    def __repr__(self) -> str:
        partitions = "" if self.num_partitions == -1 else f",num_partitions={self.num_partitions}"
        return f"NewTopic(topic={self.topic}{partitions})"

    def __hash__(self) -> int:
        return hash((self.topic, self.num_partitions))

    def __eq__(self, other: object) -> bool:
        return self._name(self) == self._name(other)

    def __lt__(self, other: object) -> bool:
        return self._name(self) < self._name(other)

    @staticmethod
    def _name(other: Any) -> str:
        if not isinstance(other, NewTopic):
            raise NotImplementedError
        return other.topic


class NewPartitions:
    """How many there are to be in all."""

    @like_an_extension
    def __init__(self, topic: str, new_total_count: int, replica_assignment: list[list[int]] | None = None) -> None:
        self.topic, self.new_total_count = text(topic), index(new_total_count)
        self.replica_assignment = replica_assignment

    def __repr__(self) -> str:
        return f"NewPartitions(topic={self.topic},new_total_count={self.new_total_count})"

    def __hash__(self) -> int:
        return hash((self.topic, self.new_total_count))

    def __eq__(self, other: object) -> bool:
        return self._size(self) == self._size(other)

    def __lt__(self, other: object) -> bool:
        return self._size(self) < self._size(other)

    @staticmethod
    def _size(other: Any) -> tuple[str, int]:
        if not isinstance(other, NewPartitions):
            raise NotImplementedError
        return other.topic, other.new_total_count


NewTopic.__module__ = NewPartitions.__module__ = "cimpl"


class ResourceType(OrderedEnum):
    UNKNOWN = 0
    ANY = 1
    TOPIC = 2
    GROUP = 3
    BROKER = 4
    TRANSACTIONAL_ID = 5


class ConfigSource(Enum):
    UNKNOWN_CONFIG = 0
    DYNAMIC_TOPIC_CONFIG = 1
    DYNAMIC_BROKER_CONFIG = 2
    DYNAMIC_DEFAULT_BROKER_CONFIG = 3
    STATIC_BROKER_CONFIG = 4
    DEFAULT_CONFIG = 5
    GROUP_CONFIG = 8


class AlterConfigOpType(Enum):
    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class ConfigEntry:
    """One setting of a resource; in a request with what is to be done to it."""

    def __init__(
        self,
        name: str,
        value: str | None,
        source: ConfigSource = ConfigSource.UNKNOWN_CONFIG,
        is_read_only: bool = False,
        is_default: bool = False,
        is_sensitive: bool = False,
        is_synonym: bool = False,
        synonyms: dict[str, ConfigEntry] | None = None,
        incremental_operation: AlterConfigOpType | None = None,
    ) -> None:
        self.name, self.value, self.source = name, value, source
        self.is_read_only, self.is_default = bool(is_read_only), bool(is_default)
        self.is_sensitive, self.is_synonym = bool(is_sensitive), bool(is_synonym)
        self.synonyms = {} if synonyms is None else synonyms
        self.incremental_operation = incremental_operation

    def __repr__(self) -> str:
        return f'ConfigEntry({self.name}="{self.value}")'

    def __str__(self) -> str:
        return f'{self.name}="{self.value}"'


@functools.total_ordering
class ConfigResource:
    """A resource that has a configuration, by its type and name; of a broker the name is its id."""

    Type = ResourceType

    def __init__(
        self,
        restype: ResourceType | str | int,
        name: str,
        set_config: dict[str, str] | None = None,
        described_configs: dict[str, ConfigEntry] | None = None,
        error: Any = None,
        incremental_configs: list[ConfigEntry] | None = None,
    ) -> None:
        if name is None:
            raise ValueError("Expected resource name to be a string")
        self.restype = _resource_type(restype)
        self.restype_int, self.name = self.restype.value, name
        self.set_config_dict = {} if set_config is None else set_config.copy()
        self.incremental_configs = list(incremental_configs or [])
        self.configs, self.error = described_configs, error

    def __repr__(self) -> str:
        error = "" if self.error is None else f",{self.error!r}"
        return f"ConfigResource({self.restype},{self.name}{error})"

    def __hash__(self) -> int:
        return hash((self.restype, self.name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ConfigResource):
            return NotImplemented
        return (self.restype, self.name) == (other.restype, other.name)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, ConfigResource):
            return NotImplemented
        return self.restype < other.restype or self.name < other.name

    def __len__(self) -> int:
        return len(self.set_config_dict)

    def set_config(self, name: str, value: str, overwrite: bool = True) -> None:
        if overwrite or name not in self.set_config_dict:
            self.set_config_dict[name] = value

    def add_incremental_config(self, config_entry: ConfigEntry) -> None:
        self.incremental_configs.append(config_entry)


def _resource_type(given: ResourceType | str | int) -> ResourceType:
    if isinstance(given, str):
        if given.upper() not in ResourceType.__members__:
            raise ValueError(f'Unknown resource type "{given}": should be a ConfigResource.Type')
        return ResourceType[given.upper()]
    return ResourceType(given) if isinstance(given, int) else given


class OffsetSpec:
    """Which offset list_offsets looks for; -1, -2 and -3 are Kafka's own numbers for the three that are no time."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __lt__(self, other: object) -> bool:
        return self._value < other._value if isinstance(other, OffsetSpec) else NotImplemented

    @classmethod
    def earliest(cls) -> OffsetSpec:
        return _EARLIEST

    @classmethod
    def latest(cls) -> OffsetSpec:
        return _LATEST

    @classmethod
    def max_timestamp(cls) -> OffsetSpec:
        return _MAX_TIMESTAMP

    @classmethod
    def for_timestamp(cls, timestamp: int) -> OffsetSpec:
        """The first offset of a record that is not older than that, in ms."""
        return cls(timestamp)


_LATEST, _EARLIEST, _MAX_TIMESTAMP = OffsetSpec(-1), OffsetSpec(-2), OffsetSpec(-3)
