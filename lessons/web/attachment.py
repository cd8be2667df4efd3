"""Files to download."""

from __future__ import annotations

from django.http import HttpResponse


def attachment(name: str, content_type: str, content: str | bytes) -> HttpResponse:
    """A file to keep. Its name has letters, digits, dots and dashes only: it is made of slugs and words of ours."""
    body = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    return HttpResponse(body, content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
