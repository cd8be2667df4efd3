"""A real Chromium before a real `manage.py up`, which stands on the session's three brokers.

Playwright's sync API leaves its event loop running in this thread, which pytest-asyncio would trip over: so it lives
as long as this folder's tests, and not for the session.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.environment import environment
from tests.waiting import PATIENCE_S, wait_for

if TYPE_CHECKING:
    from tests.browser.project import Project

expect.set_options(timeout=PATIENCE_S * 1000)

ROOT = Path(__file__).parents[2]
# As root Chromium wants no sandbox; the rest keeps it from looking for its maker's hosts.
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class RunningApp:
    """What `manage.py up` printed."""

    url: str
    join_url: str
    sign_in_urls: dict[str, str]
    data_dir: Path
    pid: int

    @property
    def bootstrap_servers(self) -> str:
        known: dict[str, str] = json.loads((self.data_dir / "up.json").read_text())
        return known["bootstrap_servers"]

    def web_processes(self) -> list[psutil.Process]:
        """Each Daphne; not the supervisor, nor the brokers."""
        everyone = psutil.Process(self.pid).children(recursive=True)
        return [each for each in everyone if any("daphne" in word for word in _command_of(each))]


def _command_of(process: psutil.Process) -> list[str]:
    """Nothing of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def start_app(
    data_dir: Path, *arguments: str, root: Path = ROOT, **own: str
) -> tuple[subprocess.Popen[bytes], RunningApp]:
    """`manage.py up` in a data folder of its own, once it has printed its links."""
    log = data_dir / "up.log"
    data_dir.mkdir(exist_ok=True)
    command = [sys.executable, str(root / "manage.py"), "up", "--data", str(data_dir), "--port", "0", *arguments]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment(**own))

    def links() -> dict[str, str] | None:
        assert process.poll() is None, log.read_text()
        found = dict(re.findall(r"(\w+):?\s+(http://\S+)", log.read_text()))
        return found if len(found) >= 3 else None

    try:
        wait_for(links, why=lambda: log.read_text())
    except BaseException:
        process.kill()
        raise
    printed = re.findall(r"http://\S+", log.read_text())
    known = json.loads((data_dir / "up.json").read_text())
    join_url = next(url for url in printed if "/join/" in url)
    staff = [url for url in printed if "/sign-in/" in url]
    app = RunningApp(
        url=known["url"].rstrip("/"), join_url=join_url,
        sign_in_urls=dict(zip(("instructor", "grader"), staff, strict=True)), data_dir=data_dir, pid=process.pid,
    )  # fmt: skip
    return process, app


def stop_app(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_S)


@contextmanager
def app_in(data_dir: Path, *arguments: str, **own: str) -> Iterator[RunningApp]:
    """For the length of a with block."""
    process, running = start_app(data_dir, *arguments, **own)
    try:
        yield running
    finally:
        stop_app(process)


@pytest.fixture(scope="package")
def app(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with app_in(tmp_path_factory.mktemp("up"), KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers) as running:
        yield running


@pytest.fixture(scope="package")
def one_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    from tests.browser.project import Project

    project = Project(tmp_path_factory.mktemp("teacher"))
    yield project
    project.stop()


@pytest.fixture
def project(one_project: Project) -> Project:
    """A copy of the project with brokers of its own, which run from one test to the next."""
    one_project.restore()
    return one_project


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("KAFKACLASS_BROWSER")
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


WINDOW: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody's browser, with cookies and a cache of its own."""
    context = browser.new_context(**WINDOW)
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context
    context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with visitor(browser) as context:
        yield context


# What no page of ours can help: a refusal that was asked for, and a request for the code under a form that a newer one
# has replaced, as `hx-sync` has it; and that on plain http a header that protects is of no use.
_NO_COMPLAINTS = (
    "the server responded with a status of 4", "htmx:sendAbort", "htmx:afterRequest",
    "Cross-Origin-Opener-Policy header has been ignored",
)  # fmt: skip


@contextmanager
def watched_page(context: BrowserContext) -> Iterator[Page]:
    """A page; what the browser complained about (scripts, the content policy) fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    page.close()
    assert [words for words in complaints if not any(each in words for each in _NO_COMPLAINTS)] == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched_page(context) as page:
        yield page


@pytest.fixture
def seat(page: Page, app: RunningApp) -> Page:
    """A student who has just joined, at the class's first page."""
    page.goto(join_unseen(page.context, app, name="Alice"))
    return page


@pytest.fixture(scope="module")
def cache(browser: Browser) -> Iterator[BrowserContext]:
    """A browser for all tests of a file, so that it loads Python once; they begin without cookies."""
    with visitor(browser) as context:
        yield context


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def join_unseen(context: BrowserContext, app: RunningApp, *, name: str) -> str:
    """Takes a seat as a browser without a screen would, and returns the address of its first page."""
    code = app.join_url.rstrip("/").rsplit("/", 1)[-1]
    answer = context.request.get(app.join_url)
    for _time in range(2):  # other tests sit in the same class, and the page asks about a namesake
        form = {**hidden_fields(answer.text()), "code": code, "name": name}
        answer = context.request.post(f"{app.url}/join/", form=form, headers={"Referer": app.join_url})
        if "/welcome/" in answer.url:
            return answer.url
    raise AssertionError(answer.text())


def join(page: Page, app: RunningApp, *, name: str) -> None:
    join_by(page, app.join_url, name=name)


def join_by(page: Page, link: str, *, name: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    button = page.get_by_role("button", name="Join the class")
    with page.expect_navigation():
        button.click()
    if "/welcome/" not in page.url:  # other tests sit in the same class, and the page asks about a namesake
        button.click()
    page.wait_for_url("**/welcome/**")


def invitation(app: RunningApp, *, role: str, name: str, klass: str = "kafka") -> str:
    """A link that signs in once."""
    command = [sys.executable, str(ROOT / "manage.py"), "invite", "--class", klass, "--role", role, "--name", name]
    in_its_folder = environment(KAFKACLASS_DATA=str(app.data_dir))
    return subprocess.run(command, env=in_its_folder, capture_output=True, text=True, check=True).stdout.strip()


def sign_in(page: Page, app: RunningApp, *, role: str, name: str, klass: str = "kafka") -> None:
    """By a link of one's own: those that `up` printed are each good for one sign-in, and other tests'."""
    page.goto(invitation(app, role=role, name=name, klass=klass))
    page.get_by_role("button", name="Sign in as").click()
