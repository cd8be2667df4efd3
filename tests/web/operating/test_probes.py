"""What Kubernetes and the like ask: does it answer, can it serve."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from django.core.asgi import get_asgi_application
from django.db import connection, connections

from lessons.web.operating import Operating
from lessons.web.operating.probes import Readiness
from tests.waiting import PATIENCE_S
from tests.web.operating.asking import ask

OF_A_POD = {"host": "10.1.2.3:8000"}


@pytest.fixture
def site() -> Operating:
    return Operating(get_asgi_application())


async def test_a_probe_may_ask_by_any_address_and_a_browser_may_not(site):
    """Nothing but that: the test has no database."""
    answer = await ask(site, "/healthz", headers=OF_A_POD)
    assert (answer.status, answer.text) == (200, "This process answers.\n")
    assert (await ask(site, "/join/", headers=OF_A_POD)).status == 400


async def test_a_probe_gets_plain_text_that_nobody_keeps_and_no_cookie(site):
    head, whole = await ask(site, "/healthz", method="HEAD"), await ask(site, "/healthz")
    assert (head.status, head.text, head.headers) == (200, "", whole.headers)
    assert whole.headers["content-type"].startswith("text/plain")
    assert whole.headers["cache-control"] == "no-store"
    assert "set-cookie" not in whole.headers
    assert (await ask(site, "/healthz", method="POST")).status == 405


@pytest.mark.usefixtures("transactional_db", "nothing_answers")
async def test_it_is_ready_while_its_database_answers_whatever_becomes_of_kafka(site):
    assert (await ask(site, "/readyz", headers=OF_A_POD)).status == 200


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server that is away is in test_postgresql.py")
async def test_it_is_not_ready_without_its_database_or_its_tables_and_says_so_once(site, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setitem(connections.settings["default"], "NAME", tmp_path / "empty.sqlite3")
    answers = [await ask(site, "/readyz") for _ in range(3)]
    assert {answer.status for answer in answers} == {503}
    assert "never migrated" in answers[0].text
    assert [each.levelname for each in caplog.records] == ["WARNING"]


async def test_a_database_that_hangs_holds_up_one_thread_and_no_probe():
    goes_on, begun = threading.Event(), []

    def hang() -> str:
        begun.append(threading.current_thread())
        goes_on.wait(PATIENCE_S)
        return ""

    readiness = Readiness(hang, within_s=0.05)
    site = Operating(get_asgi_application(), readiness)
    try:
        answers = await asyncio.gather(*(ask(site, "/readyz") for _ in range(5)))
        assert [answer.status for answer in answers] == [503] * 5
        assert "did not answer within 0.05 s" in answers[0].text
        assert (await ask(site, "/healthz")).status == 200
    finally:
        goes_on.set()
    await asyncio.to_thread(readiness._thread.shutdown)
    assert len(begun) == 1  # and none has waited behind it
