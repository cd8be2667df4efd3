"""`manage.py verify-card FILE`: check that an evidence card is genuine, without cluster or database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lessons.classroom.exports.card import CardRefused, SignedByAnother, verify_card


class Command(BaseCommand):
    help = "Check offline that a downloaded evidence card is genuine. Exit code 0: it is; 1: it is not."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the downloaded card")
        parser.add_argument(
            "--key", help="the class's public key; without it, the key of the class with this name in this data folder"
        )

    def handle(self, *_args: Any, file: Path, key: str | None, **_options: Any) -> None:
        try:
            card = verify_card(file.read_bytes(), public_key=key)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except SignedByAnother as refusal:
            raise CommandError(f"{refusal}{'' if key else HINT}") from None
        except CardRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(printable(WORDS.format(**card, slug=card["class"]["slug"], total=len(card["exercises"]))))


WORDS = "Genuine: {name}, seat {seat} of class {slug}, {done} of {total} exercises, {points} of {points_total} points; made at {made_at}."
HINT = " To check a card of a class on another machine, give the key of that class: --key KEY."


def printable(text: str) -> str:
    """The text without control characters: a name can hold anything, and must not control the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
