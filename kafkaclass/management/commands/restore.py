"""`manage.py restore FILE`: a class's rows and key, from the file that `backup` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from kafkaclass.management import running
from kafkaclass.management.backup import BackupProblem, read_backup


class Command(BaseCommand):
    help = (
        "Restore what `backup` wrote, into an empty data folder (--data) or an empty database (DATABASE_URL). Then start the"
        " class with `up`. All is restored, or nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        running.add_data_argument(parser)
        parser.add_argument("file", type=Path, help="the file that `backup` wrote")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            lock = running.lock(settings.DATA_DIR)
        except running.RunsAlready as runs:
            raise CommandError(str(runs)) from runs
        try:
            counts = read_backup(file)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror or error}.") from error
        finally:
            lock.close()
        self.stdout.write(
            f"Restored {sum(counts.values())} rows and the secret key. Start the class by manage.py up. Its cluster is as it"
            " is: nothing was restored there."
        )
