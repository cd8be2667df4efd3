"""Numbers for whoever runs the app: who may read them, and that they are true."""

from __future__ import annotations

import asyncio
import os
from uuid import uuid4

import pytest
from django.core.asgi import get_asgi_application
from prometheus_client.parser import text_string_to_metric_families

from lessons.classroom import process
from lessons.classroom.checks.pool import CheckSettings
from lessons.classroom.feed.records import KINDS
from lessons.classroom.limits import LimitSettings, TooFast
from lessons.classroom.models import Act
from lessons.classroom.perform import perform
from lessons.classroom.process import ProcessSettings
from lessons.course.acts.create_topic import CreateTopic
from lessons.web.operating import Operating
from tests.waiting import PATIENCE_S
from tests.web.operating.asking import HERE, ask

ELSEWHERE = ("10.1.2.3", 50_000)
TOKEN = "a-token"


@pytest.fixture
def process_settings() -> ProcessSettings:
    checks = CheckSettings(others_first_s=0.0)
    return ProcessSettings(limits=LimitSettings(most_acts=3, within_s=3600), checks=checks)


@pytest.fixture
def site() -> Operating:
    return Operating(get_asgi_application())


async def numbers(site: Operating) -> dict[tuple[str, ...], float]:
    """By name and values of labels, without the process."""
    answer = await ask(site, "/metrics")
    assert answer.status == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("process") == str(os.getpid())
            found[(sample.name, *labels.values())] = sample.value
    return found


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (HERE, {}, 200),
        (("::1", 1), {"host": "[::1]:8000"}, 200),
        (ELSEWHERE, {}, 403),
        (None, {}, 403),
        (HERE, {"x-forwarded-for": "10.1.2.3"}, 403),
        (HERE, {"forwarded": "for=10.1.2.3"}, 403),
        (HERE, {"x-forwarded-proto": "https"}, 403),
        (HERE, {"host": "evil.example"}, 403),
        (ELSEWHERE, {"authorization": "Bearer "}, 403),
    ],
)
async def test_without_a_token_this_machine_alone_may_read_them_and_no_proxy_of_it(site, client, headers, status):
    assert (await ask(site, "/metrics", client=client, headers=headers)).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "10.9.9.9"}, 200),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({}, 401),
    ],
)
async def test_whoever_sends_the_token_may_read_them_from_anywhere(site, settings, headers, status):
    settings.METRICS_TOKEN = TOKEN
    assert (await ask(site, "/metrics", client=ELSEWHERE, headers=headers)).status == status
    assert (await ask(site, "/metrics")).status == 200


async def test_they_tell_what_has_happened(room, site):
    def act(name: str) -> Act:
        return perform(room.alice, CreateTopic(name=name, partitions=1, replicas=1), act_id=uuid4())

    assert [(await asyncio.to_thread(act, name)).state for name in ("own", "test1p")] == ["done", "refused"]
    await room.send("1", "2", "3")
    watching, live = await room.watch(), room.open("live/cluster")
    consuming = await room.consume()
    await asyncio.gather(watching.until_rows(3), consuming.until_rows(3), live.until_kind("parts"))
    with pytest.raises(TooFast):
        await asyncio.to_thread(act, "another")
    found = await numbers(site)
    told = {
        ("kafkaclass_acts_total", "create-topic", "done"): 1,
        ("kafkaclass_acts_total", "create-topic", "refused"): 1,
        ("kafkaclass_acts_refused_total", "TopicExists", "TOPIC_ALREADY_EXISTS"): 1,
        ("kafkaclass_limits_refused_total", "TOO_FAST"): 1,
        ("kafkaclass_act_seconds_count", "create-topic"): 2,
        ("kafkaclass_sockets", "watch"): 1,
        ("kafkaclass_sockets", "live"): 1,
        ("kafkaclass_sockets", "consume"): 1,
        ("kafkaclass_consumers",): 1,
        ("kafkaclass_records_delivered_total", "consuming"): 3,
        ("kafkaclass_records_left_out_total",): 0,
        ("kafkaclass_brokers", "up"): 3,
    }
    assert {name: found.get(name) for name in told} == told
    assert found["kafkaclass_records_delivered_total", "watching"] >= 3  # and the feed's, for the live page
    assert found["kafkaclass_snapshot_age_seconds",] >= 0
    await until(site, ("kafkaclass_watching_lag_offsets",), 0)
    for tab in (watching, consuming, live):
        await tab.close()
    found = await numbers(site)
    assert [found["kafkaclass_sockets", kind] for kind in ("watch", "live", "consume")] == [0, 0, 0]
    await until(site, ("kafkaclass_consumers",), 0)
    await until(site, ("kafkaclass_outbox_waiting",), 0)
    await until(site, ("kafkaclass_checks_waiting", "yes"), 0)
    assert found["kafkaclass_check_seconds_count",] >= 1


async def until(site: Operating, name: tuple[str, ...], value: float) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await numbers(site))[name] != value:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.05)


async def test_what_waits_is_told_while_it_waits(transactional_db, classroom, site):
    """No thread of this process is begun: nothing takes it away."""
    here, now = process.current(), await numbers(site)
    assert now["kafkaclass_checks_waiting", "yes"] == now["kafkaclass_outbox_waiting",] == 0
    here.checks._due[classroom.alice.pk] = 0.0
    here.outbox._waiting[classroom.klass.pk, next(iter(KINDS.values()))].add(1)
    now = await numbers(site)
    assert (now["kafkaclass_checks_waiting", "yes"], now["kafkaclass_outbox_waiting",]) == (1, 1)
    assert now["kafkaclass_checks_oldest_wait_seconds",] > 0
