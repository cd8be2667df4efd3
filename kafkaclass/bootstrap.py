"""Bring a bare machine to where `manage.py` can run: the standard library only, as there is nothing else yet.

Why it is so: you have a clone and Python, and type one command. An interpreter that has every pinned package is used
as it is (a container, a virtual environment of your own); any other one makes .venv beside manage.py and hands over to
it. What we put into .venv is told by a stamp in it: the interpreter, and the hash of each requirements file that was
installed whole. So a command reads three small files, and not the metadata of fifty packages. Installing is cut in the
middle now and then: the stamp is emptied before and filled after it, and a .venv whose stamp is empty is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NoReturn

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
RUN_REQUIREMENTS = BASE_DIR / "requirements.txt"
TEST_REQUIREMENTS = BASE_DIR / "requirements-dev.txt"
SAY_EVERY_S = 2.0
HANDED_OVER = "KAFKACLASS_HANDED_OVER"


@dataclass(frozen=True)
class Pin:
    name: str
    version: str

    @property
    def is_met(self) -> bool:
        try:
            return metadata.version(self.name) == self.version
        except metadata.PackageNotFoundError:
            return False


def prepare(argv: Sequence[str]) -> None:
    """Returns in an interpreter that has every package; may install, and replace this process, to get there."""
    name_data_dir(argv)
    requirements = TEST_REQUIREMENTS if argv[1:2] == ["test"] else RUN_REQUIREMENTS
    handed_over = os.environ.pop(HANDED_OVER, None)
    if is_ready(requirements):
        return
    if handed_over:  # and still not right: it would go on for ever
        sys.exit("The .venv beside manage.py is not complete. Remove it and try again.")
    signal.signal(signal.SIGTERM, stop_at_sigterm)
    try:
        with one_at_a_time():
            install(requirements)
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to continue.")
    hand_over(argv)


def name_data_dir(argv: Sequence[str]) -> None:
    """--data decides where settings.py keeps things, and Django reads that before any command's options."""
    for position, word in enumerate(argv):
        if word == "--":
            return
        if word == "--data" and position + 1 < len(argv):
            os.environ["KAFKACLASS_DATA"] = str(Path(argv[position + 1]).resolve())
        elif word.startswith("--data="):
            os.environ["KAFKACLASS_DATA"] = str(Path(word.removeprefix("--data=")).resolve())


def read_pins(path: Path) -> list[Pin]:
    """The pins of a requirements file and of those that it names by -r, but for what is not for this machine."""
    pins = []
    for line in path.read_text().splitlines():
        requirement, _, marker = line.partition("#")[0].partition(";")
        if requirement.startswith("-r"):
            pins += read_pins(path.parent / requirement[2:].strip())
        elif requirement.strip() and is_for_this_machine(marker):
            name, _, version = requirement.strip().partition("==")
            pins.append(Pin(name, version))
    return pins


def is_for_this_machine(marker: str) -> bool:
    """Our files have one kind of marker: platform_machine in "one two"."""
    return not marker.strip() or platform.machine() in marker.split('"')[1].split()


def is_ready(requirements: Path) -> bool:
    """Whether this interpreter has all of these: our .venv says so in its stamp, any other one is asked for each."""
    if is_in_venv() and STAMP.exists():
        return is_stamped(requirements)
    return all(pin.is_met for pin in read_pins(requirements))


def is_in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def new_stamp(requirements: Path) -> list[str]:
    """What .venv's stamp says once these are installed. Its interpreter is told by the path, which has the version."""
    files = dict.fromkeys((RUN_REQUIREMENTS, requirements))  # the one for tests includes the other
    return [os.path.realpath(VENV_PYTHON), *(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)]


def is_stamped(requirements: Path) -> bool:
    """Whether we made .venv, with all of these in it, and its interpreter is still that one and still there."""
    if not VENV_PYTHON.exists() or not STAMP.exists():
        return False
    return set(new_stamp(requirements)) <= set(STAMP.read_text().splitlines())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands on a bare clone at once must not install over each other."""
    lock_path = BASE_DIR / ".local" / "install.lock"
    lock_path.parent.mkdir(exist_ok=True)
    with lock_path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another kafkaclass command is installing packages; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # pip inherits the lock: when this process is killed and pip lives on, the next command waits for it.
        os.set_inheritable(lock.fileno(), True)
        yield


def install(requirements: Path) -> None:
    """Make .venv if need be, bring every pin into it, and stamp it."""
    if is_stamped(requirements):  # by another command, while this one waited
        return
    if not can_be_added_to():
        make_venv()
    STAMP.write_text("")
    total = len(read_pins(requirements))
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "-r", str(requirements)]
    run_and_say(command, say_what=Counted(f"Installing {total} packages into .venv", total=total))
    STAMP.write_text("\n".join(new_stamp(requirements)))


def can_be_added_to() -> bool:
    """Whether .venv is there, and whole: your own (without a stamp), or ours, not cut, with the interpreter it had."""
    if not VENV_PYTHON.exists():
        return False
    return not STAMP.exists() or os.path.realpath(VENV_PYTHON) in STAMP.read_text().splitlines()


def make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            "This Python comes without ensurepip, which is needed to make a virtual environment: install the package"
            f" python3-venv. On Debian and Ubuntu: sudo apt-get install python3-venv (or python{version}-venv)."
            " Then run the same command again."
        )
    VENV_PYTHON.unlink(missing_ok=True)  # first: what is left of a .venv must not look whole
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    STAMP.touch()
    # Not sys.executable: that one may lie in the .venv that was just removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    run_and_say([base, "-m", "venv", str(VENV)], say_what=Counted("Making .venv", total=0))


@dataclass
class Counted:
    """What is going on, how far it is, for how long."""

    what: str
    total: int
    done: int = 0

    def notice(self, line: str) -> None:
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            self.done += 1
        elif line.startswith("Installing collected packages"):
            self.what, self.total = "Unpacking the packages", 0

    def words(self, since_s: float) -> str:
        so_far = f": {self.done} of {self.total} fetched" if self.total and self.done else ""
        return f"{self.what}{so_far} ({since_s:.0f} s)"


def run_and_say(command: Sequence[str], *, say_what: Counted) -> None:
    """Run a command that takes its time and say how far it is. Exits with what it said when it fails."""
    say(f"{say_what.what} …")
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # for the lock
    )
    said: list[str] = []
    reader = threading.Thread(target=read_lines, args=(process, said, say_what), daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            reader.join(timeout=SAY_EVERY_S)
            if process.poll() is None and reader.is_alive():
                say(f"  {say_what.words(time.monotonic() - begun)}")
    finally:
        end(process)
    reader.join(timeout=5)
    if process.returncode != 0:
        sys.exit("\n".join([*said[-15:], f"That failed: {' '.join(command)}", "The same command tries again."]))


def read_lines(process: subprocess.Popen[str], said: list[str], say_what: Counted) -> None:
    for line in process.stdout or ():
        said.append(line.rstrip())
        say_what.notice(line.strip())


def end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stop_at_sigterm(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def hand_over(argv: Sequence[str]) -> NoReturn:
    """Become the interpreter of .venv."""
    os.environ[HANDED_OVER] = "1"
    sys.stdout.flush()
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(BASE_DIR / "manage.py"), *argv[1:]])


def say(words: str) -> None:
    print(words, flush=True)
