"""The page that asks before a broker is stopped, killed or started, and shows the result."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from lessons.classroom import process
from lessons.classroom.access import NOT_YOURS, get_action, get_own_act, get_staff
from lessons.classroom.models import Act, Member, Role
from lessons.classroom.perform import perform_form
from lessons.course.acts._broker_act import BrokerAct
from lessons.web.errors import status_of_act
from lessons.web.page_context import page_context
from lessons.web.pages import HtmxRequest
from lessons.web.view_models.cluster_diagram import draw_diagram
from lessons.web.view_models.code import code_of
from lessons.web.view_models.lesson import answer_card


@require_http_methods(["GET", "HEAD", "POST"])
def broker_act(request: HtmxRequest, class_slug: str, broker_id: int, verb: str) -> HttpResponse:
    """A GET asks, a POST does it. `?act=` is the act that was done: the page shows its answer."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    action = _act_or_404(staff, broker_id, verb)
    if request.method != "POST":
        done = get_own_act(staff, _id_of(request.GET["act"])) if "act" in request.GET else None
        return _asking(request, staff, action, done)
    act = perform_form(staff, action, act_id=_id_of(request.POST.get("act_id")))
    if request.htmx:
        return _asking(request, staff, action, act, status=status_of_act(act))
    return redirect(f"{request.path}?act={act.pk}")


def _act_or_404(staff: Member, broker_id: int, verb: str) -> BrokerAct:
    kind = get_action(staff, f"{verb}-broker")
    try:
        action = kind.model_validate({"broker": broker_id})
    except ValidationError:
        raise Http404(NOT_YOURS) from None
    assert isinstance(action, BrokerAct)
    return action


def _id_of(text: str | None) -> UUID:
    """The id in this text, or a new one: then the POST is a new act, and a GET finds none."""
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return uuid4()


def _asking(
    request: HtmxRequest, staff: Member, action: BrokerAct, done: Act | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "name": action.name,
        "submit": _(action.submit),
        "warning": _(action.warning),
        "act_id": uuid4(),
        "answer": answer_card(done) if done else None,
        "code": code_of(type(action), action.model_dump(), staff),
        "url": reverse("broker-act", args=[staff.klass.slug, action.broker, action.verb]),
        "klass": staff.klass,
        "member": staff,
    }
    if request.htmx:
        return render(request, "room/_broker_ask.html", context, status=status)
    diagram = draw_diagram(process.current().snapshots.latest(), staff.namespace)
    return render(
        request, "room/broker.html", {**context, **page_context(staff, "room"), "diagram": diagram}, status=status
    )
