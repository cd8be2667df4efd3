"""Lessons 22 and 23 by clicking: what a topic forgets, and what it keeps."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import card, cards, exercise, predict, press, press_until_done

OFTEN_S = 1.0  # more often than a ping is too old
SLOWLY_S = 1.5  # longer than a segment stays open


def let_pings_go(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    send = cards(page, "Send records")
    press(send.first, "Send")
    forget_a_rider(page, send.first.get_by_label("Key").input_value().split("\n"))
    age = exercise(page, "Ten seconds")
    predict(age, "once every group has read it")
    settings = cards(page, "Change a topic's configuration")
    set_to(settings.first, "5000")
    press_until_done(send.last, "Send", age, every_s=OFTEN_S)
    expect(age).to_contain_text("Readers make no difference")
    window = exercise(page, "Old enough, and no older")
    needed = int(re.search(r"at least (\d+) s", window.inner_text())[1])
    set_to(settings.first, str(needed * 1000))
    set_to(settings.last, "1000")
    press_until_done(card(page, "Look up offsets"), "Look up", window, every_s=OFTEN_S)


def forget_a_rider(page: Page, keys: list[str]) -> None:
    rider, cut = exercise(page, "Forget one rider"), card(page, "Delete records")
    bike = re.search(r"rider of (bike-\d+)", rider.inner_text())[1]
    cut.get_by_label("Before offset").fill(str(len(keys) - keys[::-1].index(bike)))
    press(cut, "Delete records")
    expect(rider).to_have_attribute("data-state", "done")
    looked_up = press(card(page, "Look up offsets"), "Look up")
    assert "begins at offset 0" not in looked_up


def set_to(setting: Locator, value: str) -> None:
    setting.get_by_label("Value").fill(value)
    assert f"is {value} now" in press(setting, "Change configuration")


def keep_the_newest_of_each_bike(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    send = cards(page, "Send records")
    keyless, nine, one_more, tombstone = (send.nth(number) for number in range(4))
    keyless.get_by_role("button", name="Send").click()
    expect(keyless.locator(".answer.no")).to_contain_text("needs a key")
    left = exercise(page, "What is left?")
    predict(left, "one, the newest of all")
    press(nine, "Send")
    press_until_done(one_more, "Send", left, every_s=SLOWLY_S)
    expect(left).to_contain_text("Each key counts for itself")
    told = exercise(page, "One is broken, one is gone")
    words = told.inner_text()
    bike, state = re.search(r"state of (bike-\d+) is “([^”]+)”", words).groups()
    tombstone.get_by_label("Key").fill(re.search(r"(bike-\d+) is scrapped", words)[1])
    press(tombstone, "Send")
    one_more.get_by_label("Key").fill(bike)
    one_more.get_by_label("Values").fill(state)
    press(one_more, "Send")
    expect(told).to_have_attribute("data-state", "done")
    set_to(card(page, "Change a topic's configuration"), "0")
    press(tombstone, "Send")  # how long the first one stays was settled when the cleaner passed it
    press_until_done(one_more, "Send", exercise(page, "Without a trace"), every_s=SLOWLY_S)
