"""A seat's slice of the cluster: a learner types `test1p`, the cluster holds `<class>.<seat>.test1p`.

Isolation is this prefix and nothing else, so the translation is done here alone: for the names of topics,
for group ids, and for Kafka's own sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lessons.cluster.errors import AppRefused

MAX_FULL_NAME_LENGTH = 249  # Kafka's limit for a topic's name: 249 pass, 250 do not

# No '.', or `a` + `b.c` would be `a.b` + `c`: one seat inside another. No '_', since Kafka takes a.b and
# a_b for one and the same name (it refuses the second), and one class could get into the way of another.
_SLUG = re.compile(r"[A-Za-z0-9-]+")
_OF_A_CLASS = re.compile(r"_[A-Za-z0-9-]+\.")


@dataclass(frozen=True)
class Namespace:
    """The names that belong to one seat of one class. Raises `ValueError` for slugs that are no slugs."""

    class_slug: str
    seat_slug: str

    def __post_init__(self) -> None:
        for slug in (self.class_slug, self.seat_slug):
            if not _SLUG.fullmatch(slug):
                raise ValueError(f"a slug has letters, digits and '-' only: {slug!r}")

    @property
    def prefix(self) -> str:
        return f"{self.class_slug}.{self.seat_slug}."

    @property
    def max_name_length(self) -> int:
        """The longest name that a learner can type, in characters."""
        return MAX_FULL_NAME_LENGTH - len(self.prefix)

    def full(self, name: str, *, thing: str = "topic") -> str:
        """The name on the cluster. `thing` is the word for it in a refusal: "topic" or "group".

        The app refuses only what the prefix would make legal or unreadable; illegal characters go to Kafka,
        whose answer is worth seeing. Raises AppRefused.
        """
        refusal = self._refusal(name, thing)
        if refusal is not None:
            raise refusal
        return self.prefix + name

    def short(self, full_name: str) -> str:
        """The name as the learner typed it; a name outside this namespace comes back as it is."""
        return full_name.removeprefix(self.prefix) if self.owns(full_name) else full_name

    def owns(self, full_name: str) -> bool:
        return full_name.startswith(self.prefix) and len(full_name) > len(self.prefix)

    @property
    def class_prefix(self) -> str:
        """What the names of the class's own topics begin with, such as its feed's."""
        return f"_{self.class_slug}."

    def may_see(self, full_name: str) -> bool:
        """Whether a list shows this seat the topic: its own, its class's, and what else begins with an underscore.

        Neighbours' topics are not shown, nor are those of other classes.
        """
        if self.owns(full_name) or full_name.startswith(self.class_prefix):
            return True
        return full_name.startswith("_") and not _OF_A_CLASS.match(full_name)

    def strip(self, text: str) -> str:
        """Kafka's sentence with the prefix taken out wherever it stands."""
        return text.replace(self.prefix, "")

    def _refusal(self, name: str, thing: str) -> AppRefused | None:
        def refuse(code: str, answered: str, advice: str) -> AppRefused:
            asked = f"Use the name {name!r} for a {thing}"
            return AppRefused(code=code, asked=asked, answered=answered, advice=advice)

        if not name:
            return refuse("EMPTY_NAME", f"A {thing} needs a name.", "Type one, such as test1p.")
        if name in (".", ".."):
            words = f"The name of a {thing} cannot be '.' or '..': Kafka keeps those for folders."
            return refuse("DOT_NAME", words, "Type a name with letters in it, such as test1p.")
        if len(name) > self.max_name_length:
            words = (
                f"The name has {len(name)} characters. Kafka takes {MAX_FULL_NAME_LENGTH}, and "
                f"{len(self.prefix)} of them name your class and seat."
            )
            return refuse("TOO_LONG", words, f"Use at most {self.max_name_length} characters.")
        if not _can_be_sent(name):
            words = "The name holds a character that cannot be sent to Kafka at all."
            return refuse("ILLEGAL_NAME", words, "Use letters, digits, '.', '_' and '-'.")
        return None


def prefix_of(full_name: str) -> str:
    """The prefix of the seat whose topic this is; empty for what has none."""
    parts = full_name.split(".", 2)
    return f"{parts[0]}.{parts[1]}." if len(parts) == 3 and parts[2] else ""


def _can_be_sent(name: str) -> bool:
    """The client takes a C string in UTF-8: no NUL, no half of a surrogate pair."""
    return "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)
