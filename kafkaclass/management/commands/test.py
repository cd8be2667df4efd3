"""`manage.py test [--long] [--every-way] [--cov] [arguments for pytest]`: find a browser and run pytest. manage.py has installed the rest."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.management import BaseCommand

from kafkaclass.management.browser import VARIABLE, NoBrowser, find_browser

# Much of their time they wait for Kafka: four at a time keep two cores busy. tests/workers.py says which run together.
WHOLE_SUITE = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
MORE = {"--long", "--every-way", "--cov"}  # of the whole suite


class Command(BaseCommand):
    help = "Run all tests but the long ones, with --long all, or those that the arguments for pytest choose."

    def run_from_argv(self, argv: list[str]) -> None:
        """Find a browser and become pytest. All arguments are for pytest, so Django's parser is not used."""
        try:
            os.environ[VARIABLE] = str(find_browser(say=self.say))
        except NoBrowser as problem:
            sys.exit(str(problem))
        # A suite starts a hundred Pythons: without bytecode each of them would compile everything again.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.chdir(settings.BASE_DIR)
        arguments = argv[2:]
        if set(arguments) <= MORE:
            arguments += WHOLE_SUITE
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 - its exit code is ours

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
