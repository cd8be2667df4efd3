"""My programs: a user of the cluster for programs on one's own laptop, and the files that they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_member
from lessons.classroom.exports.checking_script import FILE as CHECKING_SCRIPT
from lessons.classroom.exports.checking_script import checking_script
from lessons.classroom.laptops import files, users
from lessons.classroom.laptops.connected import Laptop, laptops_of
from lessons.classroom.models import Member, Role
from lessons.cluster.errors import ClusterError, KafkaRefused
from lessons.cluster.users import user_of
from lessons.course.acts.base import CONFIG_FILE, PROPERTIES_FILE
from lessons.course.acts.describe_cluster import DescribeCluster
from lessons.web.attachment import attachment
from lessons.web.page_context import page_context
from lessons.web.view_models.code import code_of
from lessons.words import _

AUTHORITY_FILE = "ca.pem"
_FILES: dict[str, tuple[str, Callable[[Member], str]]] = {
    CONFIG_FILE: ("application/json", files.for_librdkafka),
    PROPERTIES_FILE: ("text/plain; charset=utf-8", files.for_java),
    AUTHORITY_FILE: ("application/x-pem-file", lambda _member: files.authority_pem()),
}


@require_http_methods(["GET", "HEAD", "POST"])
def programs(request: HttpRequest, class_slug: str) -> HttpResponse:
    """The password is on no page but the one that answers the press for it."""
    member = get_member(request.user, class_slug)
    if request.method != "POST":
        return _page(request, member)
    if not users.are_offered():
        raise Http404(NOT_YOURS)
    wanted = request.POST.get("do")
    try:
        with process.current().limits.running_read(member, asked=_("Make your user of the cluster")):
            _do(wanted, member)
    except KafkaRefused as refusal:  # somebody else's cluster, which lets the app make no users
        return _page(request, member, refusal=refusal, status=422)
    if wanted == "make":
        return redirect("programs", class_slug)
    return _page(request, member, password=member.kafka_password)


def _do(wanted: str | None, member: Member) -> None:
    """Raises: ClusterError, Http404."""
    has_user = users.has_user(member)
    if wanted == "make":
        users.give(member)
        process.current().laptops.look()
    elif wanted == "change" and has_user:
        users.change_password(member)
    elif wanted != "show" or not has_user:
        raise Http404(NOT_YOURS)


@require_safe
def check_script(request: HttpRequest, class_slug: str) -> HttpResponse:
    """`kafkaclass_check.py`, which knows where this class is."""
    member = get_member(request.user, class_slug)
    text = checking_script(site=request.build_absolute_uri(settings.PATH).rstrip("/"), class_slug=member.klass.slug)
    return attachment(CHECKING_SCRIPT, "text/x-python; charset=utf-8", text)


@require_safe
def program_file(request: HttpRequest, class_slug: str, name: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    if name not in _FILES:
        raise Http404(NOT_YOURS)
    if not users.are_offered() or not users.has_user(member):
        return redirect("programs", class_slug)  # which says how one gets it
    content_type, content = _FILES[name]
    return attachment(name, content_type, content(member))


def _page(
    request: HttpRequest, member: Member, *, password: str = "", refusal: ClusterError | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        **page_context(member, "programs"),
        "is_offered": users.are_offered(),
        "has_user": users.has_user(member),
        "user": user_of(member.namespace),
        "password": password,
        "refusal": refusal,
        "config_file": CONFIG_FILE,
        "properties_file": PROPERTIES_FILE,
        "authority_file": AUTHORITY_FILE if users.are_offered() and files.authority_pem() else "",
        "example": code_of(DescribeCluster, {}, member),
        **_laptops(member),
    }
    return render(request, "student/programs.html", context, status=status)


def _laptops(member: Member) -> dict[str, list[Laptop] | None]:
    """For staff: None while the cluster is away."""
    if member.role == Role.STUDENT or not users.are_offered():
        return {}
    try:
        return {"laptops": laptops_of(member.klass)}
    except ClusterError:
        return {"laptops": None}
