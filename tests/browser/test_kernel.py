"""Python in the page: the interpreter in its worker under the app's own policy, the stand-in on the app's real socket."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from lessons.cluster import groups
from lessons.cluster.namespace import Namespace
from lessons.web.script_words import WORDS
from tests.browser.conftest import RunningApp, join_unseen, watched_page
from tests.programs.running import NOTEBOOK_BROKERS, SCRIPTS, Printed, Seat, normal, run_natively, take_seat

RUN = """async ([code, stopAfter]) => {
    const printed = { stdout: "", stderr: "", runs: [] };
    const running = kernel.run(code, { onOutput(stream, text) {
        printed[stream] += text;
        printed.runs.push([stream, text]);
        if (stopAfter !== null && printed.stdout.includes(stopAfter) && kernel.state === "busy") {
            printed.asked = performance.now();
            kernel.stop();
        }
    }});
    const end = await running;
    return { ...printed, end, took: performance.now() - printed.asked };
}"""


class Cells:
    """An empty page of the class, with the policy of its pages, that has a kernel."""

    def __init__(self, page: Page, app: RunningApp) -> None:
        page.goto(join_unseen(page.context, app, name="Alice"))
        self.class_slug = page.url.rstrip("/").rsplit("/", 1)[-1]
        slug = re.search(r"Your seat is <code>(\w+)</code>", page.content())
        assert slug
        self.slug = slug[1]
        self._page, self._url = page, f"{app.url}/c/{self.class_slug}/"
        page.route("**/cells-of-a-test/", self._empty)
        page.goto(f"{app.url}/cells-of-a-test/")
        page.evaluate(
            """async (socketUrl) => {
                const { Kernel } = await import("/static/js/cells/kernel.js");
                window.kernel = new Kernel({ socketUrl });
                await kernel.start();
            }""",
            f"/ws/c/{self.class_slug}/program/",
        )

    def _empty(self, route: Route) -> None:
        policy = route.fetch(url=self._url).headers["content-security-policy"]
        words = json.dumps({name: str(text) for name, text in WORDS["kernel"].items()})
        body = f'<!doctype html><script type="application/json" id="words-kernel">{words}</script>'
        route.fulfill(body=body, headers={"Content-Type": "text/html", "Content-Security-Policy": policy})

    @property
    def namespace(self) -> Namespace:
        return Namespace(self.class_slug, self.slug)

    def run(self, code: str, *, stop_after: str | None = None) -> dict[str, Any]:
        """What was printed, and its end. With `stop_after` it is stopped as soon as that has been printed."""
        found: dict[str, Any] = self._page.evaluate(RUN, [code, stop_after])
        return found


@pytest.fixture
def cells(cache: BrowserContext, app: RunningApp, kafka: str) -> Iterator[Cells]:
    cache.clear_cookies()
    with watched_page(cache) as page:
        yield Cells(page, app)


def test_what_a_cell_prints_comes_in_its_order_and_told_apart_and_its_last_value_is_its_result(cells: Cells):
    ran = cells.run("import sys\nprint(1)\nsys.stderr.write('two\\n')\nprint('three')\n3 + 4")
    assert "".join(text for _, text in ran["runs"]) == "1\ntwo\nthree\n"
    assert (ran["stdout"], ran["stderr"], ran["end"]) == ("1\nthree\n", "two\n", {"ok": True, "result": "7"})
    assert cells.run("_ + 1")["end"]["result"] == "8"
    assert cells.run("x = 1")["end"]["result"] is None


def test_a_traceback_is_python_s_and_begins_in_the_cell(cells: Cells):
    cells.run("def divide(by):\n    return 1 / by")
    end = cells.run("\ndivide(0)")["end"]
    assert (end["name"], end["line"]) == ("ZeroDivisionError", 2)
    assert end["traceback"].splitlines() == [
        "Traceback (most recent call last):", '  File "cell 2", line 2, in <module>', "    divide(0)", "    ~~~~~~^^^",
        '  File "cell 1", line 2, in divide', "    return 1 / by", "           ~~^~~~", "ZeroDivisionError: division by zero",
    ]  # fmt: skip
    broken = cells.run("print(1)\nx = [1,\n")["end"]
    assert (broken["name"], broken["line"]) == ("SyntaxError", 2)
    assert broken["traceback"].startswith('  File "cell 3", line 2')
    refused = cells.run("from confluent_kafka import Producer\nProducer({'colour': 'red'})")["end"]
    assert refused["traceback"].splitlines()[1:3] == [
        '  File "cell 4", line 2, in <module>',
        "    Producer({'colour': 'red'})",
    ]
    assert refused["traceback"].splitlines()[-1].startswith("cimpl.KafkaException: KafkaError{code=_INVALID_ARG")


def test_a_program_prints_what_it_prints_with_confluent_kafka_itself(
    cells: Cells, app: RunningApp, bootstrap_servers: str
):
    """One of those of tests/programs, which run with the stand-in outside of a browser."""
    program = (SCRIPTS / "consume.py").read_text()
    cells.run(f"import os\nos.environ.update(PREFIX='', BROKERS={NOTEBOOK_BROKERS!r})")
    ran = cells.run(program)
    native = run_natively(program, take_seat(app.url, app.join_url, f"Bob {secrets.token_hex(3)}"), bootstrap_servers)
    seat = Seat(app.url, cells.class_slug, cells.slug, "")
    traceback = "" if ran["end"]["ok"] else ran["end"]["traceback"].replace("cell 2", "<string>")
    in_page = Printed(normal(ran["stdout"], seat), normal(ran["stderr"] + traceback, seat))
    assert in_page.without_source().lines == native.without_source().lines


CONSUMER = f"""
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic
conf = {{"bootstrap.servers": {NOTEBOOK_BROKERS!r}}}
a = AdminClient(conf)
a.create_topics([NewTopic("test1p", 1, 1)])["test1p"].result()
c = Consumer({{**conf, "group.id": "readers", "session.timeout.ms": 6000}})
c.subscribe(["test1p"], on_assign=lambda consumer, partitions: print("waiting", flush=True))
"""


def test_stop_is_an_interrupt_where_the_cell_waits_and_what_comes_after_it_can_wait(cells: Cells):
    wait_forever = """
try:
    while True:
        c.poll(1.0)
except KeyboardInterrupt:
    print("aborted")
finally:
    c.close()
    print("closed")
"""
    ran = cells.run(CONSUMER + wait_forever, stop_after="waiting")
    assert ran["stdout"] == "waiting\naborted\nclosed\n"
    assert ran["end"] == {"ok": True, "result": None}
    assert not groups.describe_group(cells.namespace, "readers").members


@pytest.mark.parametrize(
    "wait",
    [
        "import time; time.sleep(100)",
        "while True: print('more')",
        "c.poll(100)",
        "p.flush()",
        "a.list_topics(timeout=50)",
    ],
)
def test_stop_reaches_whatever_waits(wait: str, cells: Cells):
    clients = """
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
nobody = {"bootstrap.servers": "nobody:1", "log_level": 0}
a, p, c = AdminClient(nobody), Producer(nobody), Consumer({**nobody, "group.id": "g"})
p.produce("test1p", "x")
"""
    if not wait.startswith(("import", "while")):
        cells.run(clients.replace(', "log_level": 0', ""))
    ran = cells.run(f"print('waiting', flush=True)\n{wait}", stop_after="waiting")
    assert ran["end"]["name"] == "KeyboardInterrupt"
    assert ran["end"]["line"] in (1, 2)  # print() waits, too
    assert cells.run("'alive'")["end"]["result"] == "'alive'"


def test_a_loop_that_calls_nothing_is_stopped_by_starting_anew(cells: Cells):
    cells.run("x = 1")
    begin = "import sys\nsys.stdout.write('begun')\nsys.stdout.flush()\n"  # which does not wait for the page
    ran = cells.run(f"{begin}while True: pass", stop_after="begun")
    assert "starts anew" in ran["end"]["message"]
    assert cells.run("x")["end"]["name"] == "NameError"


def test_several_futures_are_waited_for_together(cells: Cells):
    ran = cells.run(f"""
import concurrent.futures
from confluent_kafka.admin import AdminClient, NewTopic
a = AdminClient({{"bootstrap.servers": {NOTEBOOK_BROKERS!r}}})
futures = a.create_topics([NewTopic("test1p", 1, 1), NewTopic("test2p", 1, 1)])
done, left = concurrent.futures.wait(futures.values(), timeout=60)
[f.result() for f in concurrent.futures.as_completed(done)], len(left)""")
    assert ran["end"] == {"ok": True, "result": "([None, None], 0)"}


def test_a_flood_waits_in_the_worker_and_loses_nothing(cells: Cells):
    lines = 20_000
    ran = cells.run(f"for n in range({lines}): print(n)")
    assert ran["stdout"] == "".join(f"{n}\n" for n in range(lines))


def test_records_are_sent_in_batches_and_their_order_is_kept(cells: Cells):
    ran = cells.run(f"""
import time
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
conf = {{"bootstrap.servers": {NOTEBOOK_BROKERS!r}}}
a = AdminClient(conf)
a.create_topics([NewTopic("test1p", 1, 1)])["test1p"].result()
p, offsets = Producer(conf), []
begun = time.monotonic()
for n in range(2000):
    p.produce("test1p", str(n), callback=lambda err, msg: offsets.append((int(msg.value()), msg.offset())))
    p.poll(0)
took_ms = 1000 * (time.monotonic() - begun)
print(p.flush(), offsets == [(n, n) for n in range(2000)], len(offsets))
took_ms""")
    assert ran["stdout"] == "0 True 2000\n", ran
    print("2,000 produce() and poll(0):", ran["end"]["result"], "ms")
