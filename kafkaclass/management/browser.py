"""Find a Chromium for the tests: on this machine, or else from Playwright, or else from Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

VARIABLE = "KAFKACLASS_BROWSER"
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
    for path in _on_this_machine():
        if _runs(path):
            return path
    for name, install in (("Playwright", _from_playwright), ("apt-get", _from_apt)):
        say(f"No Chromium on this machine; trying {name}.")
        installed = install()
        if installed and _runs(installed):
            return installed
    raise NoBrowser(
        "The browser tests need Chromium or Google Chrome, and none could be installed. Install one, for example by"
        " `sudo apt-get install chromium` on Debian, `brew install --cask chromium` on macOS, or"
        f" `python -m playwright install --with-deps chromium`; or give the path of one in {VARIABLE}."
    )


def _on_this_machine() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named)
    yield from (Path(found) for found in map(shutil.which, NAMES) if found)
    yield from map(Path, MAC_APPLICATIONS)


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
    """Install Debian's. Works only as root and where apt is."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
        if not _succeeds(command, timeout_s=_INSTALL_TIMEOUT_S, environment=environment):
            return None
    found = shutil.which("chromium")
    return Path(found) if found else None


def _succeeds(
    command: list[str], *, timeout_s: float, quiet: bool = False, environment: dict[str, str] | None = None
) -> bool:
    output = subprocess.DEVNULL if quiet else None
    try:
        subprocess.run(command, check=True, timeout=timeout_s, stdout=output, stderr=output, env=environment)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return True
