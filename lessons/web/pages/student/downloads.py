"""Downloads: a lesson as a notebook, and everything a member did as a notebook or a shell script."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_lesson_for, get_member
from lessons.classroom.exports.notebook import Cell, as_ipynb, lesson_cells, session_cells
from lessons.classroom.exports.notebook import session_script as script_of
from lessons.classroom.models import Act, Member
from lessons.web.attachment import attachment
from lessons.web.links import lesson_url
from lessons.web.view_models.code import where


@require_safe
def lesson(request: HttpRequest, class_slug: str, lesson_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    wanted = get_lesson_for(member, lesson_slug)
    page_url = request.build_absolute_uri(lesson_url(member, wanted))
    return _notebook(f"{wanted.number:02}-{wanted.slug}", lesson_cells(wanted, where(member), page_url=page_url))


@require_safe
def session(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    return _notebook(_session_name(member), session_cells(_settled(member), where(member)))


@require_safe
def session_script(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    text = script_of(_settled(member), where(member))
    return attachment(f"{_session_name(member)}.sh", "text/x-shellscript; charset=utf-8", text)


def _settled(member: Member) -> Iterable[Act]:
    return member.acts.exclude(state=Act.State.RUNNING).order_by("started_at")


def _session_name(member: Member) -> str:
    return f"session-{member.klass.slug}-{member.slug}"


def _notebook(name: str, cells: Iterable[Cell]) -> HttpResponse:
    return attachment(f"{name}.ipynb", "application/x-ipynb+json", as_ipynb(cells))
