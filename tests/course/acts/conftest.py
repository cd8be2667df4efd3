"""What the tests of shown code stand on: a slice of the cluster, Kafka's own command-line tools, and who runs them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Where
from tests.environment import hear_ctrl_c
from tests.waiting import PATIENCE_S


@pytest.fixture
def where(kafka: str) -> Where:
    return Where(namespace=Namespace(f"t{secrets.token_hex(4)}", "7KQ4"), bootstrap_servers=kafka)


class Shown:
    """Runs code as a learner would: the Python in a file, the command line in a shell."""

    def __init__(self, language: str, tools: Path, where: Where) -> None:
        self.language, self.where = language, where
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def argv(self, action) -> list[str]:
        if self.language == "python":
            return [sys.executable, "-W", "error", "-u", "-c", action.python(self.where)]
        return ["bash", "-c", action.command(self.where)]

    def run(self, action) -> str:
        done = subprocess.run(
            self.argv(action), env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, action) -> subprocess.Popen[str]:
        """Ctrl-C ends it."""
        return subprocess.Popen(
            self.argv(action), env=self.environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )  # fmt: skip


@pytest.fixture(params=["python", "command"])
def shown(request, tools: Path, where: Where) -> Shown:
    return Shown(request.param, tools, where)
