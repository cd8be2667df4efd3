"""Scenes, for whoever makes them: the list, recording, changing, deleting, and the file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lessons.classroom.access import get_scene, get_staff
from lessons.classroom.models import Member, Role
from lessons.classroom.playground import session_of
from lessons.classroom.scenes import storing
from lessons.classroom.scenes.steps import NotAScene, file_of, steps_of, steps_of_acts
from lessons.web.attachment import attachment
from lessons.web.forms.scenes import RecordForm, SceneFileForm, SceneForm
from lessons.web.links import scene_url, site_for_others
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only


@require_safe
def scene_list(request: HttpRequest, class_slug: str) -> HttpResponse:
    return _list(request, get_staff(request.user, class_slug, Role.INSTRUCTOR), SceneFileForm())


def _list(request: HttpRequest, staff: Member, form: SceneFileForm, *, status: int = 200) -> HttpResponse:
    site = site_for_others(request)
    rows = [
        {"scene": scene, "count": len(steps_of(scene)), "address": f"{site}{scene_url(scene)}"}
        for scene in storing.scenes_of(staff.klass)
    ]
    context = {**page_context(staff, "playground"), "rows": rows, "form": form, "saved": request.GET.get("saved", "")}
    return render(request, "staff/scenes.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def new_scene(request: HttpRequest, class_slug: str) -> HttpResponse:
    """Of what this instructor did in the playground since the session was begun anew."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    steps = [(str(act.pk), step) for act, step in steps_of_acts(session_of(staff))]
    form = RecordForm(steps, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = storing.recorded(form.cleaned_data["title"], form.chosen)
            return redirect(scene_url(storing.make(staff, made)))
        except NotAScene as refusal:
            form.add_error(None, str(refusal))
    context = {**page_context(staff, "playground"), "form": form, "has_steps": bool(form.fields["acts"].choices)}  # type: ignore[attr-defined]
    return render(request, "staff/scene_new.html", context, status=422 if form.errors else 200)


@post_only
def upload_scene(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    form = SceneFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return redirect(scene_url(storing.make(staff, form.cleaned_data["file"])))
        except NotAScene as refusal:
            form.add_error(None, str(refusal))
    return _list(request, staff, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_scene(request: HttpRequest, class_slug: str, link: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    scene = get_scene(staff, link)
    form = SceneForm(scene, steps_of(scene), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            storing.change(scene, title=form.cleaned_data["title"], keep=form.kept)
            return redirect(scene_url(scene))
        except NotAScene as refusal:
            form.add_error(None, str(refusal))
    context: dict[str, Any] = {**page_context(staff, "playground"), "scene": scene, "form": form}
    return render(request, "staff/scene_edit.html", context, status=422 if form.errors else 200)


@post_only
def delete_scene(request: HttpRequest, class_slug: str, link: str) -> HttpResponse:
    """What was done by it stays: acts are rows of their own."""
    get_scene(get_staff(request.user, class_slug, Role.INSTRUCTOR), link).delete()
    return redirect("scenes", class_slug)


@require_safe
def scene_file(request: HttpRequest, class_slug: str, link: str) -> HttpResponse:
    scene = get_scene(get_staff(request.user, class_slug, Role.INSTRUCTOR), link)
    return attachment(f"scene-{scene.link}.json", "application/json", file_of(scene.title, steps_of(scene)))
