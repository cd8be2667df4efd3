"""The thinnest path through everything, by clicking alone, on a fresh `manage.py up` with brokers of its own."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import join, start_app, stop_app


def test_join_create_send_consume_tick_by_clicking_alone(browser: Browser, tmp_path: Path):
    process, app = start_app(tmp_path / "fresh")
    try:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        join(page, app, name="Alice")
        page.get_by_role("link", name="Lessons").first.click()
        create_three_topics(page)
        send_one_to_nine(page)
        consume_and_stop(page)
        page.get_by_role("link", name="My cluster").click()
        expect(page.locator("#part-topics")).to_contain_text("test2die")
        expect(page.locator("#part-groups")).to_contain_text("9")
        context.close()
    finally:
        stop_app(process)


def create_three_topics(page: Page) -> None:
    page.get_by_role("link", name="Creating topics").click()
    # The brokers may still be joining: the page says so and goes on by itself.
    expect(page.locator("[data-live-state]")).to_have_text("live", timeout=30_000)
    card = page.locator("section.act").first
    for name in ("test1p", "test2p", "test2die"):
        card.get_by_label("Name").fill(name)
        card.get_by_role("button", name="Create topic").click()
        expect(card.locator(".answer.ok")).to_contain_text(f"{name} has 1 partition")
        expect(page.locator("#part-topics")).to_contain_text(name)
    expect(page.locator("#exercise-creating-topics-three-topics")).to_have_attribute("data-state", "done")


def send_one_to_nine(page: Page) -> None:
    page.get_by_role("link", name="Producing").first.click()
    card = page.locator("section.act").first
    card.get_by_role("button", name="Send").click()
    expect(card.locator(".details li")).to_have_text([f"test1p [0] @ {offset}" for offset in range(9)])
    expect(page.locator("#watch [data-rows] tr")).to_have_count(9)
    expect(page.locator("#exercise-producing-nine-delivered")).to_have_attribute("data-state", "done")


def consume_and_stop(page: Page) -> None:
    page.get_by_role("link", name="Consuming").first.click()
    card = page.locator("section.consume")
    card.get_by_role("button", name="Start").click()
    rows = card.locator("[data-rows] tr")
    expect(rows).to_have_count(9)
    expect(rows.first).to_contain_text("8")  # the newest offset stands at the top
    card.get_by_role("button", name="Stop").click()
    expect(page.locator("#exercise-consuming-committed-end")).to_have_attribute("data-state", "done")
