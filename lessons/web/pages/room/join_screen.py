"""How to join, for the wall: without anybody's name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_staff
from lessons.web.view_models.joining import joining


@require_safe
def join_screen(request: HttpRequest, class_slug: str) -> HttpResponse:
    klass = get_staff(request.user, class_slug).klass
    return render(request, "room/join_screen.html", {"klass": klass, "joining": joining(request, klass)})
