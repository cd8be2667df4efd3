from __future__ import annotations

import socket

from lessons.brokers.ports import choose, free_port, is_free


def test_a_port_that_something_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_port_that_something_listens_on_for_all_addresses_is_not_free():
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_port_whose_connections_were_just_closed_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        server.accept()[0].close()  # this side then waits in TIME_WAIT
        client.close()
    assert is_free(port)


def test_the_wish_comes_first_then_the_port_of_the_last_time_then_a_free_one():
    last, free = free_port(), free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = server.getsockname()[1]
        assert choose([free], last=[last]) == (free,)
        assert choose([held], last=[last]) == (last,)
        assert choose([0], last=[last]) == (last,)
        (any_free,) = choose([held], last=[held])
        assert any_free != held


def test_no_port_is_chosen_twice():
    free = free_port()
    chosen = choose([free, free, 0], besides=[free_port()])
    assert chosen[0] == free
    assert len(set(chosen)) == 3
