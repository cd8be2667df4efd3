"""A short class: an instructor, a grader and three students, each in a browser of their own."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WINDOW, RunningApp, join
from tests.browser.playing import card, exercise, press
from tests.browser.project import Project

CHECK = "lessons/course/adding_partitions/two_partitions.py"


class Pages:
    """Everybody's page; what any browser complained about is kept."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.complaints: list[str] = []

    def open(self) -> Page:
        page = self._browser.new_context(**WINDOW, accept_downloads=True).new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    pages = Pages(browser)
    yield pages
    for context in browser.contexts:
        context.close()
    assert pages.complaints == []


def test_a_short_class_is_taught_watched_helped_and_graded(project: Project, pages: Pages) -> None:
    ines, greta, alice, bob, chloe = (pages.open() for _ in range(5))
    staff_come_in(project.app, ines=ines, greta=greta)
    for page, name in ((alice, "Alice"), (bob, "Bob"), (chloe, "Chloe")):
        join(page, project.app, name=name)
    the_feed_shows_each_act(project.app, ines, alice, bob, chloe)
    a_broker_is_stopped_and_started(project.app, ines, alice)
    a_hand_is_raised_and_answered(project.app, ines, bob)
    work_is_overridden_and_exported(project.app, greta, bob)
    project.stop()
    project.edit(CHECK, "WANTED = 2\n", "WANTED = 3\n")
    work_is_graded_again_after_the_check_changed(project.start(), greta, alice)


def staff_come_in(app: RunningApp, **pages: Page) -> None:
    for page, role in zip(pages.values(), ("instructor", "grader"), strict=True):
        page.goto(app.sign_in_urls[role])
        page.get_by_role("button", name="Sign in as").click()
    pages["ines"].get_by_role("link", name="The class").click()
    expect(pages["ines"].locator("[data-status]")).to_contain_text("Live")


def open_lesson(page: Page, app: RunningApp, slug: str) -> None:
    page.goto(f"{app.url}/c/kafka/lessons/{slug}/")
    # After a start the brokers may still be joining: the page says so and goes on by itself.
    expect(page.locator("[data-live-state]")).to_have_text("live")


def row_of_feed(room: Page, *words: str) -> Locator:
    row = room.get_by_role("log").get_by_role("listitem")
    for each in words:
        row = row.filter(has_text=each)
    return row


def the_feed_shows_each_act(app: RunningApp, ines: Page, alice: Page, bob: Page, chloe: Page) -> None:
    wishes = [
        (alice, "Alice", ["test1p", "test2p", "test2die"]),
        (bob, "Bob", ["bad name!", "test1p"]),
        (chloe, "Chloe", ["test2p"]),
    ]
    for page, who, names in wishes:
        open_lesson(page, app, "creating-topics")
        create = card(page, "Create a topic")
        create.get_by_label("Partitions").fill("1")
        create.get_by_label("Replication factor").fill("1")
        for name in names:
            create.get_by_label("Name").fill(name)
            press(create, "Create topic")
            expect(row_of_feed(ines, who, name)).to_be_visible()
    expect(row_of_feed(ines, "Bob", "Kafka:")).to_have_class("refused")
    expect(exercise(alice, "Three topics")).to_have_attribute("data-state", "done")
    expect(row_of_feed(ines, "Alice", "finished")).to_be_visible()
    open_lesson(alice, app, "adding-partitions")
    press(card(alice, "Add partitions"), "Add partitions")
    expect(row_of_feed(ines, "Alice", "test2p", "2 partitions")).to_be_visible()
    expect(exercise(alice, "Two partitions")).to_have_attribute("data-state", "done")


def a_broker_is_stopped_and_started(app: RunningApp, ines: Page, alice: Page) -> None:
    alice.goto(f"{app.url}/c/kafka/cluster/")
    ines.get_by_role("link", name="Stop… kafka2").click()
    ines.get_by_role("button", name="Stop kafka2").click()
    expect(ines.locator("#broker-ask .answer")).to_contain_text("down")
    expect(row_of_feed(ines, "Instructor", "broker 2")).to_be_visible()
    expect(alice.locator("#part-broker-table tr").filter(has_text="kafka2")).to_contain_text("down")
    expect(ines.locator("#part-broker-panel")).to_contain_text("so you can’t stop another broker")
    expect(ines.get_by_role("link", name="Stop…")).to_have_count(0)
    ines.get_by_role("link", name="Start… kafka2").click()
    ines.get_by_role("button", name="Start kafka2").click()
    expect(alice.locator("#part-broker-table tr").filter(has_text="kafka2")).to_contain_text("up")
    expect(ines.get_by_role("link", name="Stop… kafka1")).to_be_visible()


def a_hand_is_raised_and_answered(app: RunningApp, ines: Page, bob: Page) -> None:
    open_lesson(bob, app, "creating-topics")
    bob.get_by_text("Raise your hand").first.click()
    bob.get_by_label("Your question").fill("Why not with a space?")
    bob.get_by_role("button", name="Raise hand").click()
    expect(bob.get_by_role("heading", name="Your hand is up")).to_be_visible()
    waiting = ines.locator("#part-hands li").filter(has_text="Why not with a space?")
    expect(waiting).to_contain_text("Bob")
    seen = ines.context.new_page()
    seen.goto(waiting.get_by_role("link", name="Open").evaluate("link => link.href"))
    expect(seen.get_by_role("heading", name="Creating topics", level=1)).to_be_visible()
    expect(seen.get_by_role("button", name="Create topic", exact=True)).to_be_disabled()
    seen.close()
    waiting.locator("summary").click()
    waiting.get_by_label("Your answer").fill("Letters, digits, dots, dashes and underscores.")
    waiting.get_by_role("button", name="Send").click()
    expect(bob.locator("#part-hand")).to_contain_text("dots, dashes and underscores")
    expect(waiting).to_have_count(0)


def work_is_overridden_and_exported(app: RunningApp, greta: Page, bob: Page) -> None:
    greta.goto(f"{app.url}/c/kafka/grading/")
    row = greta.get_by_role("row").filter(has_text="Bob")
    row.get_by_label("not yet").first.click()
    expect(greta.get_by_role("heading", name="Three topics")).to_be_visible()
    greta.get_by_label("Reason").fill("Shown on paper.")
    greta.get_by_role("button", name="Override").click()
    expect(greta.get_by_text("Shown on paper.").first).to_be_visible()
    expect(exercise(bob, "Three topics")).to_have_attribute("data-state", "done")
    greta.goto(f"{app.url}/c/kafka/exports/")
    with greta.expect_download() as download:
        greta.locator('a[href*="completion.csv"]').first.click()
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    of_three_topics = {row["name"]: row["state"] for row in rows if row["exercise"] == "creating-topics.three-topics"}
    assert of_three_topics.items() >= {"Alice": "done", "Bob": "done", "Chloe": "not_yet"}.items()


def work_is_graded_again_after_the_check_changed(app: RunningApp, greta: Page, alice: Page) -> None:
    greta.goto(f"{app.url}/c/kafka/grading/exercises/adding-partitions.two-partitions/re-grade/")
    row = greta.get_by_role("row").filter(has_text="Alice")
    expect(row.get_by_role("cell").nth(-2)).to_contain_text("done")
    expect(row.get_by_role("cell").nth(-1)).to_contain_text("not yet")
    greta.get_by_role("button", name="Accept the new verdicts").click()
    expect(greta.get_by_role("status").filter(has_text="saved")).to_be_visible()
    open_lesson(alice, app, "adding-partitions")
    expect(exercise(alice, "Two partitions")).to_have_attribute("data-state", "not_yet")
    alice.get_by_role("link", name="My work", exact=True).click()
    expect(alice.get_by_text("test2p has 1 partition.").first).to_be_visible()
    greta.get_by_role("link", name="Grading", exact=True).first.click()
    greta.get_by_role("link", name="History").click()
    expect(greta.get_by_role("listitem").filter(has_text="Alice").first).to_contain_text("Two partitions")
