"""A student at work outside of the page: with programs of their own and with Kafka's tools, under full names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from lessons.classroom.checks.attempts import check, evidence_of, seed_of
from lessons.classroom.models import Attempt, Member
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, Where
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.exercise import Exercise, Step
from lessons.course.loader import all_exercises

BY_ID = {exercise.id: exercise for exercise in all_exercises()}
WITHIN_S = 60
EVERY_S = 0.5


@dataclass(frozen=True)
class Seat:
    """`brokers` is the whole list of addresses; `tools` is the folder with `kafka-topics.sh` and the others, if needed."""

    member: Member
    brokers: str
    tools: Path | None = None

    def full(self, name: str) -> str:
        return self.member.namespace.prefix + name

    def seed(self, exercise: str) -> str:
        return seed_of(self.member, BY_ID[exercise])

    def answer(self, exercise: str, **answers: Any) -> Attempt:
        """As the page does it: what was typed is saved, and checked at once."""
        perform(self.member, SubmitAnswers(exercise=exercise, answers=answers), act_id=uuid4())
        return check(self.member, BY_ID[exercise])

    def tool(self, name: str, *arguments: str, typed: str | None = None) -> str:
        """What one of Kafka's tools prints; `typed` comes through its standard input."""
        return self._run([f"{self.tools}/{name}.sh", "--bootstrap-server", self.brokers, *arguments], typed)

    def run_command(self, step: Step) -> None:
        """Runs the command line that the page shows for an act, in a shell that finds Kafka's tools by their names."""
        self._run(["bash", "-c", self._action(step).command(self._where)])

    def run_script(self, step: Step, *, meanwhile: Callable[[], object]) -> None:
        """The same as a script has it, and what is called now and then while it runs."""
        self._run(["bash", "-c", self._action(step).script(self._where)], meanwhile=meanwhile)

    def _run(self, argv: list[str], typed: str | None = None, *, meanwhile: Callable[[], object] = lambda: None) -> str:
        env = {**os.environ, "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}"}
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(
                subprocess.run,
                argv,
                env=env,
                input=typed,
                capture_output=True,
                text=True,
                timeout=WITHIN_S,
                check=False,
            )
            while not wait([running], timeout=EVERY_S).done:
                meanwhile()
            done = running.result()
        assert done.returncode == 0, f"{argv[-1]}\n{done.stdout}{done.stderr}"
        return str(done.stdout)

    @property
    def _where(self) -> Where:
        return Where(self.member.namespace, self.brokers)

    def _action(self, step: Step) -> Action:
        return ACTIONS[step.kind].model_validate(step.fields)

    def run_shown(self, step: Step, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Runs the Python that the page shows for an act, in an interpreter of its own. `meanwhile` is called now and then
        while it runs."""
        code = self._action(step).cell(self._where)
        self._run([sys.executable, "-W", "error", "-c", code], meanwhile=meanwhile)

    def solve_by_shown_code(self, exercise: Exercise) -> None:
        """Its solution, each act by the Python that is shown for it; only what is typed is typed in the page."""
        steps = exercise.solution
        for step in steps(evidence_of(self.member), seed_of(self.member, exercise)) if callable(steps) else steps:
            if step.kind == SubmitAnswers.kind:
                self.answer(step.fields["exercise"], **step.fields["answers"])
            else:
                # A page that is open sees what a program does, and what it has done.
                self.run_shown(step, meanwhile=lambda: check(self.member, exercise))
                check(self.member, exercise)
