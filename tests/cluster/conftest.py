"""A seat of its own for each test, on the session's brokers."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator

import pytest

from lessons.cluster import clients
from lessons.cluster.namespace import Namespace


@pytest.fixture
def alice(kafka: str) -> Namespace:
    """Alice's seat, in a class that no other test uses."""
    return Namespace(f"t{secrets.token_hex(4)}", "alice")


@pytest.fixture
def bob(alice: Namespace) -> Namespace:
    """Bob's seat in Alice's class."""
    return Namespace(alice.class_slug, "bob")


@pytest.fixture
def no_cluster(kafka: str) -> Iterator[None]:
    """Nobody listens where the brokers should be."""
    here = clients.connection()
    with socket.socket() as held:  # bound and not listening: connections are refused, and nobody else takes it
        held.bind(("127.0.0.1", 0))
        clients.configure(clients.Connection(f"127.0.0.1:{held.getsockname()[1]}"))
        yield
        clients.configure(here)
