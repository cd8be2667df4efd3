"""Find a Chromium for the tests: on this machine, or else from Playwright, or else from Debian.

The headless shell is preferred, and installed where that is quickly done: it draws no window around each page, which is three
quarters of the work of opening one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

VARIABLE = "KAFKACLASS_BROWSER"
SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_RUNS_TIMEOUT_S = 30
_INSTALL_TIMEOUT_S = 600


class NoBrowser(Exception):
    """There is no browser for the tests; str() says what to install."""


def find_browser(*, say: Callable[[str], None]) -> Path:
    """A browser that runs; installs one if necessary. Raises: NoBrowser"""
    for path in _candidates(say):
        if path and _runs(path):
            return path
    raise NoBrowser(
        "The browser tests need Chromium or Google Chrome, and none could be installed. Install one, for example by"
        " `sudo apt-get install chromium` on Debian, `brew install --cask chromium` on macOS, or"
        f" `python -m playwright install --with-deps chromium`; or give the path of one in {VARIABLE}."
    )


def _candidates(say: Callable[[str], None]) -> Iterator[Path | None]:
    if named := os.environ.get(VARIABLE):
        yield Path(named)
    yield _on_path(SHELL)
    if _has_apt() and _succeeds(["apt-cache", "show", SHELL], timeout_s=_RUNS_TIMEOUT_S, quiet=True):
        say(f"Installing {SHELL} for the tests.")
        yield _installed_by_apt(SHELL)
    yield from map(_on_path, NAMES)
    yield from map(Path, MAC_APPLICATIONS)
    for name, install in (("Playwright", _from_playwright), ("apt-get", _from_apt)):
        say(f"No Chromium on this machine; trying {name}.")
        yield install()


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _runs(path: Path) -> bool:
    """Whether it runs: Ubuntu's chromium-browser only points to a snap, and Playwright's may lack a library."""
    return path.exists() and _succeeds([str(path), "--version"], timeout_s=_RUNS_TIMEOUT_S, quiet=True)


def _from_playwright() -> Path | None:
    if not _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], timeout_s=_INSTALL_TIMEOUT_S):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _from_apt() -> Path | None:
    """Debian's, the shell if there is one."""
    if not _has_apt() or not _succeeds(["apt-get", "update"], timeout_s=_INSTALL_TIMEOUT_S):
        return None
    return _installed_by_apt(SHELL) or _installed_by_apt("chromium")


def _has_apt() -> bool:
    """And may use it."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _installed_by_apt(package: str) -> Path | None:
    """Its program has the package's name."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return _on_path(package) if _succeeds(command, timeout_s=_INSTALL_TIMEOUT_S, environment=environment) else None


def _succeeds(
    command: list[str], *, timeout_s: float, quiet: bool = False, environment: dict[str, str] | None = None
) -> bool:
    output = subprocess.DEVNULL if quiet else None
    try:
        subprocess.run(command, check=True, timeout=timeout_s, stdout=output, stderr=output, env=environment)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return True
