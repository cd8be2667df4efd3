"""A student at work outside of the page: with programs of their own and with Kafka's tools, under full names."""

from __future__ import annotations

import os
import subprocess
import sys
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

    def _run(self, argv: list[str], typed: str | None = None) -> str:
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            argv,
            env={**os.environ, "PATH": path},
            input=typed,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def _where(self) -> Where:
        return Where(self.member.namespace, self.brokers)

    def _action(self, step: Step) -> Action:
        return ACTIONS[step.kind].model_validate(step.fields)

    def run_shown(self, step: Step) -> None:
        """Runs the Python that the page shows for an act, in an interpreter of its own."""
        code = self._action(step).cell(self._where)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"

    def solve_by_shown_code(self, exercise: Exercise) -> None:
        """Its solution, each act by the Python that is shown for it; only what is typed is typed in the page."""
        steps = exercise.solution
        for step in steps(evidence_of(self.member), seed_of(self.member, exercise)) if callable(steps) else steps:
            if step.kind == SubmitAnswers.kind:
                self.answer(step.fields["exercise"], **step.fields["answers"])
            else:
                self.run_shown(step)
                check(self.member, exercise)  # a page that is open sees what a program has done
