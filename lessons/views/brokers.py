"""The brokers in the class's room: how each is, and the page that asks before one is stopped, killed or started."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from lessons.access import NOT_YOURS, get_action, get_own_act, get_staff
from lessons.actions.brokers import BrokerAct, BrokerNow, brokers_now
from lessons.cluster.snapshot import Snapshot, service
from lessons.models import Act, Member, Role
from lessons.perform import perform_form
from lessons.views import HtmxRequest
from lessons.views.cards import answer_card, code_of
from lessons.views.cluster_diagram import broker_name, draw_diagram
from lessons.views.errors import status_of_act
from lessons.views.pages import room


@dataclass(frozen=True)
class BrokerLine:
    """One broker in the panel. `may_stop` is None where nobody here may do anything to it."""

    id: int
    name: str
    state: str
    since: datetime | None
    problem: str
    leads: int | None  # partitions; None while the cluster does not say
    may_stop: bool | None = None
    may_start: bool = False


def brokers_context(member: Member, snapshot: Snapshot) -> dict[str, Any]:
    ours = brokers_now()
    is_offered = bool(ours) and member.role == Role.INSTRUCTOR
    partitions = [] if snapshot.problem else [each for topic in snapshot.topics for each in topic.partitions]
    leads = None if snapshot.problem else Counter(each.leader for each in partitions)
    lines = [_line(each, leads, is_offered) for each in ours] or _seen(snapshot, leads)
    away = [line.name for line in lines if line.state != "up"]
    return {
        "lines": lines,
        "is_offered": is_offered,
        "away": away,
        "without_leader": leads[None] if leads else 0,
        "behind": sum(len(each.in_sync) < len(each.replicas) for each in partitions),
    }


def _line(now: BrokerNow, leads: Counter[int | None] | None, is_offered: bool) -> BrokerLine:
    return BrokerLine(
        now.broker_id, now.name, now.state, datetime.fromtimestamp(now.since, UTC) if now.since else None, now.problem,
        None if leads is None else leads[now.broker_id],
        may_stop=now.may_stop if is_offered else None, may_start=is_offered and now.may_start,
    )  # fmt: skip


def _seen(snapshot: Snapshot, leads: Counter[int | None] | None) -> list[BrokerLine]:
    """Of a cluster that is not ours: what Kafka itself says."""
    return [
        BrokerLine(
            each.id, broker_name(each.id), "up" if each.up else "down", None, "", leads[each.id] if leads else None
        )
        for each in snapshot.brokers
    ]


@require_http_methods(["GET", "POST"])
def broker_act(request: HtmxRequest, class_slug: str, broker_id: int, verb: str) -> HttpResponse:
    """Asks first (GET), then does it (POST). `?act=` is what was done: the answer stands on the page."""
    staff = get_staff(request.user, class_slug, Role.INSTRUCTOR)
    action = _act_or_404(staff, broker_id, verb)
    if request.method == "GET":
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
    """A new one for what is none: then it is a new act, or there is none of it."""
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return uuid4()


def _asking(
    request: HtmxRequest, staff: Member, action: BrokerAct, done: Act | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "action": action,
        "act_id": uuid4(),
        "answer": answer_card(done) if done else None,
        "code": code_of(type(action), action.model_dump(), staff),
        "url": reverse("broker-act", args=[staff.klass.slug, action.broker, action.verb]),
        "klass": staff.klass,
        "member": staff,
    }
    if request.htmx:
        return render(request, "room/_broker_ask.html", context, status=status)
    diagram = draw_diagram(service.latest(), staff.namespace)
    return render(request, "broker.html", {**context, **room(staff, "room"), "diagram": diagram}, status=status)
