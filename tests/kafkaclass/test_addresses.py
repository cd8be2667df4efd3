from __future__ import annotations

import re
import socket
from types import SimpleNamespace

import psutil
import pytest
from django.http.request import validate_host

from kafkaclass import hosts
from kafkaclass.hosts import AllowedHosts, OwnHosts
from kafkaclass.management import web
from kafkaclass.management.addresses import choose_port, local_url, named_urls, student_urls
from kafkaclass.management.commands.up import Up
from kafkaclass.management.laptops import CannotListen, refuse_kafka_host


@pytest.fixture
def interfaces(monkeypatch) -> dict[str, list[str]]:
    """What this machine is connected to: a test changes it, as a walk into another room does."""
    connected = {"lo": ["127.0.0.1", "::1"], "wlan0": ["192.0.2.40", "2001:db8::40", "fe80::1%wlan0"]}

    def read() -> dict[str, list[object]]:
        def entry(address: str) -> object:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return psutil._ntuples.snicaddr(family, address, None, None, None)

        return {name: [entry(each) for each in addresses] for name, addresses in connected.items()}

    monkeypatch.setattr(psutil, "net_if_addrs", read)
    monkeypatch.setattr(
        psutil, "net_if_stats", lambda: dict.fromkeys(connected, psutil._ntuples.snicstats(True, 0, 0, 0, ""))
    )
    monkeypatch.setattr(hosts, "READ_EVERY_S", 1e-9)
    return connected


def test_loopback_is_nobodys_address_and_has_one_url():
    assert list(OwnHosts("127.0.0.1")) == list(OwnHosts("::1")) == list(OwnHosts("")) == []
    assert [local_url("127.0.0.1", 8000)] == student_urls("127.0.0.1", 8000) == ["http://127.0.0.1:8000"]


def test_on_all_addresses_students_get_each_that_answers(interfaces):
    assert local_url("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert student_urls("0.0.0.0", 8000) == ["http://192.0.2.40:8000"]
    assert student_urls("::", 8000) == ["http://192.0.2.40:8000", "http://[2001:db8::40]:8000"]
    assert socket.gethostname() in OwnHosts("0.0.0.0")


def test_behind_tls_everybody_is_given_the_names_by_which_the_site_is_asked_for(interfaces, settings):
    """Any other address would be sent there, where on plain http nobody answers."""
    settings.HOSTS = ["class.example.org", "*", ".example.org"]
    assert student_urls("0.0.0.0", 8000) == ["http://192.0.2.40:8000"]
    settings.BEHIND_TLS = True
    assert named_urls() == student_urls("0.0.0.0", 8000) == student_urls("127.0.0.1", 8000)
    assert named_urls() == ["https://class.example.org"]


def test_another_network_gives_another_address_while_the_class_runs(interfaces):
    allowed = AllowedHosts(["localhost"], OwnHosts("0.0.0.0"))
    assert [validate_host(host, allowed) for host in ("localhost", "192.0.2.40", "192.0.2.41")] == [True, True, False]
    interfaces["wlan0"] = ["192.0.2.41"]
    interfaces["tun0"] = ["198.51.100.7"]
    assert [validate_host(host, allowed) for host in ("192.0.2.40", "192.0.2.41", "198.51.100.7")] == [
        False,
        True,
        True,
    ]
    assert not validate_host("evil.example", allowed)


@pytest.mark.django_db
def test_links_are_printed_anew_when_the_machine_has_other_addresses(interfaces):
    said: list[str] = []
    up = Up(
        SimpleNamespace(say=said.append),
        host="0.0.0.0",
        kafka_host="",
        port=8000,
        heap_mb=128,
        web_processes=1,
        is_for_authors=False,
    )
    up.web = SimpleNamespace(port=8000)
    up._say_new_links()  # nothing was printed yet
    up._students_at = student_urls("0.0.0.0", 8000)
    up._say_new_links()
    assert said == []
    interfaces["wlan0"] = ["192.0.2.41"]
    up._say_new_links()
    assert "http://192.0.2.41:8000/join/" in said[0]
    up._say_new_links()
    assert len(said) == 1


def test_an_address_on_which_nothing_listens_is_none_of_ours(interfaces):
    assert not validate_host("192.0.2.40", AllowedHosts(["localhost"], OwnHosts("127.0.0.1")))
    assert not validate_host("[2001:db8::40]", AllowedHosts(["localhost"], OwnHosts("0.0.0.0")))


def test_one_address_is_its_own_host_also_with_colons():
    assert OwnHosts("192.0.2.7").addresses() == ["192.0.2.7"]
    assert OwnHosts("2001:db8::7").addresses() == ["[2001:db8::7]"]
    assert local_url("2001:db8::7", 80) == "http://[2001:db8::7]:80"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_on_all_addresses_both_kinds_are_answered():
    with web.listen("::", 0) as listener:
        port = listener.getsockname()[1]
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, port)).close()


def test_a_held_port_is_replaced():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        chosen = choose_port("127.0.0.1", port)
        chosen.release()
        assert chosen.port != port
    chosen = choose_port("127.0.0.1", port)
    chosen.release()
    assert chosen.port == port


@pytest.mark.parametrize(
    ("kafka_host", "web_host", "words"),
    [
        ("192.0.2.40", "127.0.0.1", "it listens on 127.0.0.1 only. Add --host 0.0.0.0."),
        ("192.0.2.41", "0.0.0.0", "This machine does not have the address 192.0.2.41. This machine's own: 192.0.2.40"),
        ("0.0.0.0", "0.0.0.0", "--kafka-host needs one address"),
        ("127.0.0.1", "0.0.0.0", "leads to this machine from itself alone"),
        ("no.such.name.invalid", "0.0.0.0", "is no address, and no name of one"),
    ],
)
def test_an_address_at_which_no_laptop_would_find_the_brokers_is_refused_in_a_sentence(
    interfaces, kafka_host, web_host, words
):
    with pytest.raises(CannotListen, match=re.escape(words)):
        refuse_kafka_host(kafka_host, web_host=web_host)


def test_an_address_of_the_machine_is_taken_for_laptops(interfaces):
    refuse_kafka_host("192.0.2.40", web_host="0.0.0.0")
    refuse_kafka_host("2001:db8::40", web_host="192.0.2.40")
