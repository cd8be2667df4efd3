"""A seat's part of the cluster: the student types `test1p`, the cluster holds `<class>.<seat>.test1p`.

This prefix alone keeps seats apart. So names of topics, group ids and Kafka's own sentences are translated here and
nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lessons.cluster.errors import AppRefused
from lessons.cluster.refusals import Refusal
from lessons.words import _

Thing = Literal["topic", "group", "transactional.id"]

# The client takes C strings in UTF-8, and a row takes no more: no NUL, no half of a surrogate pair.
NOT_SENDABLE = re.compile("[\0\ud800-\udfff]")
MAX_FULL_NAME_LENGTH = 249  # Kafka's limit for a topic's name: 249 pass, 250 do not

# No '.', or `a` + `b.c` would be `a.b` + `c`: one seat inside another. No '_': Kafka treats a.b and a_b as the same
# name and refuses the second, so one class could get in the way of another.
_SLUG = re.compile(r"[A-Za-z0-9-]+")
_OF_A_CLASS = re.compile(r"_[A-Za-z0-9-]+\.")


@dataclass(frozen=True)
class Namespace:
    """The names that belong to one seat of one class. Raises `ValueError` for a slug that is not legal."""

    class_slug: str
    seat_slug: str

    def __post_init__(self) -> None:
        for slug in (self.class_slug, self.seat_slug):
            if not _SLUG.fullmatch(slug):
                raise ValueError(f"a slug has only letters, digits and '-': {slug!r}")

    @property
    def prefix(self) -> str:
        return f"{self.class_slug}.{self.seat_slug}."

    @property
    def max_name_length(self) -> int:
        """The length of the longest name that a student can type, in characters."""
        return MAX_FULL_NAME_LENGTH - len(self.prefix)

    def full(self, name: str, *, thing: Thing = "topic") -> str:
        """The name on the cluster. `thing` is what a refusal calls it. Raises: AppRefused.

        The app refuses only names that the prefix would make legal or unreadable. Illegal characters go to Kafka,
        whose answer is worth seeing.
        """
        refusal = self._refusal(name, thing)
        if refusal is not None:
            raise refusal
        return self.prefix + name

    def short(self, full_name: str) -> str:
        """The name as the student typed it; a name outside this namespace comes back unchanged."""
        return full_name.removeprefix(self.prefix) if self.owns(full_name) else full_name

    def owns(self, full_name: str) -> bool:
        return full_name.startswith(self.prefix) and len(full_name) > len(self.prefix)

    @property
    def class_prefix(self) -> str:
        """The beginning of the names of the class's own topics, such as its feed."""
        return f"_{self.class_slug}."

    def may_see(self, full_name: str) -> bool:
        """Whether this seat's list shows the topic: its own, its class's, and others that begin with an underscore.

        Topics of other seats and of other classes are not shown.
        """
        if self.owns(full_name) or full_name.startswith(self.class_prefix):
            return True
        return full_name.startswith("_") and not _OF_A_CLASS.match(full_name)

    def strip(self, text: str) -> str:
        """Kafka's sentence without the prefix, wherever it occurs."""
        return text.replace(self.prefix, "")

    def _refusal(self, name: str, thing: Thing) -> AppRefused | None:
        use = {
            "topic": _("Use the name %(name)s for a topic"),
            "group": _("Use the name %(name)s for a group"),
            "transactional.id": _("Use the name %(name)s for a transactional.id"),
        }
        asked = use[thing] % {"name": repr(name)}
        if not name:
            return Refusal.EMPTY_NAME.error(asked=asked)
        if name in (".", ".."):
            return Refusal.DOT_NAME.error(asked=asked)
        if len(name) > self.max_name_length:
            return Refusal.TOO_LONG.error(
                asked=asked, length=len(name), kafkas=MAX_FULL_NAME_LENGTH, prefix=len(self.prefix),
                most=self.max_name_length,
            )  # fmt: skip
        return Refusal.ILLEGAL_NAME.error(asked=asked) if NOT_SENDABLE.search(name) else None


def prefix_of(full_name: str) -> str:
    """The prefix of the seat that owns this topic; empty if no seat does."""
    parts = full_name.split(".", 2)
    return f"{parts[0]}.{parts[1]}." if len(parts) == 3 and parts[2] else ""
