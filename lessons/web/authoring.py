"""`up --authoring`: a page knows of which lessons it was made, loads itself again when they were edited, and says their faults."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lessons.course import loader, notebook


def for_authors(request: HttpRequest) -> dict[str, Any]:
    """Context processor: nothing, unless somebody is writing lessons."""
    if not settings.AUTHORING:
        return {}
    return {"authoring": {"state": settings.AUTHORING, "left_out": [*loader.left_out(), *notebook.left_out()]}}


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """That of the sources of which this process was started."""
    if not settings.AUTHORING:
        raise Http404
    return HttpResponse(settings.AUTHORING, content_type="text/plain; charset=utf-8")
