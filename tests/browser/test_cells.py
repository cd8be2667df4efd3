"""Cells in a real Chromium: edited, saved, and run by the real interpreter against the real brokers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from lessons.course.notebook import original
from tests.browser.conftest import RunningApp, join_unseen, watched_page
from tests.browser.playing import START_MS


@pytest.fixture
def notebook(cache: BrowserContext, app: RunningApp) -> Iterator[Callable[[str], Page]]:
    """A page of a student who has just joined; by default the original notebook."""
    cache.clear_cookies()
    room = join_unseen(cache, app, name="Alice").replace("/welcome/", "/c/")
    with watched_page(cache) as page:

        def go(address: str = "notebook/") -> Page:
            page.goto(room + address)
            return page

        yield go


def cell(page: Page, number: int) -> Locator:
    return page.locator(f"#cell-{number}")


def edit(page: Page, within: Locator, source: str) -> None:
    """Replace the code of the cell by typing; CodeMirror indents by itself, so it goes in as one paste would."""
    within.locator("[data-source]:visible, [data-editor]:visible").first.click()
    expect(within.locator(".cm-content")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")  # by the editor: what is inserted over a selection gets styles from Chromium
    page.keyboard.insert_text(source)


def run(page: Page, number: int, source: str) -> Locator:
    """The cell's output, once it has run."""
    here = cell(page, number)
    edit(page, here, source)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(here).not_to_have_class(re.compile("busy"), timeout=START_MS)
    return here.locator(".output")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]").first).to_have_text("Saved")


# --- without an interpreter: reading, editing, saving ---


def test_nothing_is_loaded_before_somebody_wants_it(notebook):
    asked: list[str] = []
    page = notebook()
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(cell(page, 1).locator("[data-run]")).to_be_visible()
    assert [url for url in asked if "/vendor/" in url or "kernel" in url or "editor" in url] == []
    cell(page, 1).locator("[data-source]").focus()
    with page.expect_response("**/codemirror.js"):
        page.keyboard.press("Enter")
    expect(cell(page, 1).locator(".cm-content")).to_be_focused()
    assert [url for url in asked if "pyodide" in url] == []


def test_a_cell_is_edited_by_keyboard_alone_and_left_by_escape_and_tab(notebook):
    page = notebook()
    cell(page, 4).locator("[data-source]").focus()
    page.keyboard.press("Enter")
    editor = cell(page, 4).locator(".cm-content")
    expect(editor).to_be_focused()
    assert "Escape" in editor.get_attribute("aria-description")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # indents
    page.keyboard.type("b = 1")
    expect(cell(page, 4).locator(".cm-line").nth(1)).to_have_text("    b = 1")
    page.keyboard.press("Escape")
    expect(cell(page, 4).locator("[data-editor]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(cell(page, 4).locator("[data-run]")).to_be_focused()


def test_an_edit_is_there_after_a_reload_highlighted_and_a_reset_can_be_undone(notebook):
    page = notebook()
    edit(page, cell(page, 4), "a = 'mine'")
    saved(page)
    page.reload()
    here = cell(page, 4)
    expect(here.locator("[data-editor]")).to_have_text("a = 'mine'")
    expect(here.locator("[data-editor] .s1")).to_have_text("'mine'")
    here.get_by_role("button", name="Reset to the original").click()
    expect(here.locator("[data-source]")).to_have_text("a = AdminClient(conf)")
    here.get_by_role("button", name="Undo the reset").click()
    expect(here.locator("[data-editor]")).to_have_text("a = 'mine'")


def test_an_untouched_cell_runs_what_the_notebook_holds_byte_for_byte(notebook):
    page = notebook()
    shown = page.locator("[data-source]").evaluate_all("all => all.map(each => each.textContent.replace(/\\n$/, ''))")
    assert shown == [each.source for each in original().cells if each.kind == "code"]
    here = cell(page, 26)
    here.locator("[data-source]").click()
    expect(here.locator(".cm-content")).to_be_focused()
    lines = here.locator(".cm-line").evaluate_all("all => all.map(each => each.textContent)")
    assert "\n".join(lines) == shown[25]
    expect(here.locator("[data-reset]")).to_be_hidden()  # opening it is no edit


@pytest.mark.parametrize(
    ("choice", "left"), [("What is on this page", "second"), ("What the other page saved", "first")]
)
def test_of_two_pages_neither_loses_what_it_has_without_being_asked(notebook, choice, left):
    page = notebook()
    other = page.context.new_page()
    other.goto(page.url)
    edit(page, cell(page, 2), "first")
    saved(page)
    edit(other, cell(other, 3), "second")
    expect(other.get_by_role("alert")).to_contain_text("Another page of yours")
    other.get_by_role("button", name=choice).click()
    expect(other.get_by_role("alert")).to_be_hidden()
    saved(other)
    page.reload()
    expect(page.locator(".edited [data-editor]")).to_have_text([left])
    other.close()


def test_names_of_the_client_are_completed(notebook):
    page = notebook()
    edit(page, cell(page, 5), "from confluent_kafka.admin import NewP")
    page.get_by_role("option", name="NewPartitions").click()
    expect(cell(page, 5).locator(".cm-content")).to_have_text("from confluent_kafka.admin import NewPartitions")


def test_what_cannot_be_saved_now_is_said_and_saved_later(notebook):
    page = notebook()
    page.route("**/save/", lambda route: route.fulfill(status=429))
    edit(page, cell(page, 4), "a = 1")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved yet")
    page.unroute("**/save/")
    saved(page)


def test_the_python_of_a_form_follows_it_until_somebody_edits_it(notebook):
    page = notebook("lessons/creating-topics/")
    code = page.locator('[data-cell="create-topic-1"]')
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Name", exact=True).first.fill("another")
    expect(code.locator("[data-source]")).to_contain_text('.another"')
    edit(page, code, "print('mine')")
    # Not a second time when the name is left: the click that goes to the code would miss it.
    assert len([url for url in asked if url.endswith("/code/")]) == 1
    page.get_by_label("Name", exact=True).first.fill("a-third")
    expect(code.locator("[data-behind]")).to_be_visible()
    expect(code.locator(".cm-content")).to_have_text("print('mine')")
    code.get_by_role("button", name="Reset to the original").click()
    expect(code.locator("[data-source]")).to_contain_text('.a-third"')
    expect(code.locator("[data-behind]")).to_be_hidden()


def test_a_browser_that_cannot_wait_inside_of_webassembly_gets_a_sentence_and_all_the_rest(notebook):
    page = notebook()
    page.add_init_script("delete WebAssembly.Suspending")
    page.reload()
    expect(page.get_by_text("This browser can’t run Python")).to_be_visible()
    expect(page.locator("[data-run]:visible")).to_have_count(0)
    edit(page, cell(page, 4), "a = 1")
    saved(page)


def test_axe_finds_nothing_in_cells_that_are_edited_and_have_printed_something(app: RunningApp, notebook):
    page = notebook()
    token = json.loads(page.locator("body").get_attribute("hx-headers"))["X-CSRFToken"]
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "1\n"},
        {"output_type": "stream", "name": "stderr", "text": "% delivered\n"},
        {"output_type": "error", "name": "ValueError", "message": "no", "traceback": "ValueError: no\n"},
    ]
    work = {"version": 0, "cells": {"cell-3": {"source": "b", "number": 3, "outputs": outputs}}}
    url = app.url + json.loads(page.locator("#cells-data").text_content())["save_url"]
    assert page.request.post(url, data=work, headers={"X-CSRFToken": token, "Referer": page.url}).ok
    page.reload()
    edit(page, cell(page, 4), "# a note\nfor n in range(3):\n    print('n', n)  ")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, (scheme, found.generate_report())
    for width in (390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


# --- with the interpreter ---


def test_a_cell_prints_both_streams_in_order_and_its_last_value_and_a_traceback_marks_its_line(notebook):
    page = notebook()
    output = run(page, 1, "import sys\nprint('out')\nsys.stderr.write('err\\n')\nprint('again')\n6 * 7")
    pieces = output.locator("pre > span:not(.gap)")
    expect(pieces).to_have_text(["out\n", "err\n", "again\n", "42\n"], use_inner_text=False)
    assert pieces.evaluate_all("all => all.map(each => each.className)") == ["stdout", "stderr", "stdout", "result"]
    expect(cell(page, 1).locator("[data-number]")).to_have_text("[1]")
    failed = run(page, 2, "a = 1\nb = a / 0\nprint('never')")
    expect(failed).to_contain_text("Traceback (most recent call last):")
    expect(failed).to_contain_text("ZeroDivisionError: division by zero")
    expect(cell(page, 2).locator(".failing")).to_have_text("b = a / 0")
    expect(page.locator("#announcer")).to_contain_text("ZeroDivisionError")
    saved(page)
    page.reload()
    expect(cell(page, 1).locator(".output pre > span.stderr")).to_have_text("err")
    expect(cell(page, 2).locator(".output .error").first).to_contain_text("Traceback")


def test_a_flood_leaves_the_page_usable_and_a_stop_ends_it_where_it_is(notebook):
    page = notebook()
    source = "n = 0\ntry:\n    while True:\n        print('line', n)\n        n += 1\nfinally:\n    print('closed')"
    edit(page, cell(page, 1), source)
    page.keyboard.press("ControlOrMeta+Enter")
    here = cell(page, 1)
    expect(here.locator(".gap")).to_contain_text("Lines left out here", timeout=START_MS)
    edit(page, cell(page, 2), "typed = 'meanwhile'")
    expect(cell(page, 2).locator(".cm-content")).to_have_text("typed = 'meanwhile'")
    assert here.locator(".output pre > *").count() < 600
    here.get_by_role("button", name="Stop").click()
    expect(here.locator(".output")).to_contain_text("KeyboardInterrupt")
    expect(here.locator(".output")).to_contain_text("line 0\n", use_inner_text=False)


def test_cells_run_in_turn_share_their_names_and_a_failure_ends_the_queue(notebook):
    page = notebook()
    edit(page, cell(page, 1), "import time\nvalue = 5\ntime.sleep(1)")
    edit(page, cell(page, 2), "print(value + 1)")
    edit(page, cell(page, 3), "raise ValueError('here')")
    page.get_by_role("button", name="Run all").click()
    expect(cell(page, 2).locator(".output")).to_have_text("6", timeout=START_MS)
    expect(cell(page, 3).locator(".output")).to_contain_text("ValueError: here")
    expect(page.locator(".cell.busy")).to_have_count(0)
    expect(cell(page, 4).locator("[data-number]")).to_have_text("[\u00a0]")
    page.get_by_role("button", name="Restart").click()
    expect(page.locator("[data-python]")).to_have_text("Python is ready", timeout=START_MS)
    cell(page, 2).get_by_role("button", name="Run").click()
    expect(cell(page, 2).locator(".output")).to_contain_text("NameError")


def test_what_a_lessons_cell_does_shows_in_the_cluster_beside_it(notebook):
    page = notebook("lessons/creating-topics/")
    code = page.locator('[data-cell="create-topic-1"]')
    code.get_by_role("button", name="Run").click()
    expect(code.locator(".output")).to_contain_text("created", timeout=START_MS)
    expect(page.locator("#part-topics")).to_contain_text("test3r")


def test_shift_enter_goes_from_cell_to_cell(notebook):
    page = notebook()
    cell(page, 1).locator("[data-source]").focus()
    for number in (2, 3):
        page.keyboard.press("Shift+Enter")
        expect(cell(page, number).locator("[data-source]")).to_be_focused()
    expect(cell(page, 2).locator("[data-number]")).to_have_text("[2]", timeout=START_MS)
