"""How students get into the class: its code, the link, and the link as a QR code."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from lessons.classroom.models import Class
from lessons.classroom.people.seats import join_path
from lessons.web.links import reached_at, site_for_others


@dataclass(frozen=True)
class Joining:
    code: str
    is_open: bool
    site: str  # where the class code is asked for
    url: str  # a link with the class code in it
    other_urls: list[str]  # by which the same page may be reached
    is_reached: bool  # by others than this machine
    qr: SafeString


def joining(request: HttpRequest, klass: Class) -> Joining:
    sites, site, path = reached_at(request), site_for_others(request), join_path(klass)
    url = f"{site}{path}"
    return Joining(
        code=klass.join_code,
        is_open=klass.door_open,
        site=site,
        url=url,
        other_urls=[f"{each}{path}" for each in sites[1:]],
        is_reached=bool(sites),
        qr=_qr(url),
    )


def _qr(url: str) -> SafeString:
    """An <svg> without a size, for CSS, and without styles, because of the content policy."""
    return mark_safe(segno.make_qr(url).svg_inline(omitsize=True, svgclass="qr", lineclass=None))  # noqa: S308
