"""Answers that the browser saves as files."""

from __future__ import annotations

from django.http import HttpResponse


def attachment(name: str, content_type: str, content: str | bytes) -> HttpResponse:
    """A download. Its name has only letters, digits, dots and dashes: it is made of slugs and our own words."""
    body = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    return HttpResponse(body, content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
