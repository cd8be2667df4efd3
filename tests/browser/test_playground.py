"""The playground in a real Chromium, and a scene that an instructor records there and a student plays."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import RunningApp, join_unseen, sign_in, visitor, watched_page

MANY = 60  # records: slowly they take half a minute


@pytest.fixture
def ground(seat: Page, app: RunningApp) -> Page:
    return open_playground(seat, app)


def open_playground(page: Page, app: RunningApp) -> Page:
    page.goto(f"{app.url}/c/kafka/playground/")
    expect(page.locator("[data-live-state]")).to_have_text("live")
    return page


def pick(page: Page, act: str, **fields: str) -> Locator:
    """The card of an act, filled in."""
    if not page.get_by_role("navigation", name="Actions").is_visible():
        page.get_by_role("button", name="All actions").click()
    page.get_by_role("navigation", name="Actions").get_by_role("link", name=act, exact=True).click()
    card = page.locator(".acts-places > .act:visible")
    for name, value in fields.items():
        card.locator(f"[name={name}]").fill(value)
    return card


def do(page: Page, act: str, **fields: str) -> None:
    card = pick(page, act, **fields)
    act_id = card.locator("[name=act_id]")
    before = act_id.input_value()
    card.locator(".primary").click()
    expect(act_id).not_to_have_value(before)  # the answer is there, and brought that of the next act


def axe_finds_nothing(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def box(page: Page, topic: str) -> Locator:
    return page.locator(f".topic-box[data-box-of={topic}]")


def test_several_topics_are_on_one_stage_with_what_is_sent_and_read(ground: Page):
    expect(ground.get_by_text("You have no topics yet. Create one")).to_be_visible()
    do(ground, "Create a topic", name="rides", partitions="2", replicas="1")
    do(ground, "Create a topic", name="returns", partitions="1", replicas="1")
    expect(ground.locator(".topic-box h3")).to_have_text(["returns", "rides"])
    do(ground, "Send records", topic="rides", values="out\nback", key="bike-4")
    expect(box(ground, "rides").locator(".lane .cell bdi")).to_have_text(["out", "back"])
    expect(box(ground, "returns").locator(".cell bdi")).to_have_count(0)
    expect(ground.locator("[data-says]")).to_contain_text("rides: ")
    card = pick(ground, "Start a consumer", topic="rides", group_id="map")
    for member in (1, 2):
        card.locator("form .primary").click()
        expect(box(ground, "rides").locator("[data-groups] .client")).to_have_count(member)
    given = card.locator(".consumer:visible [data-rows] td:nth-child(4)")
    expect(given).to_have_text(["back", "out"])
    axe_finds_nothing(ground)
    kept = pick(ground, "Create a topic")  # as it was left
    expect(kept.locator("[name=name]")).to_have_value("returns")
    expect(kept.locator(".answer")).to_contain_text("returns has 1 partition")
    expect(ground.locator("#part-session li b")).to_have_text(
        [re.compile("created rides"), re.compile("created returns"), re.compile("sent 2 records")]
    )
    ground.locator(".choose summary").click()
    ground.get_by_role("checkbox", name="returns").uncheck()
    expect(ground.locator(".topic-box h3")).to_have_text(["rides"])
    do(ground, "Delete a topic", name="returns")
    expect(ground.locator(".choose")).to_be_hidden()


def test_a_member_reads_slowly_commits_by_hand_and_is_killed(ground: Page):
    do(ground, "Create a topic", name="rides", partitions="1")
    do(ground, "Send records", topic="rides", values="\n".join(map(str, range(MANY))))
    card = pick(ground, "Start a consumer", topic="rides", group_id="map")
    card.get_by_text("More", exact=True).click()
    card.get_by_label("enable.auto.commit").uncheck()
    lane = card.locator(".consumer").first
    rows, notices, commit = (
        lane.locator("[data-rows] tr"),
        lane.locator("[data-notices]"),
        lane.locator("[data-commit]"),
    )
    expect(commit).to_be_hidden()
    lane.locator("[data-slow]").evaluate("button => button.click()")  # before the first record comes
    card.get_by_role("button", name="Start a member").click()
    expect(rows).not_to_have_count(0)
    commit.click()
    expect(notices).to_contain_text("Committed: partition 0 at")
    assert 0 < int(re.findall(r"partition 0 at (\d+)\.", notices.inner_text())[0]) < MANY
    lane.get_by_role("button", name="Slowly").click()
    expect(rows).to_have_count(MANY)
    commit.click()
    expect(notices).to_contain_text(f"Committed: partition 0 at {MANY}.")
    axe_finds_nothing(ground)
    lane.get_by_role("button", name="Kill").click()
    expect(lane.locator("[data-status]")).to_contain_text("Killed. Its group was not told")


def test_on_a_phone_the_acts_are_a_sheet_and_the_stage_is_another(ground: Page):
    ground.set_viewport_size({"width": 390, "height": 844})
    do(ground, "Create a topic", name="rides", partitions="1", replicas="1")
    expect(ground.get_by_role("navigation", name="Actions")).to_be_hidden()
    ground.get_by_role("button", name="Show", exact=True).click()
    expect(box(ground, "rides")).to_be_visible()
    assert ground.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_scene_of_an_instructor_is_played_by_a_student_step_by_step_and_to_its_end(
    browser: Browser, page: Page, app: RunningApp
):
    sign_in(page, app, role="instructor", name="Ines")
    open_playground(page, app)
    do(page, "Create a topic", name="trips", partitions="2", replicas="1")
    do(page, "Send records", topic="trips", values="a\nb\nc", key="bike-4")
    do(page, "Create a topic", name="trips", partitions="3", replicas="1")  # which Kafka refuses
    page.get_by_role("link", name="Make a scene of it").click()
    page.get_by_label("Title").fill("Trips")
    axe_finds_nothing(page)
    page.get_by_role("button", name="Make the scene").click()
    link = page.locator("#scene-link").inner_text()
    for way in ("Change", "All scenes"):
        page.get_by_role("link", name=way).click()
        axe_finds_nothing(page)
        page.goto(link)
    with visitor(browser) as context, watched_page(context) as alice:
        join_unseen(context, app, name="Alice")
        alice.goto(link)
        expect(alice.get_by_role("heading", name="Trips", level=1)).to_be_visible()
        expect(alice.locator(".step .words")).to_have_count(3)
        alice.get_by_role("button", name="Play step 1").click()
        expect(alice.locator(".step").first).to_have_attribute("data-state", "done")
        alice.goto(link)  # a page that was closed goes on
        alice.get_by_role("button", name="Play all 2 steps").click()
        expect(alice.locator(".step").nth(1)).to_have_attribute("data-state", "done")
        expect(alice.locator(".step").nth(2)).to_have_attribute("data-state", "stopped")
        axe_finds_nothing(alice)
        expect(box(alice, "trips").locator(".cell bdi")).to_have_text(["a", "b", "c"])
        expect(alice.locator("#announcer")).to_contain_text("already exists")
        alice.get_by_role("button", name="Go on without it").press("Enter")
        expect(alice.locator(".press")).to_contain_text("The scene is over.")
        expect(alice.get_by_role("button", name="Play it from the start")).to_be_focused()
