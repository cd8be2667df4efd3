"""Variables of the environment that are settings of the Kafka client, and those that only look like it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import pytest

from kafkaclass.kafka_variables import security_settings, variable_of
from lessons.cluster.client_settings import OF_JAVA, WrongSettings, refuse_wrong_settings
from lessons.cluster.clients import Connection
from tests.kafkaclass.test_up import command, environment
from tests.waiting import PATIENCE_S

# What Kubernetes sets for the services kafka-ssl, kafka-sasl and kafka-security-proxy, with ports that have names.
OF_KUBERNETES = {
    "KAFKA_SSL_SERVICE_HOST": "10.0.0.1",
    "KAFKA_SSL_SERVICE_PORT": "443",
    "KAFKA_SSL_SERVICE_PORT_HTTPS": "443",
    "KAFKA_SSL_PORT": "tcp://10.0.0.1:443",
    "KAFKA_SSL_PORT_443_TCP": "tcp://10.0.0.1:443",
    "KAFKA_SSL_PORT_443_TCP_PROTO": "tcp",
    "KAFKA_SSL_PORT_443_TCP_PORT": "443",
    "KAFKA_SSL_PORT_443_TCP_ADDR": "10.0.0.1",
    "KAFKA_SASL_PORT": "tcp://10.0.0.2:9093",
    "KAFKA_SECURITY_PROXY_PORT_9093_TCP": "tcp://10.0.0.3:9093",
}
OURS = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
    "KAFKA_SASL_KERBEROS_SERVICE_NAME": "kafka",
    "KAFKA_SSL_CA_PEM": "…",
}


def said_of(settings: Mapping[str, str]) -> str:
    """Why the client refuses them; empty: it takes them."""
    try:
        refuse_wrong_settings(Connection("127.0.0.1:9", tuple(settings.items())))
    except WrongSettings as refusal:
        return str(refusal)
    return ""


def test_what_kubernetes_sets_for_a_service_is_no_setting_of_ours():
    settings = security_settings({**OF_KUBERNETES, **OURS, "KAFKA_BOOTSTRAP_SERVERS": "here:9092", "PATH": "/bin"})
    assert settings == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.kerberos.service.name": "kafka",
        "ssl.ca.pem": "…",
    }
    assert {variable_of(name) for name in settings} == OURS.keys()


@pytest.mark.parametrize("name", OF_JAVA)
def test_a_setting_that_only_java_has_is_refused_with_librdkafkas_own(name):
    assert f"for {name} use {OF_JAVA[name]}" in said_of({name: "x"})


def test_what_is_named_in_place_of_javas_is_known_to_the_client():
    named = {word.rstrip(",") for words in OF_JAVA.values() for word in words.split() if word.count(".") >= 1}
    assert len(named) >= 8
    assert [name for name in named if "No such" in said_of({name: "x"})] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("sasl.usernam", "ada"), ("security.protocol", "TLS"), ("ssl.ca.location", "/nowhere.pem")],
    ids=["unknown", "a wrong value", "a file that is missing"],
)
def test_what_the_client_refuses_is_said_in_its_words(name, value):
    words = said_of({"security.protocol": "SSL", name: value})
    assert "The Kafka client refuses its settings" in words
    assert name in words


def test_settings_of_a_usual_cluster_are_taken():
    usual = {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-256"}
    assert said_of({**usual, "sasl.username": "ada", "sasl.password": "secret"}) == ""


def test_up_says_it_before_it_starts_anything(tmp_path):
    own = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "KAFKA_SASL_JAAS_CONFIG": "x", **OF_KUBERNETES}
    done = subprocess.run(
        command(tmp_path / "data"), capture_output=True, text=True, timeout=PATIENCE_S, env=environment(**own), check=False
    )  # fmt: skip
    assert done.returncode == 1
    assert "for sasl.jaas.config use sasl.username and sasl.password" in done.stderr
    assert "read from KAFKA_SASL_JAAS_CONFIG." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "logs").exists()
