"""Somebody writes a lesson with its page beside the editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import join_unseen, start_app, stop_app
from tests.browser.project import copy_project
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.long
SAVED_MS = PATIENCE_S * 1000
NEVER_TRUE = "    def judge(self, observation: Observation, seed: str) -> Verdict:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy_project(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def lesson_page(project: Path, page: Page, bootstrap_servers: str, tmp_path: Path) -> Iterator[Page]:
    """The lesson "Looking around" of a project that can be edited."""
    process, app = start_app(
        tmp_path / "data",
        "--authoring",
        "--web-processes",
        "1",
        root=project,
        KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers,
    )
    page.goto(join_unseen(page.context, app, name="Ada").replace("/welcome/", "/c/") + "lessons/looking-around/")
    yield page
    page.goto("about:blank")
    stop_app(process)


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """All of them are there at once: the page loads itself again once, and what is pressed afterwards is not lost."""
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    saved = path.with_name("saved")
    saved.write_text(text)
    saved.replace(path)


def test_the_page_follows_what_is_saved_and_says_where_a_mistake_is(lesson_page: Page, project: Path):
    page, folder = lesson_page, project / "lessons" / "course" / "looking_around"
    page.evaluate("window.isTheOldOne = true")
    edit(folder / "lesson.md", ('title = "', 'title = "Newly '))
    expect(page.get_by_role("heading", level=1)).to_have_text("Newly Looking around: topics", timeout=SAVED_MS)
    assert page.evaluate("window.isTheOldOne") is None

    edit(folder / "checks.py", ("EXERCISES", "def (:\nEXERCISES"))
    line = (folder / "checks.py").read_text().split("def (:")[0].count("\n") + 1
    fault = page.get_by_role("alert").filter(has_text="is left out")
    expect(fault).to_contain_text(f"looking_around/checks.py, line {line}: SyntaxError", timeout=SAVED_MS)
    page.get_by_role("link", name="Go to the lessons").click()
    expect(page.get_by_role("link", name="Creating topics").first).to_be_visible()  # the others go on
    page.go_back()

    fails = f"{NEVER_TRUE}        return nothing_like_it\n"
    edit(folder / "checks.py", ("def (:\n", ""), (NEVER_TRUE, fails))
    expect(page.get_by_role("heading", level=1)).to_have_text("Newly Looking around: topics", timeout=SAVED_MS)
    page.get_by_role("radio", name="another student made it").check()  # asked for as soon as the topics are read
    page.get_by_role("button", name="Check now").first.click()
    expect(page.locator(".exercise").first).to_contain_text("NameError: name 'nothing_like_it' is not defined")
    expect(page.locator(".exercise").first).to_contain_text("looking_around/checks.py, line")
