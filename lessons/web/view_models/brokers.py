"""The state of each broker, as the class's room lists it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from lessons.classroom.models import Member, Role
from lessons.cluster.snapshot import Snapshot
from lessons.course.own_brokers import BrokerNow, brokers_now
from lessons.web.view_models.cluster_diagram import broker_name

STATE_WORDS = {
    "up": _("up"),
    "starting": _("starting"),
    "stopping": _("stopping"),
    "down": _("down"),
    "failed": _("failed"),
}


@dataclass(frozen=True)
class BrokerLine:
    """One broker in the panel. `may_stop` is None if nobody may stop it here."""

    id: int
    name: str
    state: str
    since: datetime | None
    problem: str
    leads: int | None  # partitions; None while the cluster does not answer
    may_stop: bool | None = None
    may_start: bool = False

    @property
    def state_words(self) -> str:
        return str(STATE_WORDS[self.state])


def brokers_context(member: Member, snapshot: Snapshot) -> dict[str, Any]:
    ours = brokers_now()
    is_offered = bool(ours) and member.role == Role.INSTRUCTOR
    partitions = [] if snapshot.problem else [each for topic in snapshot.topics for each in topic.partitions]
    leads = None if snapshot.problem else Counter(each.leader for each in partitions)
    lines = [_line(each, leads, is_offered) for each in ours] or _reported(snapshot, leads)
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


def _reported(snapshot: Snapshot, leads: Counter[int | None] | None) -> list[BrokerLine]:
    """The brokers of a cluster that is not ours, as Kafka itself reports them."""
    return [
        BrokerLine(
            each.id, broker_name(each.id), "up" if each.up else "down", None, "", leads[each.id] if leads else None
        )
        for each in snapshot.brokers
    ]
