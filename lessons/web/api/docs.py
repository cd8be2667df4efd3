"""The API's description as a page for people, by the Swagger UI that django-ninja brings along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class DocsPage(DocsBase):
    """A page of ours around it: ninja's own has neither our bar nor our themes. Scripts and styles are files, so our
    Content-Security-Policy lets it be."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(request, "api/docs.html", {"openapi_url": self.get_openapi_url(api, kwargs)})
