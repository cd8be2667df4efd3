"""Python and its packages, the system below, and what there is of memory, disk and open files."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from kafkaclass import bootstrap
from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from kafkaclass.server import MOST_FILES

MB = 1024 * 1024
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Needs:
    """`least`: below it something fails soon; `enough`: for a class of thirty. Three brokers take 1.1 GB, two web processes
    0.4 GB; a seat may fill 5 GB of the brokers' disk, and few come near."""

    least_memory_mb: int = 256
    enough_memory_mb: int = 2048
    enough_memory_without_brokers_mb: int = 768
    least_disk_mb: int = 512
    enough_disk_mb: int = 5 * 1024
    least_files: int = 1024
    enough_files: int = 8192


def examine(data_dir: Path, needs: Needs, *, runs_brokers: bool, is_running: bool) -> Iterator[Finding]:
    yield _python()
    yield _system()
    yield _memory(needs, runs_brokers=runs_brokers, is_running=is_running)
    yield _disk(data_dir, needs)
    yield _files(needs)


def _python() -> Finding:
    here = f"{platform.python_version()} with"
    missing = [pin for pin in bootstrap.read_pins(bootstrap.RUN_REQUIREMENTS) if not pin.is_met]
    if missing:
        names = ", ".join(f"{pin.name} {pin.version}" for pin in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        return wrong("Python", f"{here}out {names}{more}. Remove .venv beside manage.py, and run the command again.")
    return ok("Python", f"{here} every pinned package")


def _system() -> Finding:
    macos, (libc, version) = platform.mac_ver()[0], platform.libc_ver()
    soabi = sysconfig.get_config_var("SOABI") or ""
    if reason := bootstrap.no_packages_because(soabi, macos, platform.machine()):
        return wrong("System", reason)
    name = f"macOS {macos}" if macos else f"{platform.system()} with {libc or 'a C library of no known name'} {version}"
    return ok("System", f"{name} on {platform.machine()}, {os.cpu_count() or 1} cores")


def _memory(needs: Needs, *, runs_brokers: bool, is_running: bool) -> Finding:
    memory = psutil.virtual_memory()
    total_mb, available_mb = min(memory.total, _memory_limit()) // MB, memory.available // MB
    enough_mb = needs.enough_memory_mb if runs_brokers else needs.enough_memory_without_brokers_mb
    words = f"{total_mb} MB, of which {available_mb} MB are available"
    if available_mb < needs.least_memory_mb:
        return wrong("Memory", f"{words}. End other programs: the system ends brokers when there is none left.")
    if total_mb < enough_mb or (not is_running and available_mb < enough_mb):
        return look("Memory", f"{words}; a class takes {enough_mb} MB. Watch it, or use a larger machine.")
    return ok("Memory", words)


def _memory_limit() -> float:
    """Of the container that this is in."""
    for path in _CGROUP_LIMITS:
        try:
            return int(path.read_text())
        except (OSError, ValueError):  # "max": there is none
            continue
    return float("inf")


def _disk(data_dir: Path, needs: Needs) -> Finding:
    free_mb = shutil.disk_usage(data_dir).free // MB
    words = f"{free_mb} MB are free in {data_dir}"
    if free_mb < needs.least_disk_mb:
        return wrong("Disk", f"{words}. Free some space: with a full disk brokers end, and no act is stored.")
    if free_mb < needs.enough_disk_mb:
        return look(
            "Disk", f"{words}; a class may take {needs.enough_disk_mb} MB. Free some space, or choose another --data."
        )
    return ok("Disk", words)


def _files(needs: Needs) -> Finding:
    """The web site raises its own limit as far as it may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    words = f"a process may have {most}"
    if most < needs.least_files:
        return wrong(
            "Open files", f"{words}, and each connection is one. Raise the limit (ulimit -Hn) to {MOST_FILES}."
        )
    if most < needs.enough_files:
        return look("Open files", f"{words}: enough for a small class. For a large one raise the limit (ulimit -Hn).")
    return ok("Open files", words)
