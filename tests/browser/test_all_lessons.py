"""The whole class, from the door to the last tick: by clicking alone on a fresh `manage.py up` with brokers of its own, and
its first part by cells alone."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WINDOW, RunningApp, join, visitor, watched_page
from tests.browser.lesson_of_designing import design_two_topics
from tests.browser.lesson_of_forgetting import keep_the_newest_of_each_bike, let_pings_go
from tests.browser.lesson_of_groups import (
    crash_and_go_on,
    replay_from_a_moment,
    share_the_work,
    take_jobs_from_a_queue,
    two_groups_at_two_places,
)
from tests.browser.lesson_of_keys import follow_three_tracks, foretell_where_bikes_go, move_a_bike_and_miss_some
from tests.browser.lesson_of_outages import ask_what_delivered_means, stop_the_leader
from tests.browser.lesson_of_the_notebook import LESSONS as PART_ONE
from tests.browser.lesson_of_the_notebook import Cells, Clicks
from tests.browser.lesson_of_transactions import transactions_of_all_kinds
from tests.browser.project import Project

PART_TWO = {
    "Keys and partitions": foretell_where_bikes_go,
    "Order and keys": follow_three_tracks,
    "More partitions move keys": move_a_bike_and_miss_some,
    "Two groups, two places": two_groups_at_two_places,
    "A group shares the work": share_the_work,
    "Commit, crash, read again": crash_and_go_on,
    "Lag and replay": replay_from_a_moment,
    "Queues: share groups": take_jobs_from_a_queue,
    "A broker goes down": stop_the_leader,
    "What “delivered” means": ask_what_delivered_means,
    "Transactions": transactions_of_all_kinds,
    "Retention": let_pings_go,
    "Compaction and tombstones": keep_the_newest_of_each_bike,
    "Design it": design_two_topics,
}


def open_lesson(page: Page, lesson: str) -> None:
    page.get_by_role("link", name=lesson).first.click()
    expect(page.get_by_role("heading", name=lesson, level=1)).to_be_visible()
    # After a fresh start the brokers may still be joining: the page says so and goes on by itself.
    expect(page.locator("[data-live-state]")).to_have_text("live")


def assert_all_is_done(page: Page) -> None:
    expect(page.locator(".exercise:not([data-state=done])")).to_have_count(0)


def test_from_joining_to_the_last_tick_by_clicking_alone(browser: Browser, project: Project):
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    join(page, project.app, name="Dora")
    page.get_by_role("link", name="Lessons").first.click()
    for lesson, play in {**{name: partial(each, hand=Clicks()) for name, each in PART_ONE.items()}, **PART_TWO}.items():
        open_lesson(page, lesson)
        play(page)
        assert_all_is_done(page)
    expect(page.locator("#part-progress progress")).to_have_js_property("position", 1)
    page.get_by_role("link", name="My cluster").click()
    expect(page.locator(".brokers-side-by-side .crown")).to_have_count(1)  # of the quorum
    expect(page.locator("#part-topics")).to_contain_text("test1p")
    expect(page.locator("#part-topics")).to_contain_text("test2die")
    expect(page.locator("#part-groups")).to_contain_text("Empty")
    context.close()


@pytest.mark.every_way
def test_every_exercise_of_part_one_by_cells_alone(browser: Browser, app: RunningApp):
    sent: list[str] = []
    with visitor(browser) as context, watched_page(context) as page:
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        join(page, app, name="Dora")
        page.get_by_role("link", name="Lessons").first.click()
        sent.clear()
        for lesson, play in PART_ONE.items():
            open_lesson(page, lesson)
            play(page, Cells())
            assert_all_is_done(page)
    assert any("/check/" in url for url in sent)  # what is typed
    assert [url for url in sent if re.search(r"/acts/\d+/$", url)] == []
