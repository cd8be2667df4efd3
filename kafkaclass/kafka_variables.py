"""Which variables of the environment are settings of the Kafka client."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BEGINNINGS = ("KAFKA_SECURITY_", "KAFKA_SASL_", "KAFKA_SSL_")
# For a service named kafka-ssl Kubernetes sets KAFKA_SSL_PORT=tcp://… and some more, in every container beside it.
_OF_KUBERNETES = re.compile(r"KAFKA_\w*?(?:PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?|SERVICE_HOST|SERVICE_PORT(?:_\w+)?)")


def security_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """librdkafka's settings by their names: `sasl.username` for KAFKA_SASL_USERNAME. Whether it knows them is for its
    client to say (`lessons.cluster.client_settings`)."""
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith(_BEGINNINGS) and not _OF_KUBERNETES.fullmatch(name)
    }


def variable_of(setting: str) -> str:
    return f"KAFKA_{setting.upper().replace('.', '_')}"
