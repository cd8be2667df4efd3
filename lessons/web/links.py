"""Addresses of pages that several other pages link to."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse

from lessons.classroom.models import Class, Member, Scene
from lessons.course.loader import Lesson


def lesson_url(member: Member, lesson: Lesson) -> str:
    return reverse("lesson", args=[member.klass.slug, lesson.slug])


def seat_lesson_url(seat: Member, lesson: Lesson) -> str:
    """A student's page of a lesson, for staff."""
    return reverse("seat-lesson", args=[seat.klass.slug, seat.slug, lesson.slug])


def preview_url(klass: Class, lesson: Lesson) -> str:
    """A lesson as a student sees it, for staff."""
    return reverse("preview", args=[klass.slug, lesson.slug])


def seat_url(klass: Class, seat_slug: str) -> str:
    """The page of one student, for staff."""
    return reverse("seat", args=[klass.slug, seat_slug])


def scene_url(scene: Scene) -> str:
    """Where anybody in its class plays it."""
    return reverse("scene", args=[scene.klass.slug, scene.link])


def socket_url(klass: Class, rest: str) -> str:
    """Of a socket of the class; `rest` is as in `lessons.web.routing`."""
    return f"{settings.PATH}ws/c/{klass.slug}/{rest}"


def reached_at(request: HttpRequest) -> list[str]:
    """Where others reach this web site, the best address first; empty if nobody else does.

    As this request came, unless that was by loopback: then by the names that the settings have, or else by the addresses
    of this machine.
    """
    host, port = split_domain_port(request.get_host())
    named = [each for each in settings.HOSTS if not each.startswith(("*", "."))]
    hosts = [] if _is_loopback(host) else [host]
    hosts += named or settings.OWN_HOSTS.addresses()
    port = "" if named and hosts == named and settings.BEHIND_TLS else port  # that of the proxy is not known here
    return [f"{request.scheme}://{each}{port and f':{port}'}" for each in dict.fromkeys(hosts)]


def site_for_others(request: HttpRequest) -> str:
    """The best of these addresses, for links that are handed on; as this request came if nobody else reaches it."""
    return next(iter(reached_at(request)), request.build_absolute_uri("/").rstrip("/"))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
