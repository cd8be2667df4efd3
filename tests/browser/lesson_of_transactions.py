"""The lesson about transactions, by clicking alone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import card, check_now, exercise, predict, press


def transactions_of_all_kinds(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    commit, abort, leave_open = page.locator("section.act").filter(has=page.get_by_label("transactional.id")).all()
    assert "is committed" in press(commit, "Send")
    never = exercise(page, "Never booked")
    predict(never, "two offsets")
    all_or_none = exercise(page, "All or none")
    count = number(all_or_none, r"transaction of (\d) records")
    fill(abort, count)
    assert "is aborted" in press(abort, "Send")
    press(commit, "Send")
    expect(never).to_contain_text("It takes one more.")
    answer(all_or_none, "How many offsets", count + 3)  # the aborted records, and the marks of three transactions
    still = exercise(page, "Where a consumer stands still")
    fill(leave_open, number(still, r"so that (\d) records"))
    assert "is open" in press(leave_open, "Send")
    answer(still, "The offset of the next record", count + 7)


def number(of: Locator, pattern: str) -> int:
    found = re.search(pattern, of.inner_text())
    return int(found[1] if found else 0)


def fill(form: Locator, count: int) -> None:
    form.get_by_label("Values").fill("\n".join(f"booking {each}" for each in range(count)))


def answer(of: Locator, label: str, typed: int) -> None:
    check_now(of, {label: str(typed)})
    expect(of).to_have_attribute("data-state", "done")
