"""Every page: nothing for axe to find, nothing that scrolls sideways, usable by keyboard and without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from lessons.course.loader import lessons
from tests.browser.conftest import WINDOW, RunningApp, join
from tests.waiting import wait_for

INSIDE = [
    "", "cluster/", "cluster/?internal=1", "playground/", "playground/?act=consume", "lessons/consuming/anew/",
    *(f"lessons/{lesson.slug}/" for lesson in lessons()),
]  # fmt: skip
MOST_LESSONS = [f"lessons/{lesson.slug}/" for lesson in lessons() if lesson.number % 3]
OUTSIDE = ["join/", "sign-in/", "no-such-page/"]
WIDTHS = (390, 768, 1600, 1280)


def room_of(page: Page) -> str:
    """The address of the class that this page's student has joined, with a slash at its end."""
    return page.get_by_role("link", name="Lessons").first.evaluate("link => link.href")


@pytest.fixture
def visit(seat: Page, app: RunningApp) -> Callable[[str], None]:
    room = room_of(seat)

    def go(address: str) -> None:
        seat.goto(app.url + "/" + address if address in OUTSIDE else room + address)

    return go


@pytest.fixture(scope="package")
def still(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """One page for all addresses, of somebody who has joined and wants nothing to move."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    join(page, app, name="Alice")
    yield page
    context.close()


@pytest.fixture(scope="package")
def still_room(still: Page) -> str:
    return room_of(still)


@pytest.mark.parametrize("address", [*INSIDE, *OUTSIDE])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(app: RunningApp, still: Page, still_room: str, address: str):
    still.goto(f"{app.url}/{address}" if address in OUTSIDE else still_room + address)
    # In the dark nothing but colours is otherwise, and of two lessons hardly they.
    for scheme, rules in (("light", None), ("dark", ["color-contrast"]))[: 1 if address in MOST_LESSONS else 2]:
        still.emulate_media(color_scheme=scheme)
        found = Axe().run(still, options={"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {}))
        assert found.violations_count == 0, (scheme, found.generate_report())
    for width in WIDTHS:
        still.set_viewport_size({"width": width, "height": 900})
        assert still.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def test_the_apis_description_is_a_page_for_people(browser: Browser, app: RunningApp):
    page = browser.new_page()
    page.goto(f"{app.url}/api/v1/docs")
    page.get_by_text("Create a topic", exact=True).click()
    expect(page.get_by_text("Example Value").first).to_be_visible()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark-mode\b"))
    page.close()


def test_a_part_that_waited_while_somebody_typed_never_replaces_a_newer_one(seat: Page, visit):
    visit("lessons/creating-topics/")
    seat.locator("#part-hand summary").click()
    seat.get_by_label("Your question").focus()
    shown = seat.evaluate("""async () => {
        const { replacePart } = await import("/static/js/parts.js");
        const part = (words) => `<section id="part-hand">${words}</section>`;
        replacePart("part-hand", part("older"));  // waits
        document.activeElement.blur();  // what waits is let go as soon as this is done
        replacePart("part-hand", part("newer"));
        await new Promise((done) => setTimeout(done));
        return document.getElementById("part-hand").textContent;
    }""")
    assert shown == "newer"


def test_after_a_form_that_was_refused_the_first_field_with_an_error_has_the_focus(page: Page, app: RunningApp):
    page.goto(app.join_url)
    page.locator("form").first.evaluate("form => form.action += '#join-title'")  # to which the browser goes, too
    page.get_by_label("Your name").fill("?")
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_text("A name needs at least one letter or digit.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()


def create_card(page: Page) -> Locator:
    return page.locator("section.act").filter(has=page.get_by_role("heading", name="Create a topic"))


def test_an_act_is_done_by_keyboard_alone(seat: Page, visit):
    visit("lessons/creating-topics/")
    seat.keyboard.press("Tab")
    expect(seat.get_by_text("Skip to the content")).to_be_focused()
    seat.keyboard.press("Enter")
    name = create_card(seat).get_by_label("Name")
    for _ in range(60):
        seat.keyboard.press("Tab")
        if name.evaluate("field => field === document.activeElement"):
            break
    seat.keyboard.press("ControlOrMeta+a")
    seat.keyboard.type("typed")
    seat.keyboard.press("Enter")
    expect(create_card(seat).locator(".answer.ok")).to_contain_text("typed has 2 partitions")


def test_a_double_click_creates_once(seat: Page, visit):
    visit("lessons/creating-topics/")
    create_card(seat).get_by_role("button", name="Create topic").dblclick()
    expect(seat.locator("section.act .answer")).to_have_count(1)
    expect(seat.locator("section.act .answer.ok")).to_be_visible()


def test_what_is_sent_while_an_answer_is_awaited_is_sent_after_it(seat: Page, visit):
    visit("lessons/creating-topics/")
    held: list[Route] = []
    seat.route("**/acts/*/", lambda route: held.append(route), times=1)
    name = create_card(seat).get_by_label("Name")
    with seat.expect_request("**/acts/*/"):
        name.fill("one")
        name.press("Enter")
    for again in ("one", "two"):  # a double click, and another topic
        name.fill(again)
        name.press("Enter")
    held.pop().continue_()
    shown = create_card(seat).locator(".answer")
    expect(shown).to_contain_text("two has 2 partitions")
    assert not held
    seat.reload()
    expect(seat.get_by_role("rowheader", name="one", exact=True).first).to_be_visible()


def test_the_code_follows_the_form(seat: Page, visit):
    visit("lessons/creating-topics/")
    create_card(seat).get_by_label("Partitions").fill("7")
    expect(create_card(seat).get_by_role("tabpanel", name="Python").first).to_contain_text("num_partitions=7")
    expect(create_card(seat).get_by_label("Partitions")).to_be_focused()
    create_card(seat).get_by_role("tab", name="Command line").first.click()
    command = create_card(seat).get_by_role("tabpanel", name="Command line").first
    expect(command).to_contain_text("--partitions 7")
    box = command.locator("pre")
    assert box.evaluate("pre => pre.scrollWidth <= pre.clientWidth")
    box.evaluate("pre => getSelection().selectAllChildren(pre)")
    assert seat.evaluate("String(getSelection())").strip() == (box.text_content() or "").strip()
    visit("cluster/")  # a page of ours, whose renderer keeps what was typed; about:blank has another one
    seat.go_back()
    expect(create_card(seat).get_by_label("Partitions")).to_have_value("7")
    expect(command).to_contain_text("--partitions 7")


def test_a_tab_that_is_being_pressed_stays_when_the_code_follows_what_was_typed_before(seat: Page, visit):
    """The code is asked for a moment after the last key, and may come when the mouse is down."""
    visit("lessons/creating-topics/")
    tab = create_card(seat).get_by_role("tab", name="Command line").first
    tab.scroll_into_view_if_needed()
    box = tab.bounding_box()
    seat.mouse.move(box["x"] + 5, box["y"] + 5)
    seat.evaluate("() => addEventListener('htmx:afterSettle', () => { window.isSwapped = true })")
    create_card(seat).get_by_label("Partitions").fill("7")
    seat.mouse.down()
    seat.wait_for_function("() => window.isSwapped")
    seat.mouse.up()
    expect(create_card(seat).get_by_role("tabpanel", name="Command line").first).to_contain_text("--partitions 7")


def test_a_refusal_is_shown_with_kafkas_words_and_keeps_what_was_typed(seat: Page, visit):
    visit("lessons/creating-topics/")
    card = create_card(seat)
    card.get_by_label("Name").fill("bad name!")
    card.get_by_role("button", name="Create topic").click()
    expect(card.locator(".answer.no")).to_contain_text("ASCII alphanumerics")
    expect(card.get_by_label("Name")).to_have_value("bad name!")


def test_a_button_that_is_being_pressed_is_not_replaced_by_what_came_while_somebody_typed(seat: Page, visit):
    frames: list[str] = []
    seat.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    def has_come(words: str) -> bool:
        seat.title()  # lets frames come in
        return any("exercise-kafka" in frame and words in frame for frame in frames)

    visit("lessons/kafka-and-its-cluster/")
    wait_for(lambda: has_come(""))
    exercise = seat.locator(entry_points := "#exercise-kafka-and-its-cluster-entry-points")
    exercise.get_by_label("Brokers in the cluster").fill("7")
    exercise.get_by_label("Id of the broker").fill("2")
    button = exercise.get_by_role("button", name="Check now")
    button.scroll_into_view_if_needed()

    elsewhere = seat.context.new_page()
    elsewhere.goto(seat.url)
    elsewhere.locator(entry_points).get_by_label("Brokers in the cluster").fill("9")
    elsewhere.locator(entry_points).get_by_label("Id of the broker").fill("2")
    elsewhere.locator(entry_points).get_by_role("button", name="Check now").click()
    wait_for(lambda: has_come('value=\\"9\\"'))

    box = button.bounding_box()
    seat.mouse.move(box["x"] + 5, box["y"] + 5)
    seat.mouse.down()
    seat.evaluate("() => new Promise((done) => setTimeout(setTimeout, 0, done, 0))")  # whatever the press has set off
    with seat.expect_request(lambda request: request.method == "POST") as posted:
        seat.mouse.up()
    assert "=7&" in f"{posted.value.post_data}&"


def test_without_javascript_all_but_streaming_works(browser: Browser, app: RunningApp):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    join(page, app, name="Bob")
    page.get_by_role("link", name="Lessons").first.click()
    page.get_by_role("link", name="Creating topics").first.click()
    page.get_by_role("button", name="Create topics").click()
    expect(page.locator(".answer.ok")).to_contain_text("3 of 3 topics created")
    expect(page.locator("#exercise-creating-topics-three-topics")).to_have_attribute("data-state", "done")
    expect(page.locator("#part-topics")).to_contain_text("test2die")
    page.get_by_role("link", name="Producing").first.click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".details li")).to_have_count(9)
    page.get_by_role("link", name="Consuming").first.click()
    expect(page.get_by_text("needs JavaScript").first).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Python").first).to_contain_text("consumer.poll(1.0)")  # to be run by hand
    context.close()


def test_a_personal_code_brings_a_student_back_in_another_browser(seat: Page, browser: Browser, app: RunningApp):
    code = seat.locator("#personal-code").inner_text()
    other = browser.new_context(**WINDOW).new_page()
    other.goto(app.url + "/join/")
    other.get_by_label("Personal code").fill(code)
    other.get_by_role("button", name="Come back").click()
    expect(other.get_by_text("Alice").first).to_be_visible()
    other.context.close()


def test_a_sign_in_link_signs_the_instructor_in_once(browser: Browser, app: RunningApp):
    page = browser.new_context(**WINDOW).new_page()
    page.goto(app.sign_in_urls["instructor"])
    page.get_by_role("button", name="Sign in as Instructor").click()
    expect(page.get_by_role("heading", name="Live feed")).to_be_visible()
    again = browser.new_context(**WINDOW).new_page()
    again.goto(app.sign_in_urls["instructor"])
    expect(again.get_by_text("This link has already been used")).to_be_visible()
    page.context.close()
    again.context.close()


def test_after_an_act_the_focus_is_on_its_button_and_what_was_typed_stays(seat: Page):
    seat.goto(seat.url.replace("/welcome/", "/c/") + "lessons/creating-topics/")
    card = seat.locator(".act:has(input[name=name])").first
    card.locator("input[name=name]").fill("test1p")
    card.locator("button.primary").focus()
    for words in ("Done in", "Kafka refused"):  # the same again is refused
        seat.keyboard.press("Enter")
        expect(card.locator(".answer")).to_contain_text(words)
        expect(card.locator("button.primary")).to_be_focused()
        expect(card.locator("input[name=name]")).to_have_value("test1p")


def test_a_word_that_was_explained_opens_its_card_by_keyboard_and_leads_to_its_lesson(seat: Page, visit):
    visit("lessons/consuming/")
    word = seat.get_by_role("button", name="offset", exact=True)
    card = seat.get_by_role("note", name="offset", exact=True)
    expect(card).to_be_hidden()
    word.focus()
    seat.keyboard.press("Enter")
    expect(card).to_contain_text("A record's place in its partition, counted from 0.")
    assert Axe().run(seat).violations_count == 0
    seat.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(word).to_be_focused()
    word.click()
    card.get_by_role("link", name="Creating topics").click()
    expect(seat.get_by_role("heading", name="Creating topics", level=1)).to_be_visible()


def test_what_a_setting_means_and_is_now_stands_below_its_form_and_follows_what_is_typed_and_done(seat: Page, visit):
    visit("lessons/retention/")
    make, change = (
        seat.locator(f".act:has(h2:text-is({json.dumps(title)}))").first
        for title in ("Create a topic", "Change a topic's configuration")
    )
    told = change.locator(".setting-now")
    expect(told).to_contain_text("How old the newest record of a closed segment may be")
    make.locator("button.primary").click()
    expect(make.locator(".answer")).to_contain_text("Done in")
    change.get_by_label("Setting").fill("segment.ms")
    expect(told).to_contain_text("How long after its first record a segment is closed")
    change.get_by_label("Setting").fill("retention.ms")
    change.get_by_label("Value").fill("60000")
    change.locator("button.primary").click()
    expect(told).to_contain_text(re.compile(r"Now\s*60000 ms \(1 minute\) · set for this topic"))
    expect(told).to_contain_text("If it is not set")
    expect(change.get_by_label("Value")).to_have_value("60000")
    assert Axe().run(seat).violations_count == 0
