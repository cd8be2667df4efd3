"""Lessons 9 to 11 by clicking."""

from __future__ import annotations

import re
from itertools import combinations
from zlib import crc32

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import card, check_boxes, check_now, exercise, predict, press


def send_by_key(send: Locator, keys: list[str], values: list[str], **more: str) -> None:
    send.get_by_label("Values").fill("\n".join(values))
    send.get_by_label("Key").fill("\n".join(keys))
    for label, value in more.items():
        field = send.get_by_label(label, exact=True)
        if not field.is_visible():
            send.get_by_text("More", exact=True).click()
        field.fill(value)
    assert "delivered" in press(send, "Send")


def foretell_where_bikes_go(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    predict(exercise(page, "Three bikes, three partitions"), "each bike has a partition of its own")
    send, in_java = page.locator("section.act").filter(has=page.get_by_role("heading", name="Send records")).all()
    press(send, "Send")
    asked = exercise(page, "Before it is sent")
    bikes = re.findall(r"Partition of (bike-\d\d)", asked.inner_text())
    check_now(asked, {f"Partition of {bike}": str(crc32(bike.encode()) % 3) for bike in bikes})
    expect(asked).to_contain_text("Your answer is stored")
    send_by_key(send, bikes, ["out"] * 3)
    expect(asked).to_have_attribute("data-state", "done")
    bike = re.search(r"an unlock of (bike-\d\d)", exercise(page, "One bike, two places").inner_text())[1]
    send_by_key(send, [bike], ["out"])
    send_by_key(in_java, [bike], ["out"])


def follow_three_tracks(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    predict(exercise(page, "In which order?"), "all thirty as they were sent")
    send = card(page, "Send records")
    bikes = re.findall(r"bike-\d\d", exercise(page, "Three tracks").inner_text())[:3]
    send.get_by_label("Key").fill("\n".join(bikes))
    reports = re.findall(r"(\d+) → tracks \[(\d)\] @ (\d+)", press(send, "Send"))
    expect(exercise(page, "Three tracks")).to_have_attribute("data-state", "done")
    places = {(bikes[n % 3], point): (partition, int(offset)) for n, (point, partition, offset) in enumerate(reports)}
    order = exercise(page, "Could it be?")

    def could_be(words: str) -> bool:
        rows = [places[row] for row in re.findall(r"(bike-\d\d) (\d+)", words)]
        return all(one[0] != other[0] or one[1] < other[1] for one, other in combinations(rows, 2))

    check_boxes(order, could_be)
    check_now(order)


def move_a_bike_and_miss_some(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    send, add = card(page, "Send records"), card(page, "Add partitions")
    press(send, "Send")
    predict(exercise(page, "The next record"), "to the new partition")
    press(add, "Add partitions")
    press(send, "Send")
    expect(exercise(page, "The next record")).to_have_attribute("data-state", "done")
    moved = exercise(page, "Two places for one bike")
    bike = re.search(r"bike-\d{3}", moved.inner_text())[0]
    send_by_key(send, [bike], ["broken"])
    add_up_to(add, 5)
    send_by_key(send, [bike], ["repaired"])
    expect(moved).to_have_attribute("data-state", "done")
    miss_some(page, send, add)


def add_up_to(add: Locator, total: int) -> None:
    add.get_by_label("Partitions in all").fill(str(total))
    press(add, "Add partitions")


def miss_some(page: Page, send: Locator, add: Locator) -> None:
    """A group reads all and stops; it comes back when a partition was added and has records."""
    seen = exercise(page, "Never seen")
    missed = int(re.search(r"gets (\d) records", seen.inner_text())[1])
    for partition in range(5):
        send_by_key(send, ["bike-11"], ["broken"], Partition=str(partition))
    consumer = page.locator("section.consume")
    consumer.get_by_role("button", name="Start").click()
    expect(consumer.locator("[data-rows] tr")).to_have_count(6 + 2 + 5)
    consumer.get_by_role("button", name="Stop").click()
    expect(consumer.locator("[data-status]")).to_contain_text("Stopped.")
    add_up_to(add, 6)
    send_by_key(send, ["bike-11"] * missed, ["broken"] * missed, Partition="5")
    send_by_key(send, ["bike-11"], ["seen again"], Partition="0")
    consumer.get_by_label("auto.offset.reset").select_option("latest")
    consumer.get_by_role("button", name="Start").click()
    expect(consumer.locator("[data-rows]")).to_contain_text("seen again")
    consumer.get_by_role("button", name="Stop").click()
    check_now(seen, {"how many rows": str(missed)})
