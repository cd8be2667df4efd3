"""A line of the log says which request it belongs to, and can be an object for machines."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.asgi import get_asgi_application

from kafkaclass.logs import JsonLine, Line, request_id
from lessons.web.operating import RequestIds
from lessons.web.pages.doors import join
from tests.web.operating.asking import ask

ROOT = Path(__file__).parents[2]
GIVEN = "from-a-proxy.1"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler.stream
    root.removeHandler(handler)


@pytest.fixture
def failing_site(monkeypatch) -> RequestIds:
    """Its join page fails in a thread, as a query of an async view would."""
    monkeypatch.setattr(join, "get_class_by_code", lambda code: 1 / 0)
    return RequestIds(get_asgi_application())


@pytest.mark.usefixtures("transactional_db")
async def test_what_is_logged_for_a_request_has_its_id_and_so_have_its_answer_and_the_page(failing_site, logged):
    answer = await ask(failing_site, "/join/ABCDEF/", headers={"x-request-id": GIVEN})
    assert (answer.status, answer.headers["x-request-id"]) == (500, GIVEN)
    assert f"under the number {GIVEN}." in answer.text
    [line] = [line for line in map(json.loads, logged.getvalue().splitlines()) if line["logger"] == "django.request"]
    assert (line["level"], line["request_id"]) == ("ERROR", GIVEN)
    assert "ZeroDivisionError" in line["exception"]


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("given", ["short", "x" * 65, 'a"b{c}d\ne', "two words here", "", "ä" * 10])
async def test_an_id_that_is_not_well_formed_is_not_taken_and_requests_do_not_share_one(failing_site, logged, given):
    answers = [await ask(failing_site, "/join/ABCDEF/", headers={"x-request-id": given}) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len({*ids, given}) == 3
    assert all(own in answer.text for own, answer in zip(ids, answers, strict=True))
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["request_id"] for line in lines if line["logger"] == "django.request"] == ids


def test_people_read_the_id_as_well_and_nothing_where_there_is_none():
    record = logging.makeLogRecord({"msg": "three %s", "args": ("topics",), "levelname": "INFO", "name": "lessons"})
    assert Line().format(record).endswith(" INFO lessons: three topics")
    before = request_id.set(GIVEN)
    try:
        assert Line().format(record).endswith(f" INFO lessons [{GIVEN}]: three topics")
    finally:
        request_id.reset(before)


SAYS = r"""
import logging, threading, warnings
import django
django.setup()
from kafkaclass import logs
logs.log_what_python_prints()
logging.getLogger("lessons").info("two\nlines, “quoted”")
warnings.warn("old")
thread = threading.Thread(target=lambda: 1 / 0, name="worker")
thread.start()
thread.join()
raise KeyError("nobody")
"""


def test_with_one_variable_every_line_is_an_object_also_of_what_nobody_has_caught(tmp_path):
    own = {"KAFKACLASS_LOG": "json", "KAFKACLASS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kafkaclass.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SAYS], cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("INFO", "lessons"), ("WARNING", "py.warnings"), ("ERROR", "kafkaclass.logs"), ("CRITICAL", "kafkaclass.logs"),
    ]  # fmt: skip
    assert lines[0]["message"] == "two\nlines, “quoted”"
    assert "worker" in lines[2]["message"]
    assert "ZeroDivisionError" in lines[2]["exception"]
    assert "KeyError" in lines[3]["exception"]
    assert all(line["time"].endswith("+00:00") and "request_id" not in line for line in lines)
