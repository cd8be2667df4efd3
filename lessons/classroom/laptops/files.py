"""What a program on a laptop reads to find the cluster: one file for librdkafka's clients, one for Java's.

The authority's certificate is in both (`ssl.ca.pem`; KIP-651), so a program needs no second file beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from lessons.classroom.models import Member
from lessons.cluster.users import MECHANISM, user_of

PROTOCOL = "SASL_SSL"


def authority_pem() -> str:
    """The certificate of the authority that signed the brokers'; empty where every machine knows it. Raises: OSError."""
    return Path(settings.LAPTOP_CA).read_text(encoding="ascii") if settings.LAPTOP_CA else ""


def for_librdkafka(member: Member) -> str:
    """`kafka.json`: what `confluent_kafka`'s clients take as it is. Raises: OSError."""
    config = {
        "bootstrap.servers": settings.LAPTOP_SERVERS,
        "security.protocol": PROTOCOL,
        "sasl.mechanism": MECHANISM,
        "sasl.username": user_of(member.namespace),
        "sasl.password": member.kafka_password,
    }
    if authority := authority_pem():
        config["ssl.ca.pem"] = authority
    return json.dumps(config, indent=2) + "\n"


def for_java(member: Member) -> str:
    """`client.properties`, for Kafka's own tools and Java's clients. Raises: OSError."""
    user, password = user_of(member.namespace), member.kafka_password
    config = {
        "security.protocol": PROTOCOL,
        "sasl.mechanism": MECHANISM,
        "sasl.jaas.config": (
            f'org.apache.kafka.common.security.scram.ScramLoginModule required username="{user}" password="{password}";'
        ),
    }
    if authority := authority_pem():
        config["ssl.truststore.type"] = "PEM"
        config["ssl.truststore.certificates"] = authority.replace("\n", "\\n")
    return "".join(f"{name}={value}\n" for name, value in config.items())
