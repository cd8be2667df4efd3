"""What open pages are told: broadcasts, and the answer to one's own raised hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from lessons.course.loader import Lesson
from lessons.models import Member
from lessons.talk import news
from lessons.talk.news import Said

Parts = dict[str, Callable[[], str]]  # element id: what makes its HTML


@dataclass(frozen=True)
class NewsItem:
    said: Said
    lesson: str  # "lesson 5: Creating topics", or empty when there is no such lesson for this class
    url: str

    @property
    def heard(self) -> str:
        """The same for those who listen to the page."""
        to_lesson = f"Everybody to {self.lesson}." if self.lesson and not self.said.is_answer else ""
        told = "answered your hand" if self.said.is_answer else "says"
        return " ".join(part for part in (f"{self.said.by} {told}: {self.said.words}", to_lesson) if part)


def news_of(member: Member) -> list[NewsItem]:
    """For a page that is made now."""
    return news_items(member, news.read(member.klass).to(member.pk))


def news_items(member: Member, said: Iterable[Said]) -> list[NewsItem]:
    lessons = {lesson.slug: lesson for lesson in member.klass.lessons}
    return [_item(member, each, lessons.get(each.lesson)) for each in said]


def _item(member: Member, said: Said, lesson: Lesson | None) -> NewsItem:
    if lesson is None:
        return NewsItem(said, "", "")
    url = reverse("lesson", args=[member.klass.slug, lesson.slug])
    return NewsItem(said, f"lesson {lesson.number}: {lesson.title}", url + "#part-hand" * said.is_answer)


class NewsPart:
    """The news of one open page: drawn when there is something else to say than last time."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._told: tuple[Said, ...] | None = None

    def parts(self) -> Parts:
        said = news.latest(self._member.klass).to(self._member.pk)
        if said == self._told:
            return {}
        self._told = said
        context = {"news": news_items(self._member, said)}
        return {"part-news": lambda: render_to_string("lessons/_news.html", context)}
