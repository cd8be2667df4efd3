"""Python in the page where it is not at home: in Firefox, and on plain http under a name that no browser trusts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import CHROMIUM_FLAGS, RunningApp, app_in, join, visitor, watched_page
from tests.browser.firefox import find_firefox, running_firefox
from tests.browser.playing import START_MS
from tests.browser.test_cells import cell, edit, run

pytestmark = pytest.mark.long
NAME = "class.example"
MAKES_A_TOPIC_AND_SENDS = """
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
conf = {"bootstrap.servers": "kafka1:9092,kafka2:9093"}
AdminClient(conf).create_topics([NewTopic("test1p", 1, 1)])["test1p"].result()
p = Producer(conf)
p.produce("test1p", "1", callback=lambda err, msg: print(err, msg.topic(), msg.offset()))
print(p.flush())
"""


FOREVER = "import time; time.sleep(1000)"
RUN_BUTTON = "document.querySelector('#cell-{number} [data-run]')"


def notebook(*sources: str) -> str:
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**code, "id": f"c{number}", "source": source} for number, source in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


@pytest.fixture(scope="module")
def named_app(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("named")
    with app_in(folder, KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers, KAFKACLASS_HOSTS=NAME) as running:
        yield running


def test_cells_run_on_plain_http_under_another_name(named_app: RunningApp, browser: Browser):
    url = re.sub(r"//[\w.]+", f"//{NAME}", named_app.url)
    flags = [*CHROMIUM_FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    chromium = browser.browser_type.launch(executable_path=os.environ.get("KAFKACLASS_BROWSER"), args=flags)
    with visitor(chromium) as context, watched_page(context) as page:
        there = replace(named_app, url=url, join_url=named_app.join_url.replace(named_app.url, url))
        join(page, there, name="Alice")
        page.goto(page.url.replace("/welcome/", "/c/") + "notebook/")
        assert page.evaluate("isSecureContext") is False
        assert run(page, 1, MAKES_A_TOPIC_AND_SENDS).inner_text().split() == ["None", "test1p", "0", "0"]
        edit(page, cell(page, 2), FOREVER)
        page.keyboard.press("ControlOrMeta+Enter")
        expect(cell(page, 2).locator("[data-number]")).to_have_text("[*]")
        cell(page, 2).get_by_role("button", name="Stop").click()
        expect(cell(page, 2).locator(".output")).to_contain_text("KeyboardInterrupt", timeout=START_MS)
    chromium.close()


@pytest.mark.skipif(find_firefox() is None, reason="there is no Firefox on this machine")
def test_cells_run_in_firefox(named_app: RunningApp, tmp_path: Path):
    """By the page's own scripts: a press of *Run* and of *Stop*."""
    with running_firefox(tmp_path) as firefox:
        firefox.go(named_app.join_url)
        firefox.evaluate("document.querySelector('[name=name]').value = 'Bob'")
        firefox.evaluate("document.querySelector('[name=name]').form.querySelector('button').click()")
        firefox.wait_until("location.pathname.includes('/welcome/')")
        firefox.go(firefox.evaluate("location.href.replace('/welcome/', '/c/')") + "notebook/own/")
        file = json.dumps(notebook(MAKES_A_TOPIC_AND_SENDS, FOREVER))
        firefox.evaluate(f"""(async () => {{
            const form = document.querySelector("[type=file]").form;
            const body = new FormData(form);
            body.set("file", new File([{file}], "own.ipynb"));
            await fetch(form.action, {{ method: "POST", body }});
        }})()""")
        firefox.go(firefox.evaluate("location.href"))
        run, output = RUN_BUTTON.format(number=1), "document.querySelector('#cell-1 .output').innerText"
        firefox.wait_until(f"!{run}.hidden")
        firefox.evaluate(f"{run}.click()")
        firefox.wait_until(f"/None test1p 0\\s+0/.test({output})")
        stop, output = RUN_BUTTON.format(number=2), "document.querySelector('#cell-2 .output').innerText"
        firefox.evaluate(f"{stop}.click()")
        firefox.wait_until("document.querySelector('#cell-2 [data-number]').textContent === '[*]'")
        firefox.evaluate(f"{stop}.click()")
        firefox.wait_until(f"{output}.includes('KeyboardInterrupt')")
