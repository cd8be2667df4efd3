"""The original notebook and a notebook of the seat's own: the pages, saving, resetting, and the file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_lesson_for, get_member
from lessons.classroom.exports.notebook import as_ipynb
from lessons.classroom.models import Member
from lessons.classroom.notebooks import storing
from lessons.classroom.notebooks.shown import ORIGINAL, OWN, cells_of, file_cells, shown_cells
from lessons.classroom.playground import PLAYGROUND
from lessons.course import notebook as course
from lessons.web.attachment import attachment
from lessons.web.forms.notebook import NotebookForm, Saving
from lessons.web.live.registry import live_url
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only
from lessons.web.view_models.cluster import cluster_context, latest_snapshot
from lessons.web.view_models.notebook import notebook_card, notebook_url, notebook_urls, saved_state
from lessons.web.view_models.notifications import notifications_of
from lessons.web.view_models.rail import rail


@require_safe
def original_notebook(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    if course.original() is None:
        raise Http404(NOT_YOURS)
    return render(request, "student/notebook.html", _context(member, ORIGINAL, NotebookForm()))


@require_http_methods(["GET", "HEAD", "POST"])
def own_notebook(request: HttpRequest, class_slug: str) -> HttpResponse:
    """A POST uploads one, in place of the one before."""
    member = get_member(request.user, class_slug)
    if request.method != "POST":
        return render(request, "student/notebook.html", _context(member, OWN, NotebookForm()))
    process.current().limits.count_act(member, asked=_("Upload a notebook"))
    form = NotebookForm(request.POST, request.FILES)
    if form.is_valid():
        uploaded = form.cleaned_data["file"]
        try:
            storing.put(member, OWN, title=form.title, cells=uploaded.cells, work=uploaded.work)
            return redirect(notebook_url(member, OWN))
        except storing.TooLarge as refusal:
            form.add_error("file", str(refusal))
    return render(request, "student/notebook.html", _context(member, OWN, form), status=422)


@post_only
def save_notebook(request: HttpRequest, class_slug: str, name: str) -> JsonResponse:
    """The cells that have changed, as JSON. 409: another page was quicker; the answer has what that one saved."""
    member = get_member(request.user, class_slug)
    _check_name(member, name)
    try:
        saving = Saving.model_validate_json(request.body)
    except ValidationError:
        return JsonResponse({"words": _("The page sent something that is no notebook. Reload it.")}, status=422)
    process.current().limits.count_act(member, asked=_("Save the notebook"))
    try:
        saved = storing.save(member, name, saving.cells, version=saving.version)
    except storing.NotNewest as refusal:
        return JsonResponse(saved_state(refusal.notebook), status=409)
    except storing.TooLarge as refusal:
        return JsonResponse({"words": str(refusal)}, status=413)
    return JsonResponse({"version": saved.version})


@post_only
def reset_notebook(request: HttpRequest, class_slug: str, name: str) -> HttpResponse:
    """`do` is reset, or bring-back what was there before the last reset or upload."""
    member = get_member(request.user, class_slug)
    if name not in (ORIGINAL, OWN):
        raise Http404(NOT_YOURS)
    match request.POST.get("do"):
        case "reset":
            storing.reset(member, name)
        case "bring-back":
            storing.bring_back(member, name)
        case _:
            raise Http404(NOT_YOURS)
    return redirect(f"{notebook_url(member, name)}#file")


@require_safe
def notebook_file(request: HttpRequest, class_slug: str, name: str) -> HttpResponse:
    """The notebook with the seat's edits and outputs, for Jupyter."""
    member = get_member(request.user, class_slug)
    stored, original = storing.notebook_of(member, name), course.original()
    cells = cells_of(name, stored, original) if name in (ORIGINAL, OWN) else ()
    if not cells:
        raise Http404(NOT_YOURS)
    title = original.title if original and name == ORIGINAL else ""
    content = as_ipynb(file_cells(shown_cells(cells, stored), title=title))
    return attachment(f"{name}-notebook-{member.slug}.ipynb", "application/x-ipynb+json", content)


def _check_name(member: Member, name: str) -> None:
    """Raises: Http404 for what is neither a notebook nor the playground, nor one of the seat's lessons."""
    if name not in (ORIGINAL, OWN, PLAYGROUND):
        get_lesson_for(member, name)


def _context(member: Member, name: str, form: NotebookForm) -> dict[str, Any]:
    return {
        **page_context(member, "lessons"),
        **cluster_context(member, latest_snapshot(member)),
        "rail": rail(member),
        "notebook": notebook_card(member, name),
        "name": name,
        "upload": form,
        **notebook_urls(member),
        "notifications": notifications_of(member),
        "live_url": live_url(member.klass, "notebook"),
    }
