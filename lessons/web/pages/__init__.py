"""The pages: access, form, one act, then a redirect or a fragment."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request as it is behind django-htmx's middleware; for type hints."""

    htmx: HtmxDetails
