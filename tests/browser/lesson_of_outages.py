"""The lessons in which a broker goes down, by clicking alone: who is alone on a machine may stop one."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

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
    alarm = re.search(r"send the value (alarm at \w+)", gap.inner_text())
    fill(meanwhile, {"Values": alarm[1] if alarm else ""})
    press(meanwhile, "Send")
    expect(gap).to_contain_text("Start the broker again.")
    fill(start, {"Broker": before})
    press(start, "Start")
    expect(gap).to_have_attribute("data-state", "done")
    assert f"Broker {before} leads it now" in press(card(page, "Elect the preferred leader"), "Elect")
    copies = int(re.findall(r"has (\d) replicas", back.inner_text())[0])
    check_now(back, {"So many brokers may be lost": str(copies - 1), "Brokers from which its consumers": "1"})
