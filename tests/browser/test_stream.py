"""Records as they arrive, in a real Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lessons.cluster import clients, groups, records, topics
from lessons.cluster.records import Message
from tests.browser.consuming import Seat, open_lesson
from tests.waiting import wait_for


@pytest.fixture
def at(seat: Page, kafka: str) -> Seat:
    """A student on the lesson about consuming, with the rows unfolded."""
    at = open_lesson(seat)
    at.watched.locator(".all-records > summary").click()
    return at


def test_what_is_sent_stands_on_the_page_newest_first(at: Seat):
    at.create()
    at.send("a", "b")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(2)
    assert at.values(at.watched) == ["b", "a"]
    expect(at.watched.locator("[data-summary]")).to_have_text("New records: 2. The last one: partition 0, offset 1.")


def test_null_empty_bytes_and_markup_are_told_apart_and_nothing_of_them_runs(at: Seat):
    at.create()
    markup = "<img src=x onerror=alert(1)>"
    at.send(
        Message(value=None), Message(value=b""), Message(value=b"\xff\x00"), Message(value=b"null"),
        Message(value=markup.encode(), key=b"<b>", headers=(("<i>", b"<u>"),)), Message(value=b"x" * 70_000),
    )  # fmt: skip
    cells = at.watched.locator("[data-rows] td:nth-child(4)")
    expect(cells).to_have_count(6)
    assert at.values(at.watched)[1:] == [markup, "null", "ff 00", "empty", "null"]
    expect(cells.first).to_contain_text(re.compile("show the first 1 KiB of 70.000 bytes"))
    classes = [cells.nth(row).get_attribute("class") or "" for row in range(1, 6)]
    assert classes == ["", "", "hex", "empty", "null"]
    assert at.watched.locator("[data-rows] :is(img, b, i, u)").count() == 0


def test_a_long_value_is_cut_and_shown_by_keyboard_and_json_is_indented_with_every_digit_of_its_numbers(at: Seat):
    at.create()
    at.send('{"a": [12345678901234567890], "b": "' + "x" * 200 + '"}', "y" * 300)
    buttons = at.watched.locator("[data-rows] .more")
    expect(buttons).to_have_text(["show all 300 characters", "show all 238 characters, indented"])
    expect(at.watched.locator("[data-rows] .more[tabindex='0']")).to_have_count(1)
    at.watched.locator(".rows").focus()
    at.page.keyboard.press("Tab")
    expect(buttons.first).to_be_focused()
    at.page.keyboard.press("ArrowDown")
    at.page.keyboard.press("Enter")
    expect(buttons.last).to_be_focused()
    expect(buttons.last).to_have_text("show less")
    lines = '{\n  "a": [\n    12345678901234567890\n  ],\n  "b": "' + "x" * 200 + '"\n}'
    assert at.watched.locator("[data-rows] bdi").last.text_content() == lines
    at.page.keyboard.press("Enter")
    expect(buttons.last).to_have_attribute("aria-expanded", "false")


def test_pause_keeps_the_rows_and_going_on_has_no_gap_and_no_double(at: Seat):
    at.create()
    at.send("1", "2")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(2)
    pause = at.watched.get_by_role("button", name="Pause")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    at.send("3", "4")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(2)
    pause.click()
    expect(at.watched.locator("[data-rows] tr")).to_have_count(4)
    at.send("5")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(5)
    assert at.values(at.watched) == ["5", "4", "3", "2", "1"]


def test_after_a_cut_connection_watching_goes_on_without_a_gap_or_a_double(at: Seat):
    at.create()
    at.send("1", "2")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(2)
    at.wire.cut()
    expect(at.watched.locator("[data-status]")).to_contain_text("Reconnecting")
    at.send("3")
    at.wire.is_cut = False
    expect(at.watched.locator("[data-rows] tr")).to_have_count(3)
    at.send("4")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(4)
    assert at.values(at.watched) == ["4", "3", "2", "1"]


def test_watching_begins_at_an_offset_or_with_what_comes_now(at: Seat):
    at.create()
    at.send("1", "2", "3")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(3)
    at.watched.get_by_label("from").select_option("offset")
    at.watched.get_by_role("spinbutton", name="Offset").fill("2")
    at.watched.get_by_role("button", name="Watch").click()
    expect(at.watched.locator("[data-rows] tr")).to_have_count(1)
    assert at.values(at.watched) == ["3"]
    at.watched.get_by_role("spinbutton", name="Offset").fill("500")
    at.watched.get_by_role("button", name="Watch").click()
    expect(at.watched.locator("[data-notices]")).to_have_text("Partition 0 ends at offset 3: watching from there.")
    at.watched.get_by_label("from").select_option("now")
    expect(at.watched.get_by_role("spinbutton", name="Offset")).to_be_hidden()
    at.watched.get_by_role("button", name="Watch").click()
    expect(at.watched.locator("[data-rows] tr")).to_have_count(0)
    expect(at.watched.locator("[data-status]")).to_have_text("Watching test1p")
    at.send("4")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(1)
    assert at.values(at.watched) == ["4"]


def test_at_most_2000_rows_stand_on_the_page_and_they_are_the_newest(at: Seat):
    at.create()
    at.send(*map(str, range(2500)))
    rows = at.watched.locator("[data-rows] tr")
    expect(rows.first.locator("td").nth(1)).to_have_text("2499")
    expect(rows).to_have_count(2000)
    expect(rows.last.locator("td").nth(1)).to_have_text("500")
    for row, is_drawn in ((rows.first, True), (rows.last, False)):
        assert row.evaluate("row => row.checkVisibility({ contentVisibilityAuto: true })") == is_drawn


def test_a_deleted_topic_is_told_and_the_next_one_of_that_name_is_watched(at: Seat):
    at.create()
    at.send("old")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(1)
    topics.delete_topic(at.namespace, "test1p")
    expect(at.watched.locator("[data-status]")).to_contain_text("was deleted")
    at.create()
    at.send("new")
    expect(at.watched.locator("[data-rows] tr")).to_have_count(2)
    assert at.values(at.watched) == ["new", "old"]


def test_quiet_mode_is_remembered(at: Seat):
    quiet = at.watched.get_by_role("button", name="Quiet")
    quiet.click()
    expect(quiet).to_have_attribute("aria-pressed", "true")
    at.page.reload()
    at.watched.locator(".all-records > summary").click()
    expect(quiet).to_have_attribute("aria-pressed", "true")


def test_a_consumer_is_assigned_reads_commits_what_was_painted_and_goes_on_there_the_next_time(at: Seat):
    at.create()
    at.send("1", "2", "3")
    rows, notices = at.member.locator("[data-rows] tr"), at.member.locator("[data-notices] li")
    start, stop = at.consumer.get_by_role("button", name="Start"), at.member.get_by_role("button", name="Stop")
    start.press("Enter")
    expect(rows).to_have_count(3)
    expect(start).to_be_focused()
    expect(notices).to_have_text(["Assigned: partition 0 from offset 0."])
    stop.press("Enter")
    expect(at.member.locator("[data-status]")).to_have_text("Stopped. The group has committed partition 0 at 3.")
    expect(stop).to_be_focused()
    start.click()
    expect(notices.filter(has_text="from offset 3")).to_have_count(1)
    at.send("4")
    expect(rows).to_have_count(1)
    assert at.values(at.member) == ["4"]


def test_a_consumer_stops_by_itself_after_so_many_records_and_the_group_goes_on_there(at: Seat):
    at.create()
    at.send("1", "2", "3")
    at.consumer.get_by_label("Stop after").fill("2")
    at.consumer.get_by_role("button", name="Start").click()
    expect(at.member.locator("[data-status]")).to_have_text("Stopped. The group has committed partition 0 at 2.")
    assert at.values(at.member) == ["2", "1"]
    at.consumer.get_by_role("button", name="Start").click()
    expect(at.member.locator("[data-rows] tr")).to_have_count(1)
    assert at.values(at.member) == ["3"]


def test_where_order_is_the_question_the_oldest_row_is_at_the_top_and_the_newest_stays_in_sight(at: Seat):
    at.page.get_by_role("link", name="What do you notice?").first.click()
    topics.create_topic(at.namespace, "test2p", partitions=1, replicas=1)
    made = [Message(value=str(value).encode()) for value in range(130)]
    assert all(d.error is None for d in records.produce(at.namespace, "test2p", made))
    at.consumer.get_by_role("button", name="Start").click()
    rows = at.member.locator("[data-rows] tr")
    expect(rows).to_have_count(130)
    assert at.values(at.member) == [str(value) for value in range(130)]
    expect(rows.last).to_be_in_viewport()
    expect(at.member.get_by_role("table", name="Records, oldest first")).to_be_visible()
    at.watched.locator(".all-records > summary").click()
    expect(at.watched.get_by_role("table", name="Records, newest first")).to_be_visible()


def test_a_refused_start_is_said_in_words_and_the_form_can_be_used_again(at: Seat):
    at.create()
    timeout = at.consumer.get_by_label("session.timeout.ms")
    timeout.fill("")
    at.consumer.get_by_role("button", name="Start").click()
    expect(timeout).to_be_focused()  # the browser says that it is empty
    timeout.fill("1000")
    at.consumer.get_by_role("button", name="Start").click()
    expect(at.member.locator(".notices .problem")).to_contain_text("nvalid session timeout")
    expect(at.member.locator("[data-status]")).to_have_text("The consumer did not start.")
    timeout.fill("6000")
    at.consumer.get_by_role("button", name="Start").click()
    expect(at.member.locator("[data-notices]")).to_contain_text("Assigned: partition 0 from offset 0")


def test_after_a_cut_connection_the_consumer_joins_its_group_again(at: Seat):
    at.create()
    at.send("1", "2")
    rows = at.member.locator("[data-rows] tr")
    at.consumer.get_by_role("button", name="Start").click()
    expect(rows).to_have_count(2)
    at.wire.cut()
    expect(at.member.locator("[data-status]")).to_contain_text("Reconnecting")
    at.wire.is_cut = False
    expect(at.member.locator("[data-notices] li").filter(has_text="Assigned: partition 0")).to_have_count(2)
    at.send("3")
    expect(rows.first).to_contain_text("3")


def test_a_page_that_is_closed_has_left_its_group_within_5_seconds(at: Seat):
    at.create()
    with at.page.expect_response("**/code/**"):  # or it is under way when the page goes
        at.consumer.get_by_label("group.id").fill("readers")
    at.consumer.get_by_role("button", name="Start").click()
    expect(at.member.locator("[data-notices]")).to_contain_text("Assigned")
    assert len(groups.describe_group(at.namespace, "readers").members) == 1
    at.page.goto("about:blank")
    wait_for(lambda: not groups.describe_group(at.namespace, "readers").members)


def test_whatever_a_record_holds_it_is_shown_and_the_others_with_it(at: Seat):
    """A time in nanoseconds, which no calendar has; an Avro record; letters that turn others around; one word of 900; marks
    piled up to the height of a page."""
    full = at.namespace.full("test1p")
    config = {"message.timestamp.after.max.ms": str(2**63 - 1)}
    topics.create_topic(at.namespace, "test1p", partitions=1, replicas=1, config=config)
    producer = clients.new_producer()
    producer.produce(full, b"nano", timestamp=1_700_000_000_000_000_000)
    producer.produce(full, b"\0\0\0\0\7avro")
    producer.produce(full, "\u202eevil", headers={"\u2066h": b"\x1b[31m"})
    producer.produce(full, '{"name":"' + "x" * 900 + '"}')
    producer.produce(full, "last" + "\u0301" * 100)
    assert producer.flush(30) == 0
    at.consumer.get_by_label("Stop after").fill("")
    at.consumer.get_by_role("button", name="Start").click()
    for stream in (at.watched, at.member):
        rows = stream.locator("[data-rows] tr")
        expect(rows).to_have_count(5)
        assert [value[:20] for value in at.values(stream)] == [
            "last" + "\u0301" * 16, '{"name":"' + "x" * 11, r"\u202eevil", r"\x00\x00\x00\x00\x07", "nano",
        ]  # fmt: skip
        expect(rows.nth(4).locator("td").last).to_have_text("1700000000000000000")
        expect(rows.nth(2).locator("td").nth(4)).to_have_text(r"\u2066h: \x1b[31m")
        seen, has = stream.locator("table.records").evaluate(
            "table => [table.closest('.rows').clientWidth, table.scrollWidth]"
        )
        assert has <= seen
        for cell in rows.first.locator("td").all():  # a part of each column is seen
            assert cell.evaluate(
                "cell => cell.getBoundingClientRect().right <= cell.closest('.rows').getBoundingClientRect().right"
            )
        assert rows.first.evaluate("row => getComputedStyle(row).overflow") == "clip"
