"""The class's live feed, in a real Chromium."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RunningApp, join


def create_topic(page: Page, name: str) -> None:
    form = page.locator("section.act").first
    form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Create", exact=False).first.click()


def test_an_act_stands_on_the_page_of_who_grades_and_the_filters_sort_it_out(
    page: Page, app: RunningApp, browser: Browser
) -> None:
    page.goto(app.sign_in_urls["grader"])  # each link is good for one sign-in; the instructor's is another test's
    page.get_by_role("button", name="Sign in as").click()
    page.get_by_role("link", name="The class").click()
    student = browser.new_context().new_page()
    join(student, app, name="Alina of the feed")
    student.goto(student.url.replace("/welcome/", "/c/") + "lessons/creating-topics/")
    create_topic(student, "seen-live")
    accepted = page.get_by_role("log").get_by_role("listitem").filter(has_text="seen-live")
    expect(accepted).to_contain_text("Alina of the feed", timeout=3_000)
    page.get_by_role("button", name="Refusals").click()
    expect(accepted).to_be_hidden()
    create_topic(student, "bad name!")
    refused = page.get_by_role("log").get_by_role("listitem").filter(has_text="bad name!")
    expect(refused).to_contain_text("Refused: ")
    page.get_by_role("button", name="All").click()
    expect(accepted).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    create_topic(student, "seen-later")
    expect(page.get_by_text("Paused. 1 new")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("log").get_by_role("listitem").first).to_contain_text("seen-later")
    page.reload()
    expect(refused).to_be_visible()
    student.context.close()
