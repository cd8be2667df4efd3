"""The lessons in which a broker goes down, by clicking alone: who is alone on a machine may stop one."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import card, cards, check_now, exercise, fill, predict, press


def stop_the_leader(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    first, meanwhile = cards(page, "Send records").all()
    press(first, "Send")
    leader = page.locator("[data-partitions] .copy.leader")
    expect(leader).to_have_text(re.compile("kafka"))
    before = (leader.text_content() or "")[-1]
    foretold, gap, back = (exercise(page, name) for name in ("The next alarm", "Sent in the gap", "Back at its place"))
    predict(foretold, "it is lost")
    stop, start = card(page, "Stop a broker"), card(page, "Start a broker")
    fill(stop, {"Broker": before})
    assert f"Broker {before} is down" in press(stop, "Stop")
    expect(foretold).to_contain_text("Another broker takes it.")
    fill(meanwhile, {"Values": own_value(gap)})
    press(meanwhile, "Send")
    expect(gap).to_contain_text("Start the broker again.")
    fill(start, {"Broker": before})
    press(start, "Start")
    expect(gap).to_have_attribute("data-state", "done")
    words = press(card(page, "Elect the preferred leader"), "Elect")
    assert (
        f"Broker {before} leads it now" in words or f"Broker {before} led it already" in words
    )  # by itself, meanwhile
    copies = int(re.findall(r"has (\d) replicas", back.inner_text())[0])
    check_now(back, {"So many brokers may be lost": str(copies - 1), "Brokers from which its consumers": "1"})


def ask_what_delivered_means(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    first, second, refused, by_one = cards(page, "Send records").all()
    press(first, "Send")
    press(card(page, "Stop a broker"), "Stop")
    fill(second, {"Values": own_value(exercise(page, "Two of three"))})
    press(second, "Send")
    expect(exercise(page, "Two of three")).to_have_attribute("data-state", "done")
    press(card(page, "Change a topic's configuration"), "Change configuration")
    assert "NOT_ENOUGH_REPLICAS" in press(refused, "Send") or "not enough" in press(refused, "Send").lower()
    takes = exercise(page, "What it takes")
    [(copies, demanded)] = re.findall(r"with (\d) replicas and min.insync.replicas=(\d)", takes.inner_text())
    answers = {"acks=all is still taken": int(copies) - int(demanded), "may be lost for good": int(demanded) - 1}
    check_now(takes, {label: str(number) for label, number in answers.items()})
    foretold, hidden = exercise(page, "By one alone"), exercise(page, "Behind the mark")
    predict(foretold, "it is taken, and can be read")
    fill(by_one, {"Values": own_value(hidden)})
    assert "1 of 1 record delivered" in press(by_one, "Send")
    expect(foretold).to_contain_text("and cannot be read yet.")
    expect(hidden).to_contain_text("nobody can read it")
    press(card(page, "Start a broker"), "Start")
    expect(hidden).to_have_attribute("data-state", "done")


def own_value(of: Locator) -> str:
    """The value that an exercise asks its seat to send."""
    return (of.locator(".todo strong").text_content() or "").strip()
