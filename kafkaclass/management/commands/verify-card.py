"""`manage.py verify-card FILE`: whether an evidence card is as the class made it. Asks no cluster and no database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lessons.classroom.exports.card import CardRefused, SignedByAnother, verify_card


class Command(BaseCommand):
    help = "Check a downloaded evidence card, offline. Exit code 0: it is as the class made it; 1: it is not."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the card, as it was downloaded")
        parser.add_argument(
            "--key", help="the class's public key; without it, that of the class of this name in this data folder"
        )

    def handle(self, *_args: Any, file: Path, key: str | None, **_options: Any) -> None:
        try:
            card = verify_card(file.read_bytes(), public_key=key)
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from None
        except SignedByAnother as refusal:
            raise CommandError(f"{refusal}{'' if key else HINT}") from None
        except CardRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(printable(WORDS.format(**card, slug=card["class"]["slug"], total=len(card["exercises"]))))


WORDS = "Genuine: {name}, seat {seat} of class {slug}, {done} of {total} exercises, {points} of {points_total} points; made at {made_at}."
HINT = " A card of a class that was run elsewhere is checked with its key: --key KEY."


def printable(text: str) -> str:
    """Names are anybody's: nothing in one may steer the terminal or turn its direction."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
