"""The whole class by clicking alone, on a fresh `manage.py up` with brokers of its own: from the door to the last tick."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WINDOW, join
from tests.browser.lesson_of_designing import design_two_topics
from tests.browser.lesson_of_forgetting import keep_the_newest_of_each_bike, let_pings_go
from tests.browser.lesson_of_groups import replay_from_a_moment, two_groups_at_two_places
from tests.browser.lesson_of_keys import follow_three_tracks, foretell_where_bikes_go, move_a_bike_and_miss_some
from tests.browser.lesson_of_transactions import transactions_of_all_kinds
from tests.browser.playing import card, exercise, predict, press
from tests.browser.project import Project

MOST_TRIES = 30  # at a chance of one in three each


def test_from_joining_to_the_last_tick_by_clicking_alone(browser: Browser, project: Project):
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    join(page, project.app, name="Dora")
    page.get_by_role("link", name="Lessons").first.click()
    for lesson, play in LESSONS.items():
        page.get_by_role("link", name=lesson).first.click()
        expect(page.get_by_role("heading", name=lesson, level=1)).to_be_visible()
        # After a fresh start the brokers may still be joining: the page says so and goes on by itself.
        expect(page.locator("[data-live-state]")).to_have_text("live")
        play(page)
        expect(page.locator(".exercise:not([data-state=done])")).to_have_count(0)
    expect(page.locator("#part-progress progress")).to_have_js_property("position", 1)
    page.get_by_role("link", name="My cluster").click()
    expect(page.locator("#part-topics")).to_contain_text("test1p")
    expect(page.locator("#part-topics")).to_contain_text("test2die")
    expect(page.locator("#part-groups")).to_contain_text("Empty")
    context.close()


def look_at_the_cluster(page: Page) -> None:
    ask = card(page, "Describe the cluster")
    answer = press(ask, "Ask")
    brokers = dict(re.findall(r"broker (\d+) at (\S+)", answer))
    alive, dead = ask.get_by_label("bootstrap.servers").input_value().split(",")
    ask.get_by_label("bootstrap.servers").fill(f"{alive},{dead.rpartition(':')[0]}:1")
    assert "nobody answers at" in press(ask, "Ask")
    expect(exercise(page, "One address is enough")).to_have_attribute("data-state", "done")
    typed = exercise(page, "Who answered?")
    address = re.search(r"Id of the broker at (\S+)", typed.inner_text())[1]
    typed.get_by_label("Brokers in the cluster").fill(str(len(brokers)))
    typed.get_by_label("Id of the broker").fill(next(each for each in brokers if brokers[each] == address))
    typed.get_by_role("button", name="Check now").click()


def mark_internal_topics(page: Page) -> None:
    answer = press(card(page, "List the topics"), "List topics")
    marked = exercise(page, "Whose are they?")
    for name in re.findall(r'"(__\w+)" with .*internal', answer):
        marked.get_by_label(name, exact=True).check()
    marked.get_by_label("a program made it, for itself").check()
    marked.get_by_role("button", name="Check now").click()


def create_topics(page: Page) -> None:
    assert "3 of 3 topics created" in press(card(page, "Create topics"), "Create topics")
    for name in ("test1p", "test2p", "test2die"):
        expect(page.locator("#part-topics")).to_contain_text(name)
    predict(exercise(page, "Two times three"), "5")
    create = card(page, "Create a topic")
    assert "test3r has 2 partitions" in press(create, "Create topic")
    leave_out_one_broker(page, create)


def leave_out_one_broker(page: Page, create: Locator) -> None:
    """Kafka chooses the two brokers: again and again until it leaves out the right one."""
    placed = exercise(page, "Not on that one")
    create.get_by_label("Name").fill("test2r")
    create.get_by_label("Partitions").fill("1")
    create.get_by_label("Replication factor").fill("2")
    delete = card(page, "Delete a topic")
    delete.get_by_label("Topic").fill("test2r")
    unwanted = re.search(r"Broker (\d+)", placed.inner_text())[1]
    topics = page.locator("#part-topics")
    for _ in range(MOST_TRIES):
        press(create, "Create topic")
        expect(topics).to_contain_text("test2r")
        if unwanted not in topics.get_by_role("row").filter(has_text="test2r").get_by_role("cell").nth(2).inner_text():
            break
        press(delete, "Delete topic")
        expect(topics).not_to_contain_text("test2r")
    expect(placed).to_have_attribute("data-state", "done")


def delete_one_and_create_it_again(page: Page) -> None:
    press(card(page, "Describe a topic"), "Describe topic")
    predict(exercise(page, "A name becomes free"), "a minute later")
    assert "accepted after" in press(card(page, "Delete a topic"), "Delete topic")
    expect(exercise(page, "Gone")).to_have_attribute("data-state", "done")
    press(card(page, "Create a topic"), "Create topic")
    described = press(page.locator("section.act").last, "Describe topic")
    again = exercise(page, "The same name")
    again.get_by_label("characters of the new topic").fill(re.search(r"topic id: (\S{4})", described)[1])
    again.get_by_label("The offset that").fill("0")
    again.get_by_role("button", name="Check now").click()


def add_a_partition_and_try_to_shrink(page: Page) -> None:
    press(card(page, "Send records"), "Send")
    moves = exercise(page, "How many move?")
    moves.get_by_label("about half of them").check()
    moves.get_by_role("button", name="Check now").click()
    expect(moves).to_contain_text("Your prediction is stored")
    add = card(page, "Add partitions")
    press(add, "Add partitions")
    expect(add.locator(".answer.ok")).to_be_visible()
    expect(moves).to_contain_text("None of them moved")
    add.get_by_label("partitions").fill("1")
    add.get_by_role("button", name="Add partitions").click()
    expect(add.locator(".answer.no")).to_contain_text("would not be an increase")
    create = card(page, "Create a topic")
    create.get_by_label("Name").fill("docks")
    create.get_by_label("Partitions").fill("3")
    press(create, "Create topic")


def send_one_to_nine_and_fill_the_queue(page: Page) -> None:
    send = card(page, "Send records")
    press(send, "Send")
    expect(send.locator(".details li")).to_have_text([f"{n + 1} → test1p [0] @ {n}" for n in range(9)])
    press(card(page, "Fill a producer's queue"), "Fill the queue")
    queue = exercise(page, "A full queue")
    size = int(re.search(r"The queue holds (\d+)", queue.inner_text())[1])
    queue.get_by_label("full for one").fill(str(size + 1))
    queue.get_by_label("are lost").fill("0")
    queue.get_by_role("button", name="Check now").click()


def consume_and_stop(page: Page) -> None:
    """The consumer stops by itself, in the middle."""
    middle, consumer = exercise(page, "Stop in the middle"), page.locator("section.consume")
    place = int(re.search(r"committed offset is (\d)", middle.inner_text())[1])
    consumer.get_by_label("Stop after").fill(str(place))
    consumer.get_by_role("button", name="Start").click()
    expect(consumer.locator("[data-status]")).to_have_text(f"Stopped. The group has committed partition 0 at {place}.")
    expect(consumer.locator("[data-rows] tr")).to_have_count(place)
    middle.get_by_label("given next").fill(str(place + 1))
    middle.get_by_role("button", name="Check now").click()


def notice(page: Page) -> None:
    prediction = exercise(page, "A prediction")
    prediction.get_by_label("within each partition").check()
    prediction.get_by_role("button", name="Check now").click()
    expect(prediction).to_contain_text("Your prediction is stored")
    places = send_until_both_partitions_are_used(page)
    where = exercise(page, "Where is it?")
    value = re.search(r"Partition of (\d)", where.inner_text())[1]
    where.get_by_label("Partition of").fill(str(places[value][0]))
    where.get_by_label("Offset of").fill(str(places[value][1]))
    where.get_by_role("button", name="Check now").click()
    expect(where).to_have_attribute("data-state", "done")
    order = exercise(page, "What is ordered?")
    for box in order.get_by_role("checkbox").all():
        pair = re.findall(r"\d", box.locator("xpath=ancestor::label").inner_text())
        if len({places[each][0] for each in pair}) == 1:
            box.check()
    order.get_by_role("button", name="Check now").click()


def send_until_both_partitions_are_used(page: Page) -> dict[str, tuple[int, int]]:
    """{value: (partition, offset)} as the delivery reports say. The producer chooses by chance: once in 256 times all
    nine are in one partition, and the page says to send again."""
    send = card(page, "Send records")
    for _ in range(4):
        reports = re.findall(r"test2p \[(\d)\] @ (\d+)", press(send, "Send"))
        places = {str(value): (int(p), int(offset)) for value, (p, offset) in enumerate(reports[-9:], start=1)}
        if len({partition for partition, _ in places.values()}) == 2:
            break
    return places


LESSONS = {
    "Kafka and its cluster": look_at_the_cluster,
    "Looking around": mark_internal_topics,
    "Creating topics": create_topics,
    "Deleting a topic": delete_one_and_create_it_again,
    "Adding partitions": add_a_partition_and_try_to_shrink,
    "Producing": send_one_to_nine_and_fill_the_queue,
    "Consuming": consume_and_stop,
    "What do you notice?": notice,
    "Keys and partitions": foretell_where_bikes_go,
    "Order and keys": follow_three_tracks,
    "More partitions move keys": move_a_bike_and_miss_some,
    "Two groups, two places": two_groups_at_two_places,
    "Lag and replay": replay_from_a_moment,
    "Transactions": transactions_of_all_kinds,
    "Retention": let_pings_go,
    "Compaction and tombstones": keep_the_newest_of_each_bike,
    "Design it": design_two_topics,
}
