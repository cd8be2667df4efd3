"""Whether the Kafka client takes the settings that somebody gave it for TLS and SASL."""

from __future__ import annotations

import logging

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from lessons.cluster.clients import Connection

_PEM = "ssl.ca.location, the path of a PEM file, which has no type and no password"
_OAUTH = "sasl.oauthbearer.method, and what belongs to it"
_TLS = "ssl.cipher.suites, if need be: OpenSSL chooses the version of TLS"
# Java's clients have these, librdkafka has others in their place.
OF_JAVA = {
    "sasl.jaas.config": "sasl.username and sasl.password",
    "sasl.login.class": _OAUTH,
    "sasl.login.callback.handler.class": _OAUTH,
    "sasl.client.callback.handler.class": _OAUTH,
    "security.providers": "ssl.providers",
    "ssl.enabled.protocols": _TLS,
    "ssl.protocol": _TLS,
    "ssl.provider": "ssl.providers",
    "ssl.keystore.certificate.chain": "ssl.certificate.pem",
    "ssl.keystore.key": "ssl.key.pem",
    "ssl.keystore.type": "ssl.keystore.location alone, which is a PKCS#12 file",
    "ssl.truststore.certificates": "ssl.ca.pem",
    "ssl.truststore.location": _PEM,
    "ssl.truststore.password": _PEM,
    "ssl.truststore.type": _PEM,
}


class WrongSettings(Exception):
    """The client refuses its settings; str() says which, and what to use."""


def refuse_wrong_settings(connection: Connection) -> None:
    """Nobody is asked for anything: the client reads them when it is made. Raises: WrongSettings."""
    if names := [name for name, _ in connection.extra if name in OF_JAVA]:
        instead = "; ".join(f"for {name} use {OF_JAVA[name]}" for name in names)
        raise WrongSettings(f"Java's clients know {', '.join(names)}, and librdkafka's do not: {instead}.")
    silent = logging.getLogger(f"{__name__}.silent")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    try:
        AdminClient(connection.settings(), logger=silent)
    except KafkaException as error:
        raise WrongSettings(f"The Kafka client refuses its settings: {error.args[0].str().rstrip('.')}.") from error
