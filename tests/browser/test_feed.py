"""The class's live feed, in a real Chromium."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Locator, Page, expect

from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.cluster import records
from tests.browser.conftest import WINDOW, RunningApp, join, sign_in, visitor, watched_page

RUN = uuid4().hex[:8]
SLUG = f"feed-{RUN}"  # of a class of its own: other tests' apps have the same brokers, and a class `kafka`, too
BEGAN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def create_topic(page: Page, name: str) -> None:
    form = page.locator("section.act").filter(has=page.get_by_role("heading", name="Create a topic"))
    form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Create topic").click()


def test_an_act_stands_on_the_page_of_who_grades_and_the_filters_sort_it_out(
    page: Page, app: RunningApp, browser: Browser, kafka: str
) -> None:
    klass = class_of_its_own(browser, app)
    sign_in(page, app, role="grader", name="Gerd of the feed", klass=SLUG)
    page.get_by_role("link", name="The class").click()
    student = browser.new_context(**WINDOW).new_page()
    join(student, klass, name="Alina of the feed")
    student.goto(student.url.replace("/welcome/", "/c/") + "lessons/creating-topics/")
    create_topic(student, "seen-live")
    accepted = page.get_by_role("log").get_by_role("listitem").filter(has_text="seen-live")
    expect(accepted).to_contain_text("Alina of the feed")
    create_topic(student, "test1p")  # which begins an exercise
    expect(page.get_by_role("log").get_by_role("listitem").filter(has_text="test1p").first).to_be_visible()
    page.get_by_role("button", name="Refusals").click()
    expect(accepted).to_be_hidden()
    create_topic(student, "bad name!")
    refused = page.get_by_role("log").get_by_role("listitem").filter(has_text="bad name!")
    expect(refused).to_contain_text("was refused: creating bad name!")
    expect(refused).to_contain_text("Kafka: ")
    page.get_by_role("button", name="All").click()
    expect(accepted).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    create_topic(student, "seen-later")
    expect(page.get_by_text("Paused. New lines: 1.")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("log").get_by_role("listitem").first).to_contain_text("seen-later")
    page.reload()
    expect(refused).to_be_visible()
    what_is_not_ours_is_left_out_and_the_rest_goes_on(page)
    they_are_told_apart_by_who_did_what(page, student)
    the_moment_can_be_chosen_and_played_again(page)
    student.context.close()


def class_of_its_own(browser: Browser, app: RunningApp) -> RunningApp:
    with visitor(browser) as context, watched_page(context) as page:
        sign_in(page, app, role="instructor", name="Ines of the feed")
        page.goto(f"{app.url}/classes/")
        page.get_by_label("Name").fill(SLUG)
        page.get_by_role("button", name="Create the class").click()
        page.goto(f"{app.url}/c/{SLUG}/room/")
        page.get_by_role("link", name="Show how to join").click()
        code = page.locator(".join-code").inner_text().replace(" ", "")
    return replace(app, join_url=f"{app.url}/join/{code}/")


def rows(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("listitem")


def publish(*bodies: dict[str, Any]) -> None:
    """Records of the class's feed, as the app writes them; a second lies between two."""
    stamped = [{"at": (BEGAN + timedelta(seconds=number)).isoformat(), **body} for number, body in enumerate(bodies)]
    messages = [records.Message(value=json.dumps({"v": 1, "seat": "ZZZZ", **body}).encode()) for body in stamped]
    records.produce(ClassTopics(SLUG), TOPIC, messages)


def act(name: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "act",
        "id": f"{RUN} {name}",
        "act": "produce",
        "line": name,
        "state": "done",
        "lesson": "producing",
        **more,
    }


def what_is_not_ours_is_left_out_and_the_rest_goes_on(page: Page) -> None:
    """Anybody who knows the cluster can write into the topic."""
    forged: list[Any] = [
        act("no time", at="yesterday"), act("no time at all", at=None), act("a number", id=7), act("x", line={"a": 1}),
        act("y", seat=["ZZZZ"]), act("z", exercise=4, kind="verdict"), None, 7, [], "act", {"kind": {}}, {"kind": "act"},
    ]  # fmt: skip
    bodies = [json.dumps(each) for each in forged] + ["[" * 100_000, "{", ""]
    records.produce(ClassTopics(SLUG), TOPIC, [records.Message(value=each.encode()) for each in bodies])
    records.produce(ClassTopics(SLUG), TOPIC, [records.Message(value=None), records.Message(value=b"\xff")])
    before = rows(page).count()
    publish(act("after the forged ones"))
    expect(rows(page).first).to_contain_text("after the forged ones")
    assert rows(page).count() == before + 1


def they_are_told_apart_by_who_did_what(page: Page, student: Page) -> None:
    verdict = {"kind": "verdict", "id": "v1", "exercise": "creating-topics.three-topics", "state": "done"}
    publish(
        verdict,
        act("not known yet", id="late", state="unknown"),
        {"kind": "noise"},
        {"kind": "hand", "id": "h1", "state": "raised", "lesson": "producing"},
    )
    finished = rows(page).filter(has_text="finished Three topics").filter(has_text="ZZZZ")
    expect(finished).to_be_visible()
    publish(act("known now", id="late"))
    expect(rows(page).filter(has_text="known now")).to_have_count(1)
    expect(rows(page).filter(has_text="not known yet")).to_have_count(0)
    page.get_by_role("combobox", name="Lesson", exact=True).select_option(label="6. Producing")
    expect(finished).to_be_hidden()
    expect(rows(page).filter(has_text="known now")).to_be_visible()
    page.get_by_role("combobox", name="Action", exact=True).select_option(label="Raised hands")
    expect(rows(page).filter(has_text="known now")).to_be_hidden()
    expect(rows(page).filter(has_text="raised a hand")).to_be_visible()
    page.get_by_role("combobox", name="Action", exact=True).select_option(label="all actions")
    page.get_by_role("combobox", name="Lesson", exact=True).select_option(label="all lessons")
    student_choice = page.get_by_role("combobox", name="Student", exact=True)
    option = student_choice.locator("option").filter(has_text="Alina of the feed")
    student_choice.select_option(option.get_attribute("value"))
    expect(finished).to_be_hidden()
    expect(page.get_by_role("link", name="Alina of the feed").first).to_have_attribute("href", re.compile("/seats/"))
    student_choice.select_option(label="everybody")


def a_slider_that_is_being_moved_stays_where_it_is_when_a_record_comes(page: Page) -> None:
    """In a class that acts all the time, one always does."""
    moved_to = page.evaluate("""async () => {
        const { TimeLine } = await import("/static/js/feed_time.js");
        const section = document.querySelector("[data-feed]").cloneNode(true);
        return new Promise((onMove) => {
            const time = new TimeLine(section, { onMove, onNow: () => onMove("now") });
            time.grow(20);
            time.slider.value = 15;
            time.slider.dispatchEvent(new Event("input"));
            time.grow(21);
        });
    }""")
    assert moved_to == 15


def the_moment_can_be_chosen_and_played_again(page: Page) -> None:
    """After more records than the page keeps."""
    for lot in range(6):
        publish(*(act(f"record {lot * 100 + number}") for number in range(100)))
    expect(rows(page).first).to_contain_text("record 599")
    expect(page.locator("[data-rows] li")).to_have_count(500)
    slider = page.get_by_label("Time shown")
    end = int(slider.input_value())
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.get_by_text("As it was then")).to_be_visible()
    for _ in range(2):  # also while the records of the moment before are still coming
        slider.press("ArrowLeft")
    assert int(slider.input_value()) == end - 3
    expect(rows(page).first).to_contain_text("record 596")
    expect(page.locator("[data-rows] li")).to_have_count(200)
    publish(act("while it was then"))
    a_slider_that_is_being_moved_stays_where_it_is_when_a_record_comes(page)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("combobox", name="Speed").select_option("16×")
    expect(rows(page).first).to_contain_text("while it was then")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("link", name="Projector").click()
    expect(page.locator(".bar")).to_be_hidden()
    expect(rows(page).first).to_contain_text("while it was then")
    expect(page.get_by_text("Alina of the feed")).to_have_count(0)
    expect(page.get_by_text("3. Three topics")).to_be_visible()
    page.get_by_role("button", name="Show names").click()
    expect(page.get_by_role("row").filter(has_text="Alina of the feed")).to_be_visible()
    expect(rows(page).first).to_contain_text("while it was then")
    page.keyboard.press("Escape")
    page.wait_for_url("**/room/")
    page.get_by_role("link", name="Show how to join").click()
    expect(page.get_by_text("and type the class code")).to_be_visible()
    page.get_by_role("link", name="Leave").click()
    page.wait_for_url("**/room/")
