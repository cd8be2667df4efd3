"""`kafkaclass_check.py`, downloaded from the class and run beside a program of one's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.programs.running import Seat, run_natively
from tests.waiting import PATIENCE_S, wait_for

CREATES_THREE = """
import os
from confluent_kafka.admin import AdminClient, NewTopic
admin = AdminClient({"bootstrap.servers": os.environ["BROKERS"]})
made = admin.create_topics([NewTopic(os.environ["PREFIX"] + name, 1, 1) for name in ("test1p", "test2p", "test2die")])
for future in made.values():
    future.result(60)
"""


@pytest.fixture
def seat(new_seat: Callable[[], Seat]) -> Seat:
    return new_seat()


@pytest.fixture
def script(seat: Seat, tmp_path: Path) -> Path:
    url = f"{seat.url}/c/{seat.class_slug}/programs/kafkaclass_check.py"
    path = tmp_path / "kafkaclass_check.py"
    path.write_bytes(requests.get(url, headers={"Cookie": seat.cookie}, timeout=PATIENCE_S).content)
    return path


def token_of(seat: Seat) -> str:
    url = f"{seat.url}/c/{seat.class_slug}/tokens/"
    page = requests.get(url, headers={"Cookie": seat.cookie}, timeout=PATIENCE_S).text
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert csrf
    form = {"csrfmiddlewaretoken": csrf[1], "name": "my editor", "days": "1"}
    page = requests.post(url, form, headers={"Cookie": seat.cookie, "Referer": url}, timeout=PATIENCE_S).text
    return re.search(r"\bkc_\w+", page)[0]


def run(script: Path, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(script), *arguments], env={**os.environ, "KAFKACLASS_TOKEN": token},
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def test_what_a_program_of_ones_own_did_is_shown_by_itself(seat, script, bootstrap_servers, tmp_path):
    said = tmp_path / "said"
    with said.open("w") as out:
        watching = subprocess.Popen(
            [sys.executable, "-I", str(script), "--watch", "creating-topics"],
            env={**os.environ, "KAFKACLASS_TOKEN": token_of(seat)}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_for(lambda: "0 of " in said.read_text(), why=said.read_text)
        run_natively(CREATES_THREE, seat, bootstrap_servers)
        wait_for(lambda: re.search(r"✓ .*: done\n    found: ", said.read_text()), why=said.read_text)
        assert "1 of " in said.read_text()
        assert watching.poll() is None
    finally:
        watching.terminate()
        watching.wait()


def test_what_is_wrong_is_said_in_a_sentence(seat, script):
    token = token_of(seat)
    problems = {
        (token, "no-such-lesson"): "The class has no lesson no-such-lesson",
        ("kc_wrong", "creating-topics"): "This token is not valid",
    }
    for (sent, lesson), words in problems.items():
        done = run(script, sent, lesson)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
    away = run(script, token, "--site", "http://127.0.0.1:1", "creating-topics")
    assert away.returncode == 2
    assert "does not answer at http://127.0.0.1:1" in away.stderr
