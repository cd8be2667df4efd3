"""`manage.py serve`, as a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from kafkaclass.management import running
from tests.environment import hear_ctrl_c
from tests.waiting import PATIENCE_S, wait_for

MANAGE = Path(__file__).parents[1] / "manage.py"


@dataclass(frozen=True)
class Site:
    """One that was started, and may have ended."""

    data_dir: Path
    process: subprocess.Popen[bytes]
    variables: Mapping[str, str]

    @property
    def said(self) -> str:
        return self.data_dir.with_suffix(".log").read_text()

    @property
    def url(self) -> str:
        """Its own, once it answers."""

        def known() -> running.Running | None:
            assert self.process.poll() is None, self.said
            return running.read(self.data_dir)

        return wait_for(known, why=lambda: self.said).url

    def invite(self, role: str, name: str) -> str:
        """The link that its command prints."""
        options = ("--class", "kafka", "--role", role, "--name", name)
        command = manage("invite", self.data_dir, *options)
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, check=True).stdout.strip()

    def processes(self) -> list[psutil.Process]:
        ours = psutil.Process(self.process.pid)
        return [ours, *ours.children(recursive=True)]

    def kill(self) -> None:
        """With all its processes, and nobody there to start them again."""
        for each in self.processes():
            os.kill(each.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)  # does nothing to one that has ended
        return self.process.wait(PATIENCE_S)


def manage(command: str, data_dir: Path, *options: str) -> list[str]:
    return [sys.executable, str(MANAGE), command, "--data", str(data_dir), *options]


def serve(data_dir: Path, variables: Mapping[str, str], *options: str) -> Site:
    with data_dir.with_suffix(".log").open("wb") as log:
        command = manage("serve", data_dir, "--port", "0", *options)
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log, preexec_fn=hear_ctrl_c)
    return Site(data_dir, process, variables)
