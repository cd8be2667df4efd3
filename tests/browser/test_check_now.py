"""*Check now*, while its answer and what the page's socket tells cross each other."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import APIResponse, Page, Route, WebSocketRoute, expect

from tests.browser.test_pages import room_of
from tests.waiting import wait_for

QUESTION = "Id of the broker at"


class HeldCheck:
    """An exercise whose POSTs wait until a test lets them through; what the page's socket was sent is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.exercise = page.locator("#exercise-kafka-and-its-cluster-entry-points")
        self.brokers = self.exercise.get_by_label("Brokers in the cluster")
        self.button = self.exercise.get_by_role("button", name="Check now")
        self.found = self.exercise.locator(".found")
        self._frames: list[str] = []
        self._posts: list[Route] = []
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/live/"), self._between)
        page.route("**/check/**", lambda post: self._posts.append(post))  # a built-in method it does not take

    def _between(self, socket: WebSocketRoute) -> None:
        def pass_on(frame: str) -> None:
            self._frames.append(frame)
            socket.send(frame)

        self._sockets.append(socket)
        socket.connect_to_server().on_message(pass_on)

    def frame_with(self, words: str) -> str:
        """The first one, once it has come."""
        wait_for(lambda: self.page.title() and any(words in frame for frame in self._frames))
        return next(frame for frame in self._frames if words in frame)

    def press(self) -> Route:
        """By keyboard. The POST comes back, and waits."""
        self.button.focus()
        self.page.keyboard.press("Enter")
        wait_for(lambda: self.page.title() and self._posts)
        return self._posts.pop()

    def press_and_let_the_socket_be_faster(self, typed: str) -> tuple[Route, APIResponse]:
        """The POST that waits with its answer, of which the page was sent a part meanwhile."""
        self.brokers.fill(typed)
        self.exercise.get_by_label("Id of the broker").fill("2")
        post = self.press()
        answer = post.fetch()
        self.frame_with(f"{typed} was typed")
        return post, answer

    def tell(self, frame: str) -> None:
        """As the server would, and returns when the page has taken it."""
        self._sockets[0].send(frame)
        last = {"type": "parts", "parts": {"part-progress": "<p id='part-progress'>later</p>"}}
        self._sockets[0].send(json.dumps(last))
        expect(self.page.get_by_text("later", exact=True)).to_be_attached()


@pytest.fixture
def held(seat: Page) -> HeldCheck:
    held = HeldCheck(seat)
    seat.goto(room_of(seat) + "lessons/kafka-and-its-cluster/")
    held.frame_with(QUESTION)
    return held


def test_the_answer_wins_over_what_the_page_was_sent_meanwhile_and_over_an_older_part_that_comes_later(held: HeldCheck):
    older = held.frame_with(QUESTION)
    post, answer = held.press_and_let_the_socket_be_faster("77")
    expect(held.exercise).not_to_contain_text("77 was typed")
    post.fulfill(response=answer)
    expect(held.found).to_contain_text("Not yet.")
    held.tell(older)
    expect(held.found).to_contain_text("77 was typed")


def test_the_focus_stays_on_the_button_an_open_hint_stays_open_and_the_verdict_is_announced(held: HeldCheck):
    hint = held.exercise.get_by_text("Hint")
    hint.click()
    post, answer = held.press_and_let_the_socket_be_faster("77")
    expect(held.button).to_be_focused()
    post.fulfill(response=answer)
    expect(held.found).to_contain_text("Not yet.")
    expect(held.button).to_be_focused()
    expect(held.page.locator("#announcer")).to_contain_text("Not yet.")
    expect(hint.locator("..")).to_have_attribute("open", "")


def test_after_a_form_that_was_refused_the_focus_is_on_the_field_with_the_error(held: HeldCheck):
    held.brokers.fill("")
    held.press().continue_()
    expect(held.brokers).to_be_focused()
    expect(held.exercise.locator(".field-error").first).to_be_visible()
