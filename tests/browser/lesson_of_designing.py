"""Lesson 29 by clicking: nothing in its forms is filled in."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import cards, check_now, exercise, press

DAY_MS = 86_400_000
SAFE = "min.insync.replicas=2"


def design_two_topics(page: Page) -> None:
    work_out_the_disk(exercise(page, "What will it cost?"))
    events, stations = exercise(page, "The events of all rides"), exercise(page, "The list of stations")
    creates, sends = cards(page, "Create a topic"), cards(page, "Send records")
    per_s, per_member, days = map(int, re.search(
        r"(\d+) events a second come.*works off (\d+) a second.*needed for (\d+) days", events.inner_text(), re.DOTALL
    ).groups())  # fmt: skip
    create(creates.first, partitions=-(-per_s // per_member), config=f"{SAFE}\nretention.ms={days * DAY_MS}")
    send(sends.first, key="bike-17\nbike-23", values="unlock\nunlock")
    expect(events).to_have_attribute("data-state", "done")
    create(creates.last, partitions=1, config=f"{SAFE}\ncleanup.policy=compact")
    send(sends.last, key="station-4\nstation-5", values="by the river\nmarket square")
    sends.last.get_by_label("Key").fill(re.search(r"that (station-\d+), which", stations.inner_text())[1])
    sends.last.get_by_label("One record with a null value").check()
    press(sends.last, "Send")
    expect(stations).to_have_attribute("data-state", "done")


def work_out_the_disk(of: Locator) -> None:
    words = re.search(r"average (\d+) events.* of (\d+) bytes.* for (\d+) days", of.inner_text(), re.DOTALL)
    rate, size_bytes, days = map(int, words.groups())
    check_now(of, {"GB": str(round(3 * rate * size_bytes * days * 86_400 / 10**9))})
    expect(of).to_have_attribute("data-state", "done")


def create(card: Locator, *, partitions: int, config: str) -> None:
    card.get_by_label("Partitions").fill(str(partitions))
    card.get_by_label("Replication factor").fill("3")
    card.get_by_text("More", exact=True).click()
    card.get_by_label("Configuration").fill(config)
    assert "has" in press(card, "Create topic")


def send(card: Locator, *, key: str, values: str) -> None:
    card.get_by_text("More", exact=True).click()
    card.get_by_label("Key").fill(key)
    card.get_by_label("Values").fill(values)
    press(card, "Send")
