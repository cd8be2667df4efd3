"""`manage.py verify-card FILE`: whether an evidence card is as the class made it, and what it says. Works offline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from kafkaclass.management import running
from lessons.classroom.exports.card import verify_card
from lessons.classroom.exports.signing import MOST_BYTES, NotAKey, NotGenuine, PublicKey, SignedByAnother, parse_key

HINT = " To check a card of a class that ran elsewhere, give that class's key: --key=KEY."
HEAD = (
    "Genuine: {name}, seat {seat} of class {slug}, {done} of {total} exercises, {points} of {points_total} points; "
    "made at {made_at}."
)


class Command(BaseCommand):
    help = (
        "Check a downloaded evidence card and print it, offline. Exit code 0: it is as the class made it; 1: it is not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        running.add_data_argument(parser)
        parser.add_argument("file", type=Path, help="the downloaded card")
        parser.add_argument(
            "--key",
            help="the class's public key: a JWK's file, or its x; without it, that of the class of this name in this data folder",
        )
        parser.add_argument("--json", action="store_true", help="print everything that it holds, as JSON")

    def handle(self, *_args: Any, file: Path, key: str | None, **options: Any) -> None:
        try:
            card = verify_card(_read(file), key=_key(key) if key else None)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except SignedByAnother as refusal:
            raise CommandError(f"{refusal}{'' if key else HINT}") from None
        except (NotGenuine, NotAKey) as refusal:
            raise CommandError(str(refusal)) from None
        lines = [json.dumps(card, indent=2)] if options["json"] else map(printable, _lines(card))
        self.stdout.write("\n".join(lines))


def _key(text: str) -> PublicKey:
    """Of the text itself, or of the file of this name. Raises: NotAKey."""
    with suppress(NotAKey):
        return parse_key(text)
    try:
        return parse_key(_read(Path(text)).decode(errors="replace"))
    except OSError:
        raise NotAKey(f"{text} is neither a key nor a file that can be read.") from None


def _read(file: Path) -> bytes:
    """No more than shows that it is too large. Raises: OSError."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _lines(card: dict[str, Any]) -> Iterator[str]:
    yield HEAD.format(**card, slug=card["class"]["slug"], total=len(card["exercises"]))
    for each in card["exercises"]:
        found = each["verdict"] and each["verdict"]["seen"]
        state = each["state"].replace("_", " ")
        yield f"{state:>15}  {each['points']} of {each['points_total']}  {each['title']}{f': {found}' if found else ''}"


def printable(text: str) -> str:
    """The text without control characters: a name can hold anything, and must not control the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
