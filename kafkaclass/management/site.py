"""A web site from start to stop: what `up` and `serve` have in common."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connections

from kafkaclass.kafka_variables import variable_of
from kafkaclass.management import running, web
from kafkaclass.management.addresses import choose_port, local_url
from kafkaclass.management.database import prepare_database
from kafkaclass.management.stopping import Stopped, Stopping
from lessons.cluster.client_settings import WrongSettings, refuse_wrong_settings
from lessons.cluster.clients import Connection
from lessons.embedded.cluster import TICK_S
from lessons.embedded.ports import Claim

STOP_DEADLINE_S = 7.0  # a clean stop takes 5 to 7 s; what is left of ten seconds is for a busy machine
WEB_STOP_DEADLINE_S = 4.0
FIRST_PAGE_TIMEOUT_S = 90.0
MOST_WEB_PROCESSES = 16
LARGEST_PORT = 65_535
_SAY_AFTER_S = 1.0


class SiteCommand(BaseCommand):
    """A command that runs a web site until somebody stops it."""

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for the local network")
        parser.add_argument("--port", type=_port, default=8000, help="port of the web site; 0 for any free one")
        running.add_data_argument(parser)
        parser.add_argument(
            "--web-processes",
            type=_web_processes,
            default=web.USUAL_PROCESSES,
            help="number of processes for the web site",
        )

    def say(self, words: str) -> None:
        """Print something. A closed terminal must not keep us from stopping what we started."""
        with suppress(OSError):
            self.stdout.write(words)
            self.stdout.flush()


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > LARGEST_PORT:
        raise ArgumentTypeError(f"a number from 0 to {LARGEST_PORT}")
    return int(text)


def _web_processes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_WEB_PROCESSES:
        raise ArgumentTypeError(f"a number from 1 to {MOST_WEB_PROCESSES}")
    return int(text)


class Site(ABC):
    """One run of the web site, on the Kafka and the database of the settings. Raises: CommandError.

    The steps of start and stop are methods, in their order; a command adds to them, and says at the end of the start
    where the site is.
    """

    def __init__(self, command: SiteCommand, *, host: str, port: int, web_processes: int) -> None:
        self.say = command.say
        self.data_dir: Path = settings.DATA_DIR
        self.host = host
        self.wished_port = port
        self.web_processes = web_processes
        self.stopping = Stopping()
        self.web: web.WebServer | None = None
        self.web_port: Claim | None = None
        self._kafka_came_up = False

    def run(self) -> None:
        os.umask(0o077)  # data, logs and keys are only for the person who runs the class
        try:
            lock = running.lock(self.data_dir)
        except running.RunsAlready as other:
            raise CommandError(str(other)) from other
        try:
            self._start()
            while not self.stopping.asked:
                self._tick()
                time.sleep(TICK_S)
        except Stopped:
            pass
        finally:
            self._stop()
            lock.close()

    def _start(self) -> None:
        self._check_settings()
        self._end_leftovers()
        self._claim_port()
        self._say_left_out()
        self._prepare()
        self._start_processes()
        self._wait_for_first_page()
        running.write(self.data_dir, url=self._here, bootstrap_servers=self.bootstrap_servers)
        self._say_where()
        connections.close_all()

    def _check_settings(self) -> None:
        try:
            refuse_wrong_settings(self.connection)
        except WrongSettings as wrong:
            variables = ", ".join(map(variable_of, settings.KAFKA_SECURITY))
            raise CommandError(f"{wrong} They were read from {variables or 'KAFKA_BOOTSTRAP_SERVERS'}.") from wrong

    def _end_leftovers(self) -> None:
        web.end_leftovers(self.data_dir)

    def _claim_port(self) -> None:
        """First, so that an address that is not ours is said at once. We hold the port as long as we run."""
        try:
            self.web_port = choose_port(self.host, self.wished_port)
        except OSError as error:
            raise self._cannot_listen(error) from error
        if self.wished_port and self.web_port.port != self.wished_port:
            self._use_another_port(self.web_port.port)

    @abstractmethod
    def _use_another_port(self, port: int) -> None:
        """The wished one is another program's, and this one is free."""

    def _say_left_out(self) -> None:
        from lessons.course import loader, notebook

        for left_out in (*loader.left_out(), *notebook.left_out()):
            self.say(str(left_out))

    def _cannot_listen(self, error: OSError) -> CommandError:
        return CommandError(f"The web site cannot listen on {self.host}: {error.strerror or error}.")

    def _prepare(self) -> None:
        with self.stopping.interruptible(), Slow(self.say, "Preparing the database …"):
            prepare_database()

    def _start_processes(self) -> None:
        self.stopping.check()
        assert self.web_port
        try:
            listener = web.listen(self.host, self.web_port.port)
        except OSError as error:
            raise self._cannot_listen(error) from error
        self.web = web.WebServer(
            listener, log=self._log, processes=self.web_processes, environment=self._environment(), say=self.say
        )
        self.web.start()

    @property
    def _log(self) -> Path | None:
        """Of the web processes; None for our own output."""
        return None

    def _environment(self) -> dict[str, str]:
        return {"KAFKACLASS_DATA": str(self.data_dir)}

    @property
    def bootstrap_servers(self) -> str:
        return settings.KAFKA_BOOTSTRAP_SERVERS

    @property
    def connection(self) -> Connection:
        return Connection(self.bootstrap_servers, tuple(settings.KAFKA_SECURITY.items()))

    def _wait_for_first_page(self) -> None:
        assert self.web
        deadline = time.monotonic() + FIRST_PAGE_TIMEOUT_S
        with Slow(self.say, "Waiting for the web site …"):
            while not self.web.answers():
                self.stopping.check()
                if self.web.problem or time.monotonic() > deadline:
                    why = self.web.problem or f"The web site did not answer within {FIRST_PAGE_TIMEOUT_S:.0f} s."
                    raise CommandError(f"{why}{self.web.last_words()}")
                self._tick()
                time.sleep(0.05)

    @property
    def _here(self) -> str:
        """Its address on this machine."""
        assert self.web
        return local_url(self.host, self.web.port)

    @abstractmethod
    def _say_where(self) -> None: ...

    def _tick(self) -> None:
        assert self.web
        self.web.tick()
        if not self._kafka_came_up and self.web.answered and self._kafka_is_up:
            self._kafka_came_up = True
            self._after_kafka_came_up()

    @property
    def _kafka_is_up(self) -> bool:
        """As far as we know: a cluster that is somebody else's is asked when we need it."""
        return True

    def _after_kafka_came_up(self) -> None:
        threading.Thread(target=self._equip_cluster, daemon=True).start()

    def _equip_cluster(self) -> None:
        """Make what a new cluster lacks: its offsets topic and the feeds. A failure is not reported here: pages do that."""
        from lessons.classroom.feed import create_feed_topic
        from lessons.classroom.models import Class
        from lessons.cluster import clients, groups
        from lessons.cluster.errors import ClusterError

        clients.configure(self.connection)
        try:
            groups.create_offsets_topic()
            for klass in Class.objects.all():
                create_feed_topic(klass)
        except ClusterError:
            return
        finally:
            clients.close_all()
            connections.close_all()

    def _stop(self) -> None:
        self.say("Stopping …")
        self._stop_processes(time.monotonic() + STOP_DEADLINE_S)
        running.forget(self.data_dir)
        self.say("Stopped.")

    def _stop_processes(self, _end_at: float) -> None:
        if self.web:
            self.web.stop(WEB_STOP_DEADLINE_S)


class Slow:
    """Says what is going on if it takes longer than a second."""

    def __init__(self, say: Callable[[str], None], words: str) -> None:
        self._timer = threading.Timer(_SAY_AFTER_S, say, [words])
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
