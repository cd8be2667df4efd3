from __future__ import annotations

import socket

from kafkaclass.management.addresses import allowed_hosts, choose_port, lan_address, local_url, student_url


def test_loopback_needs_no_further_host_and_has_one_url():
    assert allowed_hosts("127.0.0.1") == ()
    assert local_url("127.0.0.1", 8000) == student_url("127.0.0.1", 8000) == "http://127.0.0.1:8000"


def test_on_all_addresses_students_get_the_one_of_the_network():
    lan = lan_address()
    assert local_url("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert student_url("0.0.0.0", 8000) == f"http://{lan or '127.0.0.1'}:8000"
    assert {lan, socket.gethostname()} - {None} <= set(allowed_hosts("0.0.0.0"))


def test_one_address_is_its_own_host_also_with_colons():
    assert allowed_hosts("192.0.2.7") == ("192.0.2.7",)
    assert allowed_hosts("2001:db8::7") == ("[2001:db8::7]",)
    assert local_url("2001:db8::7", 80) == "http://[2001:db8::7]:80"


def test_a_held_port_is_replaced():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        chosen = choose_port("127.0.0.1", port)
        chosen.release()
        assert chosen.port != port
    chosen = choose_port("127.0.0.1", port)
    chosen.release()
    assert chosen.port == port
