"""`manage.py serve`: the web site alone, one of several behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from kafkaclass.management.site import Site, SiteCommand


class Command(SiteCommand):
    help = (
        "Run the web site alone: one of several behind a proxy, on one Kafka and one database that all of them share."
        " It prints no links: `manage.py invite` makes those. Ctrl-C stops it."
    )

    def handle(self, *_args: Any, host: str, port: int, web_processes: int, **_options: Any) -> None:
        if missing := list(not_shared()):
            raise CommandError(
                "`serve` is one web site of several, which share a cluster, a database and a secret key. Set in the"
                f" environment {'; '.join(missing)}. For a class on this machine alone: `manage.py up`."
            )
        Serve(self, host=host, port=port, web_processes=web_processes).run()


def not_shared() -> Iterator[str]:
    """What others could not share with this web site: the variable to set, and what it is to name."""
    if not settings.KAFKA_IS_NAMED:
        yield "KAFKA_BOOTSTRAP_SERVERS, the cluster's addresses"
    if connection.vendor == "sqlite":
        yield "DATABASE_URL, a database server such as postgres://… (SQLite is a file of one machine)"
    if not settings.SECRET_KEY_IS_NAMED:
        yield "KAFKACLASS_SECRET_KEY, the same for all of them, or KAFKACLASS_SECRET_KEY_FILE, a file that all of them see"


class Serve(Site):
    """One run of `serve`. Browsers ask a proxy for it, so no address of this machine is one of its names. Raises: CommandError."""

    def _use_another_port(self, port: int) -> None:
        raise CommandError(
            f"Port {self.wished_port} is used by another program, and the proxy would not find the web site on {port}."
            " Name a free one by --port."
        )

    def _say_where(self) -> None:
        self.say(
            f"The web site answers at {self._here}, on the cluster {self.bootstrap_servers}. Ctrl-C stops it.\n"
            "`manage.py invite` makes a link for its instructor."
        )
