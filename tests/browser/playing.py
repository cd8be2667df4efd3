"""How a student plays a lesson: its cards by their titles, its buttons by their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from playwright.sync_api import Locator, Page, expect

from tests.waiting import wait_for

START_MS = 90_000  # until Python has been loaded, on a machine that does other things too


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


def fill(of: Locator, fields: Mapping[str, str]) -> None:
    """Each field by its label."""
    for label, value in fields.items():
        of.locator("form").get_by_label(label).fill(value)


def check_now(of: Locator, fields: Mapping[str, str] = MappingProxyType({})) -> None:
    """Types what an exercise asks for, by the labels or parts of them, and has it checked."""
    fill(of, fields)
    of.get_by_role("button", name="Check now").click()


def check_boxes(of: Locator, is_so: Callable[[str], bool]) -> None:
    """Marks each choice of which the words say that it is so."""
    for box in of.get_by_role("checkbox").all():
        if is_so(box.locator("xpath=ancestor::label").inner_text()):
            box.check()


def predict(of: Locator, choice: str) -> None:
    of.get_by_label(choice).check()
    check_now(of)
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
