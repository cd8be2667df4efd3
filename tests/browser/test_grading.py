"""The grader's room, in a real Chromium: from the table to the evidence, and back to the student's own page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WINDOW, RunningApp, join, sign_in


def axe_finds_nothing(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, (page.url, scheme, found.generate_report())
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (page.url, width)


@pytest.fixture
def student(browser: Browser, app: RunningApp) -> Iterator[Page]:
    page = browser.new_context(**WINDOW).new_page()
    join(page, app, name="Gudrun to be graded")
    page.goto(page.url.replace("/welcome/", "/c/") + "lessons/creating-topics/")
    page.get_by_label("Names").fill("test1p")
    page.get_by_role("button", name="Create topics").click()
    expect(page.get_by_text("The cluster has test1p.")).to_be_visible()
    yield page
    page.context.close()


def test_work_is_found_overridden_and_checked_again_and_the_student_sees_it(
    page: Page, app: RunningApp, student: Page
) -> None:
    sign_in(page, app, role="grader", name="Gero")
    the_table_leads_to_the_evidence(page)
    an_override_reaches_the_students_open_page(page, student)
    all_of_a_student_is_checked_again(page)
    the_history_has_it(page)


def the_table_leads_to_the_evidence(page: Page) -> None:
    page.get_by_role("link", name="Grading").click()
    page.get_by_label("Name or seat").fill("gudrun")
    page.get_by_label("Lesson").select_option(label="3. Creating topics")
    page.get_by_role("button", name="Show").click()
    row = page.get_by_role("row").filter(has_text="Gudrun to be graded")
    expect(row.get_by_label("not yet")).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_role("link", name="Gudrun to be graded").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Three topics")).to_be_visible()
    expect(page.get_by_text("test1p, test2p and test2die, each with 1 partition and 1 replica")).to_be_visible()


def an_override_reaches_the_students_open_page(page: Page, student: Page) -> None:
    page.get_by_label("Reason").fill("She showed me on paper.")
    page.get_by_role("button", name="Override").click()
    expect(page.get_by_text("overridden").first).to_be_visible()
    axe_finds_nothing(page)
    expect(student.get_by_text("Decided by Gero")).to_be_visible()
    expect(student.locator("#exercise-creating-topics-three-topics")).to_have_attribute("data-state", "done")


def all_of_a_student_is_checked_again(page: Page) -> None:
    page.get_by_role("link", name="Gudrun to be graded").first.click()
    axe_finds_nothing(page)
    page.get_by_role("button", name="Re-check all").click()
    expect(page.get_by_role("heading", name="Re-checked")).to_be_visible()  # it goes on by itself
    page.get_by_role("link", name="Back to the table").click()
    page.get_by_role("link", name="Three topics").click()
    axe_finds_nothing(page)


def the_history_has_it(page: Page) -> None:
    page.get_by_role("link", name="Grading", exact=True).first.click()
    page.get_by_role("link", name="History").click()
    entry = page.get_by_role("listitem").filter(has_text="She showed me on paper.").first
    expect(entry).to_contain_text("Gero set “done” with 2 points")
    axe_finds_nothing(page)
