"""Prints static/js/cells/names.js: what the cells' editor completes. Run it when confluent-kafka is a newer one:

.venv/bin/python -m tests.list_client_names > static/js/cells/names.js
"""

from __future__ import annotations

import builtins
import inspect
import json
import keyword

import confluent_kafka
import confluent_kafka.admin

HEAD = """\
// Names for completion, made by tests/list_client_names.py from confluent-kafka {version}.
"""
CLASSES = [
    confluent_kafka.Producer, confluent_kafka.Consumer, confluent_kafka.Message, confluent_kafka.TopicPartition,
    confluent_kafka.KafkaError, confluent_kafka.KafkaException, confluent_kafka.admin.AdminClient,
    confluent_kafka.admin.NewTopic, confluent_kafka.admin.NewPartitions, confluent_kafka.admin.ClusterMetadata,
    confluent_kafka.admin.BrokerMetadata, confluent_kafka.admin.TopicMetadata, confluent_kafka.admin.PartitionMetadata,
    confluent_kafka.admin.ConfigResource, confluent_kafka.admin.ConfigEntry,
]  # fmt: skip
OF_METADATA = {  # which objects have and classes do not
    "ClusterMetadata": ["brokers", "cluster_id", "controller_id", "orig_broker_id", "orig_broker_name", "topics"],
    "BrokerMetadata": ["host", "id", "port"],
    "TopicMetadata": ["error", "partitions", "topic"],
    "PartitionMetadata": ["error", "id", "isrs", "leader", "replicas"],
    "ConfigEntry": ["is_default", "is_read_only", "is_sensitive", "is_synonym", "name", "source", "synonyms", "value"],
}
NEW_IN_PYTHON = {"anext", "aiter", "EncodingWarning", "PythonFinalizationError", "_IncompleteInputError"}


def names_js() -> str:
    """The file, the same with every Python from 3.11 on."""
    modules = {module.__name__: _public(module) for module in (confluent_kafka, confluent_kafka.admin)}
    classes = {each.__name__: sorted({*_public(each), *OF_METADATA.get(each.__name__, ())}) for each in CLASSES}
    python = sorted({*keyword.kwlist, *(name for name in dir(builtins) if name[0] != "_")} - NEW_IN_PYTHON)
    lines = [HEAD.format(version=confluent_kafka.__version__)]
    lines += [f"export const MODULES = {_written(modules)};\n", f"export const CLASSES = {_written(classes)};\n"]
    return "\n".join([*lines, f"export const PYTHON = {json.dumps(python)};\n"])


def _public(owner: object) -> list[str]:
    return sorted(name for name in dir(owner) if name[0] != "_" and not _is_borrowed(getattr(owner, name)))


def _is_borrowed(value: object) -> bool:
    """A module or something of `typing` that the client itself imports."""
    return inspect.ismodule(value) or getattr(value, "__module__", "") in ("typing", "concurrent.futures._base", "enum")


def _written(table: dict[str, list[str]]) -> str:
    rows = "".join(f"  {json.dumps(name)}: {json.dumps(names)},\n" for name, names in table.items())
    return f"{{\n{rows}}}"


if __name__ == "__main__":
    print(names_js(), end="")
