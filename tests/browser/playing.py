"""How a student plays a lesson: its cards by their titles, its buttons by their words."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.waiting import wait_for


def cards(page: Page, title: str) -> Locator:
    """The acts of that title on the page."""
    return page.locator("section.act").filter(has=page.get_by_role("heading", name=title))


def card(page: Page, title: str) -> Locator:
    """The first one of them."""
    return cards(page, title).first


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


def is_done(of: Locator) -> bool:
    return of.get_attribute("data-state") == "done"


def press_until_done(of: Locator, name: str, exercise: Locator, *, every_s: float) -> None:
    """For what takes its time on the cluster: presses now and then, and the exercise is checked after each."""

    def has_come() -> bool:
        if not is_done(exercise):
            press(of, name)
        return is_done(exercise)

    wait_for(has_come, every_s=every_s)
