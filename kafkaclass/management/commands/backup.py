"""`manage.py backup FILE`: a class's rows and key in one file, also while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from kafkaclass.management import running
from kafkaclass.management.backup import BackupProblem, write_backup


class Command(BaseCommand):
    help = (
        "Write the rows of a class (people, acts, attempts, evidence, grades) and its secret key to a file, also while it"
        " runs. What the brokers hold is not in it: for that, stop the class and copy its whole data folder."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        running.add_data_argument(parser)
        parser.add_argument("file", type=Path, help="the file to write, such as class.tar.gz")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            counts = write_backup(file)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(
            f"{file} has {sum(counts.values())} rows and the secret key. Whoever reads it can sign in as anybody: keep it"
            " safe. It has nothing of what the brokers hold."
        )
