"""From a bare machine to where manage.py runs."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kafkaclass import bootstrap
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
SMALL = f"mdurl=={metadata.version('mdurl')}"
# Stands in for Django: says which interpreter it runs in.
MANAGE = """
import sys
from kafkaclass import bootstrap
bootstrap.prepare(sys.argv)
import mdurl
print("runs in", sys.prefix)
"""


@pytest.mark.parametrize("path", [bootstrap.RUN_REQUIREMENTS, bootstrap.TEST_REQUIREMENTS])
def test_what_is_installed_is_what_is_pinned(path):
    assert bootstrap.read_pins(path)
    assert bootstrap.missing_pins(path) == []


@pytest.mark.parametrize("path", [bootstrap.RUN_REQUIREMENTS, bootstrap.TEST_REQUIREMENTS])
def test_whatever_a_pinned_package_needs_is_pinned_too(path):
    pinned = {canonicalize_name(pin.name) for pin in bootstrap.read_pins(path)}
    for name in pinned:
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in pinned, f"{name} needs {needed}"


def test_an_old_python_gets_as_far_as_the_sentence():
    source = (ROOT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    assert source.index("sys.version_info") < source.index("bootstrap")


def test_a_pin_of_another_machine_is_left_out(tmp_path):
    (tmp_path / "r.txt").write_text('a==1 ; platform_machine in "pdp11 vax"\nb==2  # said\n\n# c==3\n')
    (tmp_path / "d.txt").write_text("-r r.txt\nd==4\n")
    assert bootstrap.read_pins(tmp_path / "d.txt") == [bootstrap.Pin("b", "2"), bootstrap.Pin("d", "4")]


@pytest.mark.parametrize("words", [["--data", "here"], ["--data=here"]])
def test_the_data_folder_is_named_before_django_starts(words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAFKACLASS_DATA", "/somewhere/else")
    bootstrap.name_data_dir(["manage.py", "up", *words])
    assert os.environ["KAFKACLASS_DATA"] == str(tmp_path / "here")


def test_without_ensurepip_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.make_venv()


@pytest.fixture
def bare(tmp_path) -> Path:
    """A clone with one small package to install, and nothing installed."""
    (tmp_path / "kafkaclass").mkdir()
    shutil.copy(ROOT / "kafkaclass" / "bootstrap.py", tmp_path / "kafkaclass")
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "requirements.txt").write_text(SMALL)
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt")
    return tmp_path


def start(bare: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    python = getattr(sys, "_base_executable", sys.executable)
    return subprocess.Popen(
        [python, "manage.py"], cwd=bare, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test_a_bare_clone_makes_its_venv_also_after_it_was_cut_in_the_middle(bare):
    cut = start(bare)
    wait_for(lambda: (bare / ".venv" / "bin" / "python").exists(), timeout_s=60)
    cut.send_signal(signal.SIGTERM)
    said, _ = cut.communicate(timeout=15)
    assert cut.returncode == 1
    assert "Stopped. Run the same command again" in said
    assert (bare / ".venv" / "unfinished").exists()

    said, _ = start(bare).communicate(timeout=120)
    assert "Making .venv" in said
    assert re.search(r"Installing 1 packages? into .venv", said)
    assert f"runs in {bare / '.venv'}" in said

    said, _ = start(bare).communicate(timeout=30)
    assert said.split() == ["runs", "in", str(bare / ".venv")]


def test_an_interpreter_that_has_everything_is_used_as_it_is(bare):
    done = subprocess.run([sys.executable, "manage.py"], cwd=bare, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["runs", "in", sys.prefix]
    assert not (bare / ".venv").exists()
