"""The pages: access, form, one act, then a redirect or a fragment."""

from contextlib import AbstractContextManager, nullcontext

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from lessons.classroom import process
from lessons.classroom.models import Member


class HtmxRequest(HttpRequest):
    """A request as it is behind django-htmx's middleware; for type hints."""

    htmx: HtmxDetails


def left_to_its_page(request: HttpRequest, member: Member) -> AbstractContextManager[None]:
    """Around an act of a student's. A page that is kept fresh says so (`static/js/live.js`), and has the seat checked."""
    says_so = "Page-Is-Live" in request.headers
    return process.current().checks.left_to_page(member) if says_so else nullcontext()
