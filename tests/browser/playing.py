"""How a student plays a lesson: the forms and the exercises of its page, and what is pressed."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def card(page: Page, title: str) -> Locator:
    """The first act of that title on the page."""
    return page.locator("section.act").filter(has=page.get_by_role("heading", name=title)).first


def exercise(page: Page, title: str) -> Locator:
    return page.locator("section.exercise").filter(has=page.get_by_role("heading", name=title))


def press(of: Locator, name: str) -> str:
    """Presses the button, and returns the answer's words. A card that has its answer carries the id of the next act."""
    act_id = of.locator("[name=act_id]")
    before = act_id.input_value()
    of.get_by_role("button", name=name).click()
    expect(act_id).not_to_have_value(before)
    return of.locator(".answers").inner_text()


def predict(of: Locator, choice: str) -> None:
    of.get_by_label(choice).check()
    of.get_by_role("button", name="Check now").click()
    expect(of).to_contain_text("Your prediction is stored")
