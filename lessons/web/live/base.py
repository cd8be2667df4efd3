"""What a live page is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Self

from django.template.loader import render_to_string

from lessons.classroom.changes import Changed, Kind
from lessons.classroom.models import Member
from lessons.classroom.rights import Ground, is_member
from lessons.cluster.snapshot import Snapshot

Draw = Callable[[], str]
Parts = Mapping[str, Draw]  # {element id: what makes its HTML}


class DrawnFrom:
    """What parts of one page were drawn from last: what would be drawn from the same again is not drawn."""

    def __init__(self) -> None:
        self._last: dict[str, object] = {}

    def is_other(self, part: str, source: object) -> bool:
        """Whether it was something else; from now on it is this."""
        if part in self._last and self._last[part] == source:
            return False
        self._last[part] = source
        return True

    def forget(self) -> None:
        """Everything is drawn again."""
        self._last.clear()


class LivePage(ABC):
    """One open page: what has changed on it since it was told last. Sync; one thread at a time, but for `note`."""

    of_seat: ClassVar[bool] = True  # told of what changes for its seat; else of all that changes in the class
    wants_groups: bool = False  # whether snapshots bring its seat's groups along
    wants_readable: bool = False  # and what of its partitions a consumer can read
    gathers_s: ClassVar[float] = 0.1  # what comes so soon after the first news (an act, its records) is drawn with it
    gathers_at_most_s: ClassVar[float] = 0.5  # where more is about to come
    min_gap_s: ClassVar[float] = 0.0  # between two drawings

    def __init__(self, member: Member) -> None:
        self.member = member  # whose cluster and work it shows
        self.drawn_from = DrawnFrom()
        self._sent: dict[str, str] = {}
        self._news: set[Kind] = set(Kind)  # what has changed since it was drawn last; at first everything

    @classmethod
    def open(cls, member: Member, address: Mapping[str, str]) -> Self:
        """The page for whoever has come in; `address` has the parameters of the socket's address. Raises: Http404."""
        return cls(member)

    def opened(self) -> None:
        """It is kept fresh from now on."""
        return

    def closed(self) -> None:
        """It is not any more. Called once after `opened`."""
        return

    def grounds(self) -> set[Ground]:
        """What must go on being so, beside the right of who has come in."""
        return {is_member(self.member)}

    def note(self, changed: Changed) -> bool:
        """Called from any thread with each change; whether the page has to be drawn."""
        self._news.add(changed.kind)
        return True

    def awaits_more(self) -> bool:
        """Whether more is about to come that should be drawn with what has come."""
        return False

    def changes(self, snapshot: Snapshot) -> dict[str, str]:
        """{element id: its new HTML} for what is not as it was sent last."""
        news, self._news = self._news, set()
        try:
            drawn = {dom_id: draw() for dom_id, draw in self.parts(snapshot, news).items()}
        except Exception:  # a busy database: nothing of it is lost
            self._news |= news
            self.drawn_from.forget()
            raise
        fresh = {dom_id: html for dom_id, html in drawn.items() if self._sent.get(dom_id) != html}
        self._sent |= fresh
        return fresh

    @abstractmethod
    def parts(self, snapshot: Snapshot, news: set[Kind]) -> Parts:
        """Of the parts that may have changed. It asks Kafka nothing."""

    def template(self, name: str, **context: object) -> Draw:
        """A part by its template."""
        shown = {"klass": self.member.klass, "member": self.member, **context}
        return lambda: render_to_string(name, shown)
