"""`manage.py up`: start three brokers, the web server and a first class, and print the links to hand out."""

from __future__ import annotations

import os
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.db import connections

from kafkaclass.authoring import state_of_sources
from kafkaclass.hosts import OwnHosts
from kafkaclass.management.addresses import named_urls, student_urls
from kafkaclass.management.laptops import SEAT_RULES, CannotListen, refuse_kafka_host
from kafkaclass.management.site import Site, SiteCommand, Slow
from lessons import embedded
from lessons.embedded import BrokerProblem, EmbeddedCluster
from lessons.embedded.cluster import DEFAULT_HEAP_MB
from lessons.embedded.laptops import LaptopListener

SMALLEST_HEAP_MB = 96
# With this, a broker held 9,000 replicas: thirty topics of each of three hundred seats, with three replicas. With 128 it ran out
# of memory at 3,300.
LARGEST_USUAL_HEAP_MB = 512


class Command(SiteCommand):
    help = "Run a class: start three Kafka brokers and the web site, and print the links to hand out. Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--kafka-host",
            default="",
            metavar="ADDRESS",
            help="this machine's address at which students' laptops may reach the brokers, each by a user of its own",
        )
        parser.add_argument(
            "--authoring", action="store_true", help="for whoever writes lessons: pages follow what is saved"
        )
        parser.add_argument("--heap", type=_heap_mb, default=usual_heap_mb(), help="MB of heap for each broker")

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
        except BrokerProblem as problem:
            raise CommandError(str(problem)) from problem


def usual_heap_mb() -> int:
    """An eighth of this machine's memory for three brokers. Java takes no more of it than it needs."""
    try:
        memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return DEFAULT_HEAP_MB
    return min(max(DEFAULT_HEAP_MB, memory_mb // 24), LARGEST_USUAL_HEAP_MB)


def _heap_mb(text: str) -> int:
    if not text.isdigit() or int(text) < SMALLEST_HEAP_MB:
        raise ArgumentTypeError(f"a broker needs at least {SMALLEST_HEAP_MB} MB")
    return int(text)


class Up(Site):
    """One run of `up`: the web site, and brokers unless others are named. Raises: BrokerProblem, CommandError."""

    def __init__(
        self,
        command: SiteCommand,
        *,
        host: str,
        kafka_host: str,
        port: int,
        heap_mb: int,
        web_processes: int,
        is_for_authors: bool,
    ) -> None:
        super().__init__(command, host=host, port=port, web_processes=web_processes)
        self.kafka_host = kafka_host
        self.heap_mb = heap_mb
        self.cluster: EmbeddedCluster | None = None
        self._students_at: list[str] = []  # the addresses that were printed
        self._sources = state_of_sources(settings.BASE_DIR) if is_for_authors else ""

    def _check_settings(self) -> None:
        super()._check_settings()
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
        super()._end_leftovers()
        ended = embedded.end_leftovers(self.data_dir)
        if ended:
            self.say(f"Ended {ended} brokers that were left from the last run.")

    def _use_another_port(self, port: int) -> None:
        self.say(f"Port {self.wished_port} is used by another program, so the web site uses {port}.")

    def _prepare(self) -> None:
        if not settings.KAFKA_IS_NAMED:
            self._prepare_brokers()
        super()._prepare()

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

    def _start_processes(self) -> None:
        super()._start_processes()
        if self.cluster:
            self.stopping.check()
            self.cluster.start()

    @property
    def _log(self) -> Path:
        return self.data_dir / "logs" / "web.log"

    def _environment(self) -> dict[str, str]:
        environment = {**super()._environment(), "KAFKACLASS_LISTENS_ON": self.host}
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
        return self.cluster.bootstrap_servers if self.cluster else super().bootstrap_servers

    def _say_where(self) -> None:
        from lessons.classroom.models import Role
        from lessons.classroom.people.seats import ensure_first_class, join_path
        from lessons.classroom.people.staff import sign_in_path

        assert self.web
        klass = ensure_first_class()
        self._students_at = student_urls(self.host, self.web.port)
        staff_at = next(iter(named_urls()), self._here)
        self.say(
            f"\nThe class “{klass.name}” is open.\n\n"
            f"  Students     {self._student_links(join_path(klass))}\n"
            f"               class code {klass.join_code}\n"
            f"  Instructor   {staff_at}{sign_in_path(klass, Role.INSTRUCTOR)}\n"
            f"  Grader       {staff_at}{sign_in_path(klass, Role.GRADER)}\n"
            "               each of these two works once, within a week\n\n"
            f"  Kafka        {self.bootstrap_servers}\n"
            f"{self._laptops_line()}"
            f"  Data, logs   {self.data_dir}\n\n"
            "Ctrl-C stops it.\n"
        )

    def _laptops_line(self) -> str:
        servers = self.cluster.laptop_servers if self.cluster else settings.LAPTOP_SERVERS
        return f"               for laptops {servers}\n" if servers else ""

    def _student_links(self, path: str) -> str:
        """One below the other, as the machine may have several addresses."""
        below = "\n" + " " * 15
        links = [f"{url}{path}" for url in self._students_at]
        if not OwnHosts(self.host).addresses() and not named_urls():
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
        self._follow_sources()
        if self.cluster:
            self.cluster.tick()
        super()._tick()
        self._say_new_links()

    def _follow_sources(self) -> None:
        """The web site starts anew with what an author has saved; brokers and data stay."""
        if not self._sources or (now := state_of_sources(settings.BASE_DIR)) == self._sources:
            return
        assert self.web
        self._sources = now
        self.web.renew()

    @property
    def _kafka_is_up(self) -> bool:
        return self.cluster is None or self.cluster.is_up

    def _after_kafka_came_up(self) -> None:
        super()._after_kafka_came_up()
        if self.cluster:
            self.cluster.write_aot_cache()

    def _equip_cluster(self) -> None:
        self._limit_laptops()
        super()._equip_cluster()

    def _limit_laptops(self) -> None:
        try:
            if self.cluster:
                self.cluster.limit_laptops()
        except BrokerProblem as problem:
            self.say(str(problem))

    def _stop_processes(self, end_at: float) -> None:
        """Stop the web server first, so that its consumers leave their groups; then all brokers at once."""
        try:
            super()._stop_processes(end_at)
        finally:
            if self.cluster:
                self.cluster.stop(max(0.0, end_at - time.monotonic()))
