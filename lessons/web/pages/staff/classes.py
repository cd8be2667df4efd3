"""A person's classes, creating a class, and a class's settings."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import NOT_YOURS, get_classes, get_staff
from lessons.classroom.models import Role
from lessons.classroom.people.classes import has_class, make_class, set_class
from lessons.classroom.people.due import due_of, zones
from lessons.web.forms.staff import ClassForm, SettingsForm
from lessons.web.page_context import page_context


@require_http_methods(["GET", "HEAD", "POST"])
def own_classes(request: HttpRequest) -> HttpResponse:
    """The list, and for instructors the form for a new class."""
    seats = get_classes(request.user)
    if not seats:
        return redirect("join")
    maker = next((seat for seat in seats if seat.role == Role.INSTRUCTOR), None)
    form = ClassForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST":
        if maker is None:
            raise Http404(NOT_YOURS)
        if form.is_valid() and has_class(maker, form.cleaned_data["name"]):
            form.add_error("name", _("You have a class of this name: it stands below. Give the new one another name."))
        if form.is_valid():
            klass = make_class(form.cleaned_data["name"], maker)
            return redirect("people", klass.slug)
    rows = [{"seat": seat, "klass": seat.klass, "due": due_of(seat.klass)} for seat in seats]
    context = {"rows": rows, "form": form if maker else None}
    return render(request, "staff/classes.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, class_slug: str) -> HttpResponse:
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    form = SettingsForm(request.POST if request.method == "POST" else None, klass=staff.klass)
    if form.is_valid():
        changed = set_class(staff.klass, staff, form.cleaned_data)
        return redirect(f"{reverse('class-settings', args=[class_slug])}?saved={len(changed)}")
    context = {**page_context(staff, "people"), "form": form, "zones": zones(), "saved": request.GET.get("saved", "")}
    return render(request, "staff/class_settings.html", context, status=422 if form.errors else 200)
