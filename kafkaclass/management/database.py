"""Bring the database to where pages can be served: its tables, and a first class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections

_OURS = 0x6B61666B61  # of all locks that others may take in the same database


def prepare_database() -> None:
    """Where several machines share one database, each does this when it starts, perhaps at the same moment."""
    from lessons.classroom.people.seats import ensure_first_class

    with _one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)
        ensure_first_class()
    connections.close_all()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The lock ends with the connection, if this process is killed. SQLite needs none: it lies in our data folder."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_OURS])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_OURS])
