"""`manage.py doctor`: what is wrong with this machine, its cluster and its database, and what to do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from kafkaclass.management import running
from kafkaclass.management.doctor import State, examine


class Command(BaseCommand):
    help = (
        "Look at this machine, the database and the cluster, and say in a line each what is ok, what to look at, and what"
        " is wrong. A class may run meanwhile. Exit code 0: nothing is wrong; 1: something is."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        running.add_data_argument(parser)

    def handle(self, *_args: Any, **_options: Any) -> None:
        found: Counter[State] = Counter()
        for finding in examine(settings.DATA_DIR):
            found[finding.state] += 1
            self.stdout.write(str(finding))
            self.stdout.flush()
        if number := found[State.WRONG]:
            raise CommandError(f"{number} of these {'is' if number == 1 else 'are'} wrong.")
        self.stdout.write("Nothing is wrong.")
