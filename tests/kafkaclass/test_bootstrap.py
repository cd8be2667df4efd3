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
from tests.environment import environment
from tests.waiting import PATIENCE_S, wait_for

ROOT = Path(__file__).resolve().parents[2]
SMALL = f"mdurl=={metadata.version('mdurl')}"
ANOTHER = f"sqlparse=={metadata.version('sqlparse')}"
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
    assert [pin for pin in bootstrap.read_pins(path) if not pin.is_met] == []


@pytest.mark.parametrize("path", [bootstrap.RUN_REQUIREMENTS, bootstrap.TEST_REQUIREMENTS])
def test_what_pip_installs_from_has_the_same_pins_each_with_the_hashes_of_its_files(path, monkeypatch):
    lock = bootstrap.lock_of(path)
    monkeypatch.setattr(bootstrap, "is_for_this_machine", lambda marker: True)  # also those of other machines
    assert bootstrap.read_pins(lock) == bootstrap.read_pins(path)
    assert [pin for pin in locked(lock) if "==" in pin and not re.search(r"--hash=sha256:[0-9a-f]{64}$", pin)] == []
    assert 'platform_machine in "x86_64 aarch64 arm64"' in bootstrap.lock_of(bootstrap.RUN_REQUIREMENTS).read_text()


def used_and_needed(names: set[str]) -> set[str]:
    """These packages and what they need, by way of extras such as twisted[tls] too."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        package = waiting.pop()
        for key in {(canonicalize_name(package.name), extra) for extra in ("", *package.extras)} - found:
            found.add(key)
            needed = [Requirement(text) for text in metadata.requires(key[0]) or []]
            waiting += [one for one in needed if one.marker is None or one.marker.evaluate({"extra": key[1]})]
    return {name for name, _ in found}


@pytest.mark.parametrize("path", [bootstrap.RUN_REQUIREMENTS, bootstrap.TEST_REQUIREMENTS])
def test_what_is_used_and_what_that_needs_is_pinned_and_nothing_else(path, tmp_path):
    for file in (bootstrap.RUN_REQUIREMENTS, bootstrap.TEST_REQUIREMENTS):
        used, _, _ = file.read_text().partition("# --- what those need ---")
        (tmp_path / file.name).write_text(used)
    used = {pin.name for pin in bootstrap.read_pins(tmp_path / path.name)}
    assert used_and_needed(used) == {canonicalize_name(pin.name) for pin in bootstrap.read_pins(path)}


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


def test_a_venv_that_is_a_link_is_left_as_it_is(tmp_path, monkeypatch):
    python = tmp_path / "another" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    link = tmp_path / ".venv"
    link.symlink_to(tmp_path / "another")
    monkeypatch.setattr(bootstrap, "VENV", link)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", link / "bin" / "python")
    with pytest.raises(SystemExit, match=r"is a link to .*another, which lacks"):
        bootstrap.make_venv()
    assert python.exists()


def test_without_ensurepip_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.make_venv()


def make_clone(folder: Path) -> Path:
    """With one small package to install, and nothing installed."""
    (folder / "kafkaclass").mkdir()
    shutil.copy(ROOT / "kafkaclass" / "bootstrap.py", folder / "kafkaclass")
    (folder / "manage.py").write_text(MANAGE)
    write_requirements(folder / "requirements.txt", SMALL)
    write_requirements(folder / "requirements-dev.txt", "-r requirements.txt")
    return folder


def write_requirements(path: Path, text: str) -> None:
    """And what pip installs from, with the hashes that ours have."""
    path.write_text(text)
    lines = [
        line.partition("#")[0].strip().replace("requirements.txt", ".requirements.lock") for line in text.split("\n")
    ]
    pins = {line.partition(" ")[0]: line for line in locked(bootstrap.lock_of(bootstrap.RUN_REQUIREMENTS))}
    bootstrap.lock_of(path).write_text("\n".join(pins.get(line, line) for line in lines))


def locked(lock: Path) -> list[str]:
    """Its pins, each with its hashes."""
    return re.split(r"\n(?! )", lock.read_text().strip())


@pytest.fixture
def bare(tmp_path) -> Path:
    return make_clone(tmp_path)


def start(
    bare: Path, *words: str, python: str = getattr(sys, "_base_executable", sys.executable)
) -> subprocess.Popen[str]:
    without_ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    return subprocess.Popen(
        [python, "manage.py", *words],
        cwd=bare,
        env=without_ours,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def said_by(bare: Path, *words: str, **options: str) -> str:
    said, _ = start(bare, *words, **options).communicate(timeout=PATIENCE_S)
    return said


@pytest.mark.long
def test_a_bare_clone_makes_its_venv_also_after_it_was_cut_in_the_middle(bare):
    cut = start(bare)
    wait_for(lambda: (bare / ".venv" / "bin" / "python").exists())
    cut.send_signal(signal.SIGTERM)
    said, _ = cut.communicate(timeout=PATIENCE_S)
    assert cut.returncode == 1
    assert "Stopped. Run the same command again" in said
    assert (bare / ".venv" / "installed").read_text() == ""

    said = said_by(bare)
    assert "Making .venv" in said
    assert re.search(r"Installing 1 packages? into .venv", said)
    assert f"runs in {bare / '.venv'}" in said


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Path:
    clone = make_clone(tmp_path_factory.mktemp("clone"))
    assert "Installing 1 packages" in said_by(clone)
    return clone


@pytest.fixture
def with_venv(made_once, tmp_path) -> Path:
    """A clone whose .venv we made."""
    return shutil.copytree(made_once, tmp_path / "clone", symlinks=True)


def just_runs(bare: Path) -> str:
    return f"runs in {bare / '.venv'}\n"


def test_what_is_installed_again_is_what_changed(with_venv):
    assert said_by(with_venv) == just_runs(with_venv)

    write_requirements(with_venv / "requirements-dev.txt", f"-r requirements.txt\n{ANOTHER}")
    assert said_by(with_venv) == just_runs(with_venv)  # which needs nothing of the tests
    said = said_by(with_venv, "test")
    assert "Making .venv" not in said
    assert "Installing 2 packages" in said
    assert said_by(with_venv, "test") == said_by(with_venv) == just_runs(with_venv)

    write_requirements(with_venv / "requirements.txt", f"{SMALL}  # a word more")
    assert "Installing 1 packages" in said_by(with_venv, python=f"{with_venv}/.venv/bin/python")
    assert "Installing 2 packages" in said_by(with_venv, "test")


def test_a_file_that_is_not_the_one_that_was_pinned_is_not_installed(with_venv):
    write_requirements(with_venv / "requirements.txt", f"{SMALL}\n{ANOTHER}")
    lock = with_venv / ".requirements.lock"
    lock.write_text(re.sub(r"(?s)(sqlparse.*)", lambda pin: re.sub("sha256:..", "sha256:00", pin[1]), lock.read_text()))
    said = said_by(with_venv)
    assert "DO NOT MATCH THE HASHES" in said
    assert f"That failed: {with_venv}" in said
    assert "runs in" not in said


def was_cut(venv: Path) -> None:
    (venv / "installed").write_text("")


def has_another_interpreter(venv: Path) -> None:
    python = venv / "bin" / "python"
    another = shutil.copy(python.resolve(), venv.parent / "python3.99")
    python.unlink()
    python.symlink_to(another)


def has_lost_its_interpreter(venv: Path) -> None:
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("/nowhere/python3")


def stop_after_the_first_line(clone: Path) -> str:
    """What is said first, but for waiting until an installation that was cut lets go."""
    process = start(clone)
    try:
        assert process.stdout
        lines = (line for line in process.stdout if not line.startswith("Another kafkaclass command"))  # that is ending
        return next(lines)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("damage", [was_cut, has_another_interpreter, has_lost_its_interpreter])
def test_a_venv_that_can_not_be_added_to_is_made_anew(with_venv, damage):
    damage(with_venv / ".venv")
    assert stop_after_the_first_line(with_venv).startswith("Making .venv")


def test_a_venv_in_which_an_installation_was_cut_is_made_anew(with_venv):
    write_requirements(with_venv / "requirements.txt", ANOTHER)
    assert stop_after_the_first_line(with_venv).startswith("Installing 1 packages")
    assert stop_after_the_first_line(with_venv).startswith("Making .venv")


@pytest.mark.long
def test_a_venv_that_was_cut_notices_it_from_inside(with_venv):
    was_cut(with_venv / ".venv")
    assert "Making .venv" in said_by(with_venv, python=f"{with_venv}/.venv/bin/python")
    assert said_by(with_venv) == just_runs(with_venv)


def test_a_venv_of_your_own_is_used_as_it_is_and_added_to_where_it_lacks_something(with_venv):
    (with_venv / ".venv" / "installed").unlink()
    python = f"{with_venv}/.venv/bin/python"
    assert said_by(with_venv, python=python) == just_runs(with_venv)
    write_requirements(with_venv / "requirements.txt", f"{SMALL}\n{ANOTHER}")
    said = said_by(with_venv, python=python)
    assert "Making .venv" not in said
    assert "Installing 2 packages" in said


def test_an_interpreter_that_has_everything_is_used_as_it_is(bare):
    assert said_by(bare, python=sys.executable) == f"runs in {sys.prefix}\n"
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize(
    ("soabi", "macos", "machine", "words"),
    [
        ("cpython-313-x86_64-linux-gnu", "", "x86_64", ""),
        ("cpython-313-x86_64-linux-musl", "", "x86_64", "has musl"),
        ("cpython-313-darwin", "14.7.1", "arm64", "this is macOS 14.7.1"),
        ("cpython-313-darwin", "15.0", "arm64", ""),
        ("cpython-313-darwin", "26.1", "arm64", ""),
        ("cpython-313-darwin", "15.0", "x86_64", "Apple silicon"),
    ],
)
def test_a_machine_without_ready_made_packages_is_told_so_at_once(soabi, macos, machine, words):
    said = bootstrap.no_packages_because(soabi, macos, machine)
    assert words in said
    assert bool(words) == bool(said)


CHOOSE = """
import sys
from kafkaclass import bootstrap
bootstrap.OLDEST = bootstrap.NEWEST = (3, 99)
bootstrap.choose_python(["manage.py", "up", "--port", "0"])
"""


def choose(path: str) -> subprocess.CompletedProcess[str]:
    """As with a Python that is too new, or too old."""
    run = [sys.executable, "-c", CHOOSE]
    return subprocess.run(run, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_another_python_of_this_machine_is_used_where_this_one_has_no_ready_made_packages(tmp_path):
    other = tmp_path / "python3.99"
    other.write_text('#!/bin/sh\necho "$@"\n')
    other.chmod(0o755)
    went_on = choose(str(tmp_path))
    version = "{}.{}".format(*sys.version_info)
    assert went_on.stdout.splitlines() == [
        f"For Python {version} some packages are not ready-made yet: {other} is used instead.",
        f"{ROOT / 'manage.py'} up --port 0",
    ]
    ended = choose(str(tmp_path / "nothing"))
    assert ended.returncode == 1
    assert f"ready-made for Python 3.99 to 3.99, and this one is {version}" in ended.stderr


def manage(*words: str, **own: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        cwd=ROOT, env=environment(**own), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_wrong_with_a_data_folder_or_a_port_is_said_in_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", Path("/proc/kafkaclass")):
        ended = manage("up", "--data", str(folder))
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
        assert f"The data folder {folder} cannot be used: " in ended.stderr
    ended = manage("up", "--data", str(tmp_path / "new"), "--port", "99999")
    assert ended.returncode == 2
    assert "a number from 0 to 65535" in ended.stderr


def test_an_invitation_to_a_folder_in_which_nothing_was_started_is_refused_in_words(tmp_path):
    ended = manage("invite", "--data", str(tmp_path), "--class", "kafka", "--role", "grader", "--name", "Greta")
    assert ended.returncode == 1
    assert f"There is no class in {tmp_path}." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_commands_ask_the_folder_of_the_class_that_runs(tmp_path, monkeypatch):
    """A process that was killed is forgotten."""
    monkeypatch.setattr(bootstrap, "RUNNING", tmp_path)
    monkeypatch.setenv(bootstrap.DATA, "")
    (tmp_path / str(os.getpid())).write_text("/where/it/runs")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / str(gone.pid)).write_text("/where/it/ran")
    bootstrap.name_data_dir(["manage.py", "up"])
    assert os.environ[bootstrap.DATA] == ""
    bootstrap.name_data_dir(["manage.py", "invite", "--class", "kafka"])
    assert os.environ[bootstrap.DATA] == "/where/it/runs"
    monkeypatch.setenv(bootstrap.DATA, "")
    assert [each.name for each in tmp_path.iterdir()] == [str(os.getpid())]

    (tmp_path / "1").write_text("/somebody/elses")
    with pytest.raises(SystemExit, match=r"Say which one by --data:\n  /somebody/elses\n  /where/it/runs"):
        bootstrap.name_data_dir(["manage.py", "invite"])
