"""Bring a bare machine to where `manage.py` can run: the standard library only, as there is nothing else yet.

Why it is so: you have a clone and Python, and type one command. An interpreter that has every pinned package is used
as it is (a container, a virtual environment of your own); any other one makes .venv beside manage.py and hands over to
it. What we put into .venv is told by a stamp in it: the interpreter, and the hash of each requirements file that was
installed whole. So a command reads three small files, and not the metadata of fifty packages. People read and change
the requirements files; pip installs from the lock beside each (a dotfile), which has the same pins with the hashes of
their files, so that nothing else gets in under a package's name. Installing is cut in the middle now and then: the
stamp is emptied before and filled after it, and a .venv whose stamp is empty is made anew.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import sysconfig
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
# Between these every pinned package comes ready-made; for another Python pip would compile for a minute, and fail.
OLDEST, NEWEST = (3, 11), (3, 14)
OLDEST_MACOS = 15
SAY_EVERY_S = 2.0
HANDED_OVER = "KAFKACLASS_HANDED_OVER"
DATA = "KAFKACLASS_DATA"
LOCAL = BASE_DIR / ".local"  # the data folder where none is named
RUNNING = LOCAL / "running"  # a file for each `up` of this clone, named by its process: its data folder
OF_WHAT_RUNS = ("invite", "verify-card", "doctor", "backup")  # commands that ask the data folder of a running class


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
    check_data_dir()
    requirements = TEST_REQUIREMENTS if argv[1:2] in (["test"], ["checklesson"]) else RUN_REQUIREMENTS
    handed_over = os.environ.pop(HANDED_OVER, None)
    if is_ready(requirements):
        return
    choose_python(argv)
    if handed_over:  # and still not right: it would go on for ever
        sys.exit("The .venv beside manage.py is not complete. Remove it and try again.")
    signal.signal(signal.SIGTERM, stop_at_sigterm)
    try:
        with one_at_a_time():
            install(requirements)
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to continue.")
    hand_over(argv)


def choose_python(argv: Sequence[str]) -> None:
    """Goes on with another Python of this machine where this one has no ready-made packages; ends where none has."""
    if reason := no_packages_because(
        sysconfig.get_config_var("SOABI") or "", platform.mac_ver()[0], platform.machine()
    ):
        sys.exit(reason)
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    here, fitting = "{}.{}".format(*sys.version_info), "{}.{} to {}.{}".format(*OLDEST, *NEWEST)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if other := shutil.which(f"python3.{minor}"):
            say(f"For Python {here} some packages are not ready-made yet: {other} is used instead.")
            os.execv(other, [other, str(BASE_DIR / "manage.py"), *argv[1:]])
    sys.exit(
        f"kafkaclass's packages come ready-made for Python {fitting}, and this one is {here} ({sys.executable})."
        f" Install one of those beside it, and run the same command again: python{NEWEST[0]}.{NEWEST[1]} is found by itself."
    )


def no_packages_because(soabi: str, macos: str, machine: str) -> str:
    """What is to be said on a machine for which no Python has ready-made packages; empty: there are some."""
    if "musl" in soabi:
        return (
            "kafkaclass's packages come ready-made for Linux with glibc, and this one has musl (as Alpine has)."
            " Use Debian, Ubuntu, Fedora or the like, also as the base of an image: see the Dockerfile."
        )
    if macos and int(macos.partition(".")[0]) < OLDEST_MACOS:
        return (
            f"kafkaclass's packages come ready-made for macOS {OLDEST_MACOS} and newer, and this is macOS {macos}."
            " Use a newer one, or the image: see the Dockerfile."
        )
    if macos and machine != "arm64":
        return (
            "kafkaclass's packages come ready-made for Macs with Apple silicon, and this Python is for Intel's processors."
            " Use one for arm64 if the Mac has Apple silicon, or else the image: see the Dockerfile."
        )
    return ""


def name_data_dir(argv: Sequence[str]) -> None:
    """--data decides where settings.py keeps things, and Django reads that before any command's options."""
    for position, word in enumerate(argv):
        if word == "--":
            return
        if word == "--data" and position + 1 < len(argv):
            os.environ[DATA] = str(Path(argv[position + 1]).resolve())
        elif word.startswith("--data="):
            os.environ[DATA] = str(Path(word.removeprefix("--data=")).resolve())
    if not os.environ.get(DATA) and argv[1:2] and argv[1] in OF_WHAT_RUNS:
        folders = running_folders()
        if len(folders) > 1:
            sys.exit("\n  ".join(["Several classes run here. Say which one by --data:", *folders]))
        if folders:
            os.environ[DATA] = folders[0]


def running_folders() -> list[str]:
    """The data folders on which an `up` of this clone runs now."""
    found = []
    for noted in RUNNING.glob("*"):
        try:
            os.kill(int(noted.name), 0)
            found.append(noted.read_text())
        except PermissionError:  # somebody else's process runs
            found.append(noted.read_text())
        except (OSError, ValueError):  # it was killed
            noted.unlink(missing_ok=True)
    return sorted(set(found))


def check_data_dir() -> None:
    """The settings write a key there as soon as they are read: so it is said before that what is wrong with the folder."""
    folder = Path(os.environ.get(DATA) or LOCAL)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # keys, codes and everybody's work
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        sys.exit(f"The data folder {folder} cannot be used: {error.strerror}. Choose another one by --data.")


def read_pins(path: Path) -> list[Pin]:
    """The pins of a requirements file and of those that it names by -r, but for what is not for this machine.

    Also of a .lock: its hashes are left out.
    """
    pins = []
    for line in path.read_text().splitlines():
        requirement, _, marker = line.partition("#")[0].partition("--hash")[0].rstrip("\\ ").partition(";")
        if requirement.startswith("-r"):
            pins += read_pins(path.parent / requirement[2:].strip())
        elif requirement.strip() and is_for_this_machine(marker):
            name, _, version = requirement.strip().partition("==")
            pins.append(Pin(name, version))
    return pins


def is_for_this_machine(marker: str) -> bool:
    """Our files have two kinds of marker: platform_machine in "one two", and sys_platform == "one"."""
    if not marker.strip():
        return True
    here = sys.platform if marker.split()[0] == "sys_platform" else platform.machine()
    return here in marker.split('"')[1].split()


def lock_of(requirements: Path) -> Path:
    """The same pins, with hashes. `python -m tests.list_hashes` writes it."""
    return requirements.with_name(f".{requirements.stem}.lock")


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
    lock_path = LOCAL / "install.lock"
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
    command += ["--progress-bar", "off", "--require-hashes", "-r", str(lock_of(requirements))]
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
    if VENV.is_symlink():
        sys.exit(
            f"{VENV} is a link to {VENV.resolve()}, which lacks what this project needs. It may be somebody else's, so"
            " it stays as it is: remove the link, and run the same command again."
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
