"""The class's room, in a real Chromium."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WINDOW, RunningApp, join, sign_in
from tests.browser.test_pages import WIDTHS
from tests.waiting import wait_for


def hands_come_first_and_move_no_control(page: Page, student: Page) -> None:
    controls = [page.get_by_role("heading", name=name, exact=True) for name in ("Announcement", "Brokers")]

    def boxes() -> list[object]:
        """None for one that a live part is replacing at this moment."""
        return [control.bounding_box() for control in controls]

    before = wait_for(lambda: all(found := boxes()) and found)
    student.locator("#part-hand summary").click()
    student.get_by_role("textbox", name="Your question").fill("Why? " * 50)
    student.get_by_role("button", name="Raise hand").click()
    hand = page.locator("#part-hands").get_by_role("listitem")
    expect(hand).to_contain_text("Why? Why?")
    assert wait_for(lambda: all(found := boxes()) and found) == before
    assert all(box["y"] < 900 for box in before)
    page.set_viewport_size({"width": 390, "height": 844})
    assert wait_for(hand.bounding_box)["y"] < 300
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_students_row_changes_by_itself_and_the_room_is_for_everybodys_eyes(
    page: Page, app: RunningApp, browser: Browser
) -> None:
    sign_in(page, app, role="instructor", name="Ines of the room")
    page.get_by_role("link", name="The class").click()
    student = browser.new_context(**WINDOW).new_page()
    name = "Rosa " + "x" * 40
    join(student, app, name=name)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
    expect(row.get_by_role("cell", name="trying")).to_have_count(0)
    link = row.get_by_role("link")
    link.focus()
    student.goto(student.url.replace("/welcome/", "/c/") + "lessons/creating-topics/")
    student.get_by_label("Names").fill("test1p")
    student.get_by_role("button", name="Create topics").click()
    expect(row.get_by_role("cell", name="trying")).to_have_count(1)
    expect(link).to_be_focused()
    hands_come_first_and_move_no_control(page, student)
    student.context.close()
    page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.getAnimations().forEach((each) => each.finish())")  # what is new is tinted for a moment
        found = Axe().run(page)
        assert found.violations_count == 0, (scheme, found.generate_report())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
