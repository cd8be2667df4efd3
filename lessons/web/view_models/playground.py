"""What the playground shows: its acts by what they are about, the card of one, the stage of several topics, the session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lessons.classroom.models import Act, Member
from lessons.classroom.playground import MOST_SHOWN, PLAYGROUND, last_fields, offered, session_of
from lessons.cluster.snapshot import Snapshot
from lessons.course.acts.base import Action
from lessons.course.acts.consume import Consume, new_group_id
from lessons.web.forms.acts import DescribedForm, described_form
from lessons.web.links import socket_url
from lessons.web.view_models.code import code_of
from lessons.web.view_models.lesson import ActCard, AnswerCard, StreamCard, answer_card, card_of
from lessons.web.view_models.stage import stage_facts
from lessons.words import gettext_noop

MOST_MEMBERS = 4
MOST_ON_STAGE = 4
MOST_TOLD = 12  # topics of which the page knows enough to draw them
IN_A_BOX = "{topic}"  # what stands in a box of the stage until it has its topic
HEADINGS = {
    "topics": gettext_noop("Topics"),
    "records": gettext_noop("Records"),
    "groups": gettext_noop("Groups"),
    "cluster": gettext_noop("The cluster"),
    "brokers": gettext_noop("Brokers"),
}


@dataclass(frozen=True)
class Choice:
    """One act that can be picked. `place`: the id of its card."""

    kind: str
    title: str
    url: str
    card_url: str
    place: str
    is_here: bool


@dataclass(frozen=True)
class SessionLine:
    act: Act
    answer: AnswerCard


def dom_id_of(action: type[Action]) -> str:
    """Of its card."""
    return f"stream-{action.kind}" if action is Consume else f"act-{action.kind}"


def choices(member: Member, here: type[Action]) -> list[dict[str, Any]]:
    """The acts under their headings; headings without one are left out."""
    page = reverse("playground", args=[member.klass.slug])
    acts = offered(member)
    headings = [
        {"title": _(title), "acts": [_choice(member, page, each, here) for each in acts if each.about == about]}
        for about, title in HEADINGS.items()
    ]
    return [heading for heading in headings if heading["acts"]]


def _choice(member: Member, page: str, action: type[Action], here: type[Action]) -> Choice:
    return Choice(
        kind=action.kind, title=_(action.title), url=f"{page}?act={action.kind}",
        card_url=reverse("playground-act", args=[member.klass.slug, action.kind]),
        place=dom_id_of(action), is_here=action is here,
    )  # fmt: skip


def playground_card(
    member: Member, action: type[Action], *, form: DescribedForm | None = None, act: Act | None = None
) -> ActCard:
    urls = [reverse(name, args=[member.klass.slug, action.kind]) for name in ("playground-act", "playground-code")]
    return card_of(
        member, action, last_fields(member, action), dom_id=dom_id_of(action), url=urls[0], code_url=urls[1],
        cell=action.kind, form=form, act=act,
    )  # fmt: skip


def playground_stream(member: Member) -> StreamCard:
    """Up to four consumers side by side: the form may name another topic and another group for each."""
    fields = {**last_fields(member, Consume), "group_id": new_group_id()}
    return StreamCard(
        dom_id=dom_id_of(Consume), mode="consume", topic="", url=socket_url(member.klass, "consume/"),
        lesson=PLAYGROUND,
        form=described_form(Consume, dom_id=dom_id_of(Consume), initial=fields),
        code=code_of(Consume, fields, member),
        code_url=reverse("playground-code", args=[member.klass.slug, Consume.kind]),
        cell=Consume.kind, members=range(1, MOST_MEMBERS + 1),
    )  # fmt: skip


def stages_card(member: Member, facts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "url": socket_url(member.klass, "watch/"),
        "topic": IN_A_BOX,
        "most": MOST_ON_STAGE,
        "facts": facts,
    }


def stages_facts(
    snapshot: Snapshot, member: Member, *, used: Sequence[str], only: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Of the seat's topics, those `used` last first; `only`: of these."""
    topics = [member.namespace.short(topic.name) for topic in snapshot.topics_of(member.namespace)]
    shown = topics if only is None else [name for name in topics if name in set(only)]
    places = {name: place for place, name in enumerate(used)}
    shown.sort(key=lambda name: (places.get(name, len(places)), name))
    facts = (stage_facts(snapshot, member.namespace, name) for name in shown[:MOST_TOLD])
    return [each for each in facts if each is not None]


def session_context(member: Member) -> dict[str, Any]:
    """What was done since the session was begun anew: the last ones, oldest first, and how many there are. What runs is
    where it was begun, and here once it is over."""
    acts = session_of(member).exclude(state=Act.State.RUNNING).defer("fields")
    count = acts.count()
    lines = [SessionLine(act, answer_card(act)) for act in acts[max(0, count - MOST_SHOWN) :]]
    return {"lines": lines, "count": count, "earlier": count - len(lines)}
