from __future__ import annotations

import socket

from lessons.embedded.ports import Claim, choose, free_port, is_free


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


def ports_of(claims: tuple[Claim, ...]) -> tuple[int, ...]:
    """Their numbers; the claims are released."""
    for claimed in claims:
        claimed.release()
    return tuple(claimed.port for claimed in claims)


def test_the_port_of_the_last_time_comes_first_then_the_wish_then_a_free_one():
    last, free = free_port(), free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = server.getsockname()[1]
        assert ports_of(choose([free], last=[last])) == (last,)
        assert ports_of(choose([free], last=[held])) == (free,)
        assert ports_of(choose([0], last=[last])) == (last,)
        (any_free,) = ports_of(choose([held], last=[held]))
        assert any_free != held


def test_no_port_is_chosen_twice():
    free = free_port()
    chosen = ports_of(choose([free, free, 0]))
    assert chosen[0] == free
    assert len(set(chosen)) == 3


def test_a_port_that_was_chosen_is_left_alone_before_anything_listens_on_it():
    free = free_port()
    first, second = choose([free]), choose([free])
    assert ports_of(second) != (free,)
    assert ports_of(first) == (free,)
    assert ports_of(choose([free])) == (free,)
