"""Lessons 1 to 8, by the forms or by the Python under them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import START_MS, card, check_boxes, check_now, exercise, fill, predict, press

MOST_TRIES = 30  # at a chance of one in three each


class Hand(Protocol):
    """How somebody acts."""

    def act(self, of: Locator, button: str, **fields: str) -> str:
        """Fills in the fields (by their labels) of a card, does what it is for, and returns the answer's words."""

    def consume(self, consumer: Locator, **fields: str) -> None:
        """Until it ends by itself."""


class Clicks:
    def act(self, of: Locator, button: str, **fields: str) -> str:
        fill(of, fields)
        return press(of, button)

    def consume(self, consumer: Locator, **fields: str) -> None:
        fill(consumer, fields)
        consumer.get_by_role("button", name="Start").click()
        expect(consumer.locator("[data-status]").first).to_contain_text("Stopped. The group has committed")


class Cells:
    def act(self, of: Locator, button: str, **fields: str) -> str:
        """Runs the Python of the form, in which the last field's value is to be seen. Returns what it prints."""
        cell, form = of.locator("[data-cell]"), of.locator("form")
        source = cell.locator("[data-source]")
        before = source.inner_text()
        if any(form.get_by_label(label).input_value() != value for label, value in fields.items()):
            fill(of, fields)
            expect(source).not_to_have_text(before)
            expect(source).to_contain_text([*fields.values()][-1])
        cell.locator("[data-run]").click()
        expect(cell).not_to_have_class(re.compile("busy"), timeout=START_MS)
        return cell.locator(".output").inner_text()

    def consume(self, consumer: Locator, **fields: str) -> None:
        self.act(consumer, "Start", **fields)


def look_at_the_cluster(page: Page, hand: Hand) -> None:
    expect(page.get_by_text("3 brokers up").first).to_be_attached()  # they have only just been started
    ask, servers = card(page, "Describe the cluster"), "bootstrap.servers"
    brokers = dict(re.findall(r"broker (\d+) at (\S+)", hand.act(ask, "Ask")))
    alive, dead = ask.get_by_label(servers).input_value().split(",")
    hand.act(ask, "Ask", **{servers: f"{alive},{dead.rpartition(':')[0]}:1"})
    expect(exercise(page, "One address is enough")).to_have_attribute("data-state", "done")
    typed = exercise(page, "Who answered?")
    address = re.search(r"Id of the broker at (\S+)", typed.inner_text())[1]
    answered = next(each for each in brokers if brokers[each] == address)
    check_now(typed, {"Brokers in the cluster": str(len(brokers)), "Id of the broker": answered})


def mark_internal_topics(page: Page, hand: Hand) -> None:
    answer = hand.act(card(page, "List the topics"), "List topics")
    marked = exercise(page, "Whose are they?")
    for name in re.findall(r'"(__\w+)" (?:is |with .*)internal', answer):
        marked.get_by_label(name, exact=True).check()
    marked.get_by_label("a program made it, for itself").check()
    check_now(marked)


def create_topics(page: Page, hand: Hand) -> None:
    assert "created" in hand.act(card(page, "Create topics"), "Create topics")
    for name in ("test1p", "test2p", "test2die"):
        expect(page.locator("#part-topics")).to_contain_text(name)
    predict(exercise(page, "Two times three"), "5")
    create = card(page, "Create a topic")
    assert "test3r" in hand.act(create, "Create topic")
    leave_out_one_broker(page, create, hand)


def leave_out_one_broker(page: Page, create: Locator, hand: Hand) -> None:
    """Kafka chooses the two brokers: again and again until it leaves out the right one."""
    placed, topics, delete = (
        exercise(page, "Not on that one"),
        page.locator("#part-topics"),
        card(page, "Delete a topic"),
    )
    unwanted = re.search(r"Broker (\d+)", placed.inner_text())[1]
    for _ in range(MOST_TRIES):
        hand.act(create, "Create topic", **{"Partitions": "1", "Replication factor": "2", "Name": "test2r"})
        expect(topics).to_contain_text("test2r")
        if unwanted not in topics.get_by_role("row").filter(has_text="test2r").get_by_role("cell").nth(2).inner_text():
            break
        hand.act(delete, "Delete topic", Topic="test2r")
        expect(topics).not_to_contain_text("test2r")
    expect(placed).to_have_attribute("data-state", "done")


def delete_one_and_create_it_again(page: Page, hand: Hand) -> None:
    hand.act(card(page, "Describe a topic"), "Describe topic")
    predict(exercise(page, "A name becomes free"), "a minute later")
    hand.act(card(page, "Delete a topic"), "Delete topic")
    expect(exercise(page, "Gone")).to_have_attribute("data-state", "done")
    hand.act(card(page, "Create a topic"), "Create topic")
    described = hand.act(page.locator("section.act").last, "Describe topic")
    begins = re.search(r"(?:topic id:|has the id) (\S{4})", described)[1]
    check_now(exercise(page, "The same name"), {"characters of the new topic": begins, "The offset that": "0"})


def add_a_partition_and_try_to_shrink(page: Page, hand: Hand) -> None:
    hand.act(card(page, "Send records"), "Send")
    moves = exercise(page, "How many move?")
    predict(moves, "about half of them")
    add = card(page, "Add partitions")
    hand.act(add, "Add partitions")
    expect(moves).to_contain_text("None of them moved")
    assert "would not be an increase" in hand.act(add, "Add partitions", partitions="1")
    hand.act(card(page, "Create a topic"), "Create topic", Partitions="3", Name="docks")


def send_one_to_nine_and_fill_the_queue(page: Page, hand: Hand) -> None:
    assert reports_in(hand.act(card(page, "Send records"), "Send"), "test1p") == [(0, n) for n in range(9)]
    assert "BufferError" in hand.act(card(page, "Fill a producer's queue"), "Fill the queue")
    queue = exercise(page, "A full queue")
    size = int(re.search(r"The queue holds (\d+)", queue.inner_text())[1])
    check_now(queue, {"full for one": str(size + 1), "are lost": "0"})


def consume_and_stop(page: Page, hand: Hand) -> None:
    """The consumer stops by itself, in the middle."""
    middle = exercise(page, "Stop in the middle")
    place = int(re.search(r"committed offset is (\d)", middle.inner_text())[1])
    hand.consume(page.locator("section.consume"), **{"Stop after": str(place)})
    check_now(middle, {"given next": str(place + 1)})


def notice(page: Page, hand: Hand) -> None:
    predict(exercise(page, "A prediction"), "within each partition")
    places = send_until_both_partitions_are_used(page, hand)
    where = exercise(page, "Where is it?")
    partition, offset = places[re.search(r"Partition of (\d)", where.inner_text())[1]]
    check_now(where, {"Partition of": str(partition), "Offset of": str(offset)})
    expect(where).to_have_attribute("data-state", "done")
    order = exercise(page, "What is ordered?")
    check_boxes(order, lambda pair: len({places[each][0] for each in re.findall(r"\d", pair)}) == 1)
    check_now(order)


def send_until_both_partitions_are_used(page: Page, hand: Hand) -> dict[str, tuple[int, int]]:
    """{value: (partition, offset)} as the delivery reports say. The producer chooses by chance: once in 256 times all
    nine are in one partition, and the page says to send again."""
    for _ in range(4):
        reports = reports_in(hand.act(card(page, "Send records"), "Send"), "test2p")
        places = {str(value): place for value, place in enumerate(reports[-9:], start=1)}
        if len({partition for partition, _ in places.values()}) == 2:
            break
    return places


def reports_in(answer: str, topic: str) -> list[tuple[int, int]]:
    """(partition, offset) of each record, in the order of its report."""
    return [(int(partition), int(offset)) for partition, offset in re.findall(rf"{topic} \[(\d)\] @ (\d+)", answer)]


LESSONS: dict[str, Callable[[Page, Hand], None]] = {
    "Kafka and its cluster": look_at_the_cluster,
    "Looking around": mark_internal_topics,
    "Creating topics": create_topics,
    "Deleting a topic": delete_one_and_create_it_again,
    "Adding partitions": add_a_partition_and_try_to_shrink,
    "Producing": send_one_to_nine_and_fill_the_queue,
    "Consuming": consume_and_stop,
    "What do you notice?": notice,
}
