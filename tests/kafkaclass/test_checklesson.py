"""`manage.py checklesson`: a mistake is said with its place, and a lesson without one is tested on real brokers."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from kafkaclass.management.commands.checklesson import chosen_for
from lessons.course import loader
from lessons.course.loader import get_lesson
from tests.running_brokers import NAMED
from tests.waiting import PATIENCE_S


def test_a_lesson_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(CommandError, match=r"There is no lesson creating_topic\. There are: .*creating_topics"):
        call_command("checklesson", "creating_topic")


def test_a_mistake_is_said_with_its_file(tmp_path: Path, monkeypatch):
    folder = tmp_path / "consumer_groups"
    folder.mkdir()
    (folder / "lesson.md").write_text("+++\nnumber =\n+++\n")
    monkeypatch.setattr(loader, "folders", lambda: [folder])
    with pytest.raises(CommandError, match=r"consumer_groups/lesson\.md: TOMLDecodeError"):
        call_command("checklesson", "consumer-groups", stdout=StringIO())


def test_those_of_a_lesson_that_stops_brokers_are_among_its_tests():
    asking = [sys.executable, "-m", "pytest", "--collect-only", "-q", *chosen_for(get_lesson("a-broker-goes-down"))]
    found = subprocess.run(
        asking, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert "tests/outages/test_lessons.py::test_untouched_it_is_not_done" in found.stdout


@pytest.mark.long
def test_a_lesson_without_one_is_tested(bootstrap_servers: str):
    done = subprocess.run(
        [sys.executable, "manage.py", "checklesson", "looking_around"],
        cwd=settings.BASE_DIR, env={**os.environ, NAMED: bootstrap_servers}, capture_output=True, text=True,
        timeout=2 * PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "“Looking around: topics”. Its exercises: Whose are they?" in done.stdout
    assert " passed" in done.stdout
