"""A live page while which is open the exercises of its seat are checked."""

from __future__ import annotations

from collections.abc import Callable

from lessons.classroom import process
from lessons.classroom.models import Member
from lessons.course.loader import Lesson
from lessons.web.live.base import LivePage


class CheckedPage(LivePage):
    """Of all lessons, or of one: whenever a snapshot shows something else (`classroom.checks`)."""

    def __init__(self, member: Member, lesson: Lesson | None = None) -> None:
        super().__init__(member)
        self._checked = lesson
        self._stop_checking: Callable[[], None] | None = None

    def opened(self) -> None:
        self._stop_checking = process.current().checks.open(self.member, self._checked)

    def awaits_more(self) -> bool:
        """A verdict."""
        return process.current().checks.is_at(self.member.pk)

    def closed(self) -> None:
        if self._stop_checking is not None:
            self._stop_checking()
