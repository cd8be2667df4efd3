"""`manage.py up`: start three brokers, the web server and a first class, and print the links to hand out."""

from __future__ import annotations

import os
import threading
import time
from argparse import ArgumentTypeError
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connections

from kafkaclass.authoring import state_of_sources
from kafkaclass.hosts import OwnHosts
from kafkaclass.kafka_variables import variable_of
from kafkaclass.management import running, web
from kafkaclass.management.addresses import choose_port, local_url, student_urls
from kafkaclass.management.database import prepare_database
from kafkaclass.management.laptops import SEAT_RULES, CannotListen, refuse_kafka_host
from kafkaclass.management.stopping import Stopped, Stopping
from lessons import embedded
from lessons.cluster.client_settings import WrongSettings, refuse_wrong_settings
from lessons.cluster.clients import Connection
from lessons.embedded import BrokerProblem, EmbeddedCluster
from lessons.embedded.cluster import DEFAULT_HEAP_MB, TICK_S
from lessons.embedded.laptops import LaptopListener
from lessons.embedded.ports import Claim

STOP_DEADLINE_S = 7.0  # a clean stop takes 5 to 7 s; what is left of ten seconds is for a busy machine
WEB_STOP_DEADLINE_S = 4.0
FIRST_PAGE_TIMEOUT_S = 90.0
SMALLEST_HEAP_MB = 96
MOST_WEB_PROCESSES = 16
LARGEST_PORT = 65_535
_SAY_AFTER_S = 1.0


class Command(BaseCommand):
    help = "Run a class: start three Kafka brokers and the web site, and print the links to hand out. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for the local network")
        parser.add_argument(
            "--kafka-host",
            default="",
            metavar="ADDRESS",
            help="this machine's address at which students' laptops may reach the brokers, each by a user of its own",
        )
        parser.add_argument("--port", type=_port, default=8000, help="port of the web site; 0 for any free one")
        running.add_data_argument(parser)
        parser.add_argument(
            "--web-processes",
            type=_web_processes,
            default=web.USUAL_PROCESSES,
            help="number of processes for the web site",
        )
        parser.add_argument(
            "--authoring", action="store_true", help="for whoever writes lessons: pages follow what is saved"
        )
        parser.add_argument("--heap", type=_heap_mb, default=DEFAULT_HEAP_MB, help="MB of heap for each broker")

    def handle(
        self,
        *_args: Any,
        host: str,
        kafka_host: str,
        port: int,
        heap: int,
        web_processes: int,
        authoring: bool,
        **_options: Any,
    ) -> None:
        up = Up(
            self,
            host=host,
            kafka_host=kafka_host,
            port=port,
            heap_mb=heap,
            web_processes=web_processes,
            is_for_authors=authoring,
        )
        try:
            up.run()
        except (running.RunsAlready, BrokerProblem) as problem:
            raise CommandError(str(problem)) from problem

    def say(self, words: str) -> None:
        """Print something. A closed terminal must not keep us from stopping what we started."""
        with suppress(OSError):
            self.stdout.write(words)
            self.stdout.flush()


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > LARGEST_PORT:
        raise ArgumentTypeError(f"a number from 0 to {LARGEST_PORT}")
    return int(text)


def _heap_mb(text: str) -> int:
    if not text.isdigit() or int(text) < SMALLEST_HEAP_MB:
        raise ArgumentTypeError(f"a broker needs at least {SMALLEST_HEAP_MB} MB")
    return int(text)


def _web_processes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_WEB_PROCESSES:
        raise ArgumentTypeError(f"a number from 1 to {MOST_WEB_PROCESSES}")
    return int(text)


class Up:
    """One run of `up`, from start to stop. Raises: RunsAlready, BrokerProblem, CommandError."""

    def __init__(
        self,
        command: Command,
        *,
        host: str,
        kafka_host: str,
        port: int,
        heap_mb: int,
        web_processes: int,
        is_for_authors: bool,
    ) -> None:
        self.say = command.say
        self.data_dir: Path = settings.DATA_DIR
        self.host = host
        self.kafka_host = kafka_host
        self.wished_port = port
        self.heap_mb = heap_mb
        self.web_processes = web_processes
        self.stopping = Stopping()
        self.cluster: EmbeddedCluster | None = None
        self.web: web.WebServer | None = None
        self.web_port: Claim | None = None
        self._brokers_served = False
        self._students_at: list[str] = []  # the addresses that were printed
        self._sources = state_of_sources(settings.BASE_DIR) if is_for_authors else ""

    def run(self) -> None:
        os.umask(0o077)  # data, logs and keys are only for the person who runs the class
        lock = running.lock(self.data_dir)
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
        if not settings.KAFKA_IS_NAMED:
            self._prepare_brokers()
        self._prepare_database()
        self._start_web()
        if self.cluster:
            self.stopping.check()
            self.cluster.start()
        self._wait_for_first_page()
        self._say_links()

    def _check_settings(self) -> None:
        try:
            refuse_wrong_settings(self.connection)
        except WrongSettings as wrong:
            variables = ", ".join(map(variable_of, settings.KAFKA_SECURITY))
            raise CommandError(f"{wrong} They were read from {variables or 'KAFKA_BOOTSTRAP_SERVERS'}.") from wrong
        if not self.kafka_host:
            return
        if settings.KAFKA_IS_NAMED:
            raise CommandError(
                "--kafka-host is for brokers that this command starts, and KAFKA_BOOTSTRAP_SERVERS names others. Name in"
                " KAFKACLASS_LAPTOPS the addresses at which laptops reach those."
            )
        try:
            refuse_kafka_host(self.kafka_host, web_host=self.host)
        except CannotListen as refusal:
            raise CommandError(str(refusal)) from refusal

    def _end_leftovers(self) -> None:
        web.end_leftovers(self.data_dir)
        ended = embedded.end_leftovers(self.data_dir)
        if ended:
            self.say(f"Ended {ended} brokers that were left from the last run.")

    def _claim_port(self) -> None:
        """First, so that an address that is not ours is said at once. We hold the port as long as we run."""
        try:
            self.web_port = choose_port(self.host, self.wished_port)
        except OSError as error:
            raise self._cannot_listen(error) from error
        if self.wished_port and self.web_port.port != self.wished_port:
            self.say(f"Port {self.wished_port} is used by another program, so the web site uses {self.web_port.port}.")

    def _say_left_out(self) -> None:
        from lessons.course import loader, notebook

        for left_out in (*loader.left_out(), *notebook.left_out()):
            self.say(str(left_out))

    def _cannot_listen(self, error: OSError) -> CommandError:
        return CommandError(f"The web site cannot listen on {self.host}: {error.strerror or error}.")

    def _prepare_brokers(self) -> None:
        cluster = EmbeddedCluster(
            self.data_dir,
            heap_mb=self.heap_mb,
            for_laptops=LaptopListener(self.kafka_host, SEAT_RULES) if self.kafka_host else None,
            maven_url=settings.MAVEN_URL,
            say=self.say,
        )
        self.cluster = cluster
        with self.stopping.interruptible(), Slow(self.say, "Preparing the brokers …"):
            cluster.prepare()

    def _prepare_database(self) -> None:
        with self.stopping.interruptible(), Slow(self.say, "Preparing the database …"):
            prepare_database()

    def _start_web(self) -> None:
        self.stopping.check()
        assert self.web_port
        try:
            listener = web.listen(self.host, self.web_port.port)
        except OSError as error:
            raise self._cannot_listen(error) from error
        self.web = web.WebServer(
            self.data_dir, listener, processes=self.web_processes, environment=self._environment(), say=self.say
        )
        self.web.start()

    def _environment(self) -> dict[str, str]:
        environment = {"KAFKACLASS_DATA": str(self.data_dir), "KAFKACLASS_LISTENS_ON": self.host}
        if self.cluster:
            environment["KAFKA_BOOTSTRAP_SERVERS"] = self.bootstrap_servers
            environment["KAFKACLASS_EMBEDDED"] = "1"
            environment["KAFKACLASS_LAPTOPS"] = self.cluster.laptop_servers
            environment["KAFKACLASS_LAPTOPS_CA"] = str(self.cluster.authority)
        if self._sources:
            environment["KAFKACLASS_AUTHORING"] = "1"
        return environment

    @property
    def bootstrap_servers(self) -> str:
        return self.cluster.bootstrap_servers if self.cluster else settings.KAFKA_BOOTSTRAP_SERVERS

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
                    raise CommandError(f"{why} The last lines of {self.web.log}:\n{self.web.last_words()}")
                self._tick()
                time.sleep(0.05)

    def _say_links(self) -> None:
        from lessons.classroom.models import Role
        from lessons.classroom.people.seats import ensure_first_class, join_path
        from lessons.classroom.people.staff import sign_in_path

        assert self.web
        klass = ensure_first_class()
        here = local_url(self.host, self.web.port)
        self._students_at = student_urls(self.host, self.web.port)
        running.write(self.data_dir, url=here, bootstrap_servers=self.bootstrap_servers)
        self.say(
            f"\nThe class “{klass.name}” is open.\n\n"
            f"  Students     {self._student_links(join_path(klass))}\n"
            f"               class code {klass.join_code}\n"
            f"  Instructor   {here}{sign_in_path(klass, Role.INSTRUCTOR)}\n"
            f"  Grader       {here}{sign_in_path(klass, Role.GRADER)}\n"
            "               each of these two works once, within a week\n\n"
            f"  Kafka        {self.bootstrap_servers}\n"
            f"{self._laptops_line()}"
            f"  Data, logs   {self.data_dir}\n\n"
            "Ctrl-C stops it.\n"
        )
        connections.close_all()

    def _laptops_line(self) -> str:
        servers = self.cluster.laptop_servers if self.cluster else settings.LAPTOP_SERVERS
        return f"               for laptops {servers}\n" if servers else ""

    def _student_links(self, path: str) -> str:
        """One below the other, as the machine may have several addresses."""
        below = "\n" + " " * 15
        links = [f"{url}{path}" for url in self._students_at]
        if not OwnHosts(self.host).addresses():
            links.append("only on this machine: --host 0.0.0.0 lets others in")
        return below.join(links)

    def _say_new_links(self) -> None:
        """After another Wi-Fi, say, those that were printed lead nowhere."""
        from lessons.classroom.people.seats import ensure_first_class, join_path

        assert self.web
        now = student_urls(self.host, self.web.port)
        if not self._students_at or now == self._students_at:
            return
        self._students_at = now
        links = self._student_links(join_path(ensure_first_class()))
        self.say(f"This machine has other addresses now.\n  Students     {links}")
        connections.close_all()

    def _tick(self) -> None:
        assert self.web
        self._follow_sources()
        self.web.tick()
        self._say_new_links()
        if self.cluster:
            self.cluster.tick()
        if not self._brokers_served and self.web.answered and (self.cluster is None or self.cluster.is_up):
            self._brokers_served = True
            threading.Thread(target=self._after_brokers_came_up, daemon=True).start()
            if self.cluster:
                self.cluster.write_aot_cache()

    def _follow_sources(self) -> None:
        """The web site starts anew with what an author has saved; brokers and data stay."""
        if not self._sources or (now := state_of_sources(settings.BASE_DIR)) == self._sources:
            return
        assert self.web
        self._sources = now
        self.web.renew()

    def _after_brokers_came_up(self) -> None:
        """Make what a new cluster lacks: its offsets topic and the feeds. A failure is not reported here: pages do that."""
        from lessons.classroom.feed import create_feed_topic
        from lessons.classroom.models import Class
        from lessons.cluster import clients, groups
        from lessons.cluster.errors import ClusterError

        self._limit_laptops()
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

    def _limit_laptops(self) -> None:
        try:
            if self.cluster:
                self.cluster.limit_laptops()
        except BrokerProblem as problem:
            self.say(str(problem))

    def _stop(self) -> None:
        """Stop the web server first, so that its consumers leave their groups; then all brokers at once."""
        self.say("Stopping …")
        end_at = time.monotonic() + STOP_DEADLINE_S
        try:
            if self.web:
                self.web.stop(WEB_STOP_DEADLINE_S)
        finally:
            if self.cluster:
                self.cluster.stop(max(0.0, end_at - time.monotonic()))
        running.forget(self.data_dir)
        self.say("Stopped.")


class Slow:
    """Says what is going on if it takes longer than a second."""

    def __init__(self, say: Any, words: str) -> None:
        self._timer = threading.Timer(_SAY_AFTER_S, say, [words])
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
