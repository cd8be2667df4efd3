"""The notebook that the course grew out of, from its first cell to its last, in the page and natively: it prints the same."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest
from playwright.sync_api import Locator, Page, expect

from lessons.course.loader import all_exercises
from lessons.course.notebook import original
from tests.browser.conftest import RunningApp
from tests.browser.playing import START_MS
from tests.browser.test_cells import cell
from tests.browser.test_pages import room_of
from tests.environment import hear_ctrl_c
from tests.programs.running import Seat, normal, take_seat
from tests.waiting import wait_for

CODE = [each.source for each in original().cells if each.kind == "code"]
READS_FOR_EVER = [number for number, source in enumerate(CODE, 1) if "while True:" in source]  # a person stops these
LISTS = [number for number, source in enumerate(CODE, 1) if "topics:" in source]
DOES = {
    "creating-topics.three-topics", "deleting-a-topic.gone", "adding-partitions.two-partitions", "producing.nine-delivered",
}  # fmt: skip
RECORDS = 9
MARK = "--- cell"

# Run natively on the class's machine: real addresses, and the names with the seat's prefix. A cell that would read for
# ever is interrupted as the notebook's was, by a person who has seen nine records. And nobody is so quick that the next cell
# asks a broker which has not heard of what the last one did.
NATIVELY = """
import sys, time
for number, source in enumerate(CELLS, 1):
    print(f"--- cell {number}", flush=True); print(f"--- cell {number}", file=sys.stderr, flush=True)
    exec(compile(source, f"cell {number}", "exec"), NAMESPACE)
    sys.stdout.flush(); sys.stderr.flush(); time.sleep(0.5)
"""


def natively(seat: Seat, bootstrap_servers: str) -> dict[int, Counter[str]]:
    own = {name: f"{seat.prefix}{name}" for name in ("test1p", "test2p", "test2die")}
    cells = [re.sub("|".join(own), lambda name: own[name[0]], source) for source in CODE]
    cells = [source.replace("kafka1:9092,kafka2:9093", bootstrap_servers) for source in cells]
    program = f"CELLS = {cells!r}\nNAMESPACE = {{'__name__': '__main__'}}\n{NATIVELY}"
    printed: list[str] = []
    number = records = 0
    with subprocess.Popen(
        [sys.executable, "-u", "-W", "ignore", "-c", program], env={**os.environ, "PYTHONPATH": ""},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=hear_ctrl_c,
    ) as running:  # fmt: skip
        for line in running.stdout:
            printed.append(line)
            if line.startswith(MARK):
                number, records = int(line.split()[-1]), 0
            records += number in READS_FOR_EVER and "b'" in line
            if records == RECORDS:
                records = 0
                os.kill(running.pid, signal.SIGINT)
        said = running.stderr.read()
    assert running.returncode == 0, said
    return by_cell("".join(printed), said, seat)


def by_cell(stdout: str, stderr: str, seat: Seat) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {number: Counter() for number in range(1, len(CODE) + 1)}
    for text in (stdout, stderr):
        for part in text.split(MARK)[1:]:
            number, _, printed = part.partition("\n")
            found[int(number)] += comparable(int(number), printed, seat)
    return found


def comparable(number: int, printed: str, seat: Seat) -> Counter[str]:
    """The lines, without what differs from run to run: where a record without a key goes, and who leads. A list natively
    has the topics of everybody."""
    lines = normal(printed, seat).splitlines()
    if number in LISTS:
        lines = [line for line in lines if '"test' in line]
    chance = re.compile(r"\[\d\] (@|at offset +) ?\d+|leader: \d, replicas: \[\d\], isrs: \[\d\]")
    return Counter(chance.sub("…", line) for line in lines if line.strip())


def in_the_page(page: Page, seat: Seat) -> dict[int, Counter[str]]:
    page.get_by_role("button", name="Run all").click()
    for number in READS_FOR_EVER:
        here = cell(page, number)
        wait_for(
            lambda here=here: here.locator(".output").inner_text().count("b'") >= RECORDS, timeout_s=START_MS / 1000
        )
        here.get_by_role("button", name="Stop").click()
        expect(here.locator(".output")).to_contain_text("% Aborted by user")
    expect(cell(page, len(CODE)).locator("[data-number]")).to_have_text(f"[{len(CODE)}]")
    return {number: comparable(number, output(cell(page, number)), seat) for number in range(1, len(CODE) + 1)}


def output(here: Locator) -> str:
    """What the cell printed, without the value of its last line."""
    return "".join(here.locator(".output :is(.stdout, .stderr)").all_text_contents())


@pytest.mark.long
def test_the_cells_run_unchanged_from_first_to_last_and_print_what_they_print_natively(
    seat: Page, app: RunningApp, bootstrap_servers: str
):
    room = room_of(seat)
    seat.goto(f"{room}notebook/")
    class_slug = room.rstrip("/").rsplit("/", 1)[-1]
    printed = in_the_page(seat, Seat(app.url, class_slug, "", ""))
    native = natively(take_seat(app.url, app.join_url, "Bob"), bootstrap_servers)
    assert {number: lines for number, lines in printed.items() if lines != native[number]} == {}
    assert sum(len(lines) > 0 for lines in native.values()) >= 10  # or nothing was compared
    seat.goto(room)  # what its cells did were acts: they do the exercises that the notebook leads to
    wait_for(lambda: done_by(seat, app.url, class_slug) == DOES, why=lambda: done_by(seat, app.url, class_slug))
    expect(seat.get_by_role("progressbar", name="Exercises done")).to_have_text(
        f"{len(DOES)} of {len(all_exercises())}"
    )


def done_by(page: Page, url: str, class_slug: str) -> set[str]:
    exercises = page.request.get(f"{url}/api/v1/classes/{class_slug}/exercises").json()
    return {exercise["id"] for exercise in exercises if exercise["state"] == "done"}
