"""The diagram of the cluster, laid out by a real Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from lessons.cluster import topics
from lessons.cluster.namespace import Namespace
from tests.browser.conftest import RunningApp

LONG = "a-long-name-that-no-box-has-room-for-" + "x" * 23


@pytest.fixture
def own(seat: Page, app: RunningApp, kafka: str) -> Namespace:
    """A student's names on the cluster; the page is My cluster, and it is live."""
    seat.get_by_role("link", name="Lessons").first.click()
    class_slug = seat.url.rstrip("/").rsplit("/", 1)[-1]
    seat.goto(f"{app.url}/c/{class_slug}/cluster/")
    expect(seat.locator("[data-live-state]")).to_have_text("live")
    return Namespace(class_slug, (seat.locator(".seat code").first.text_content() or "").strip())


def are_inside(inner: str, outer: Locator) -> bool:
    """Up to half a pixel: positions are fractions of one. In one go, because the diagram may be drawn anew at any time."""
    return outer.evaluate_all(
        """(outers, inner) => outers.every((outer) => {
          const frame = outer.getBoundingClientRect();
          return [...outer.querySelectorAll(inner)].map((each) => each.getBoundingClientRect()).every(
            (box) => frame.left - 0.5 <= box.left && box.right <= frame.right + 0.5
              && frame.top - 0.5 <= box.top && box.bottom <= frame.bottom + 0.5);
        })""",
        inner,
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_a_first_topic_is_tinted_moves_nothing_and_has_its_whole_name_on_the_cut_one(
    seat: Page, own: Namespace, width: int
):
    seat.set_viewport_size({"width": width, "height": 900})
    diagram = seat.locator("#part-diagram")
    before = diagram.bounding_box()
    topics.create_topic(own, LONG, partitions=1, replicas=3)
    fresh = diagram.locator(".replica.fresh")
    expect(fresh).to_have_count(3)
    assert diagram.bounding_box() == before
    name = fresh.first.locator("b")
    assert name.evaluate("name => name.scrollWidth > name.clientWidth")
    for box in diagram.locator(".replica").all():  # its end comes a moment later
        expect(box).to_have_attribute("title", re.compile(f"^{LONG}, partition 0: (leader, end 0|follower)$"))
    brokers = diagram.locator(".broker")
    assert are_inside(".replica", brokers)
    names = diagram.locator(".broker-name b")
    names.evaluate_all("all => all.forEach((name) => { name.textContent = 'kafka2147483647' })")  # the greatest id
    assert are_inside(".broker-name b", brokers)
    assert names.first.evaluate("name => name.scrollWidth <= name.clientWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_what_does_not_fit_is_counted_and_brokers_stay_side_by_side(seat: Page, own: Namespace, width: int):
    seat.set_viewport_size({"width": width, "height": 900})
    topics.create_topic(own, "clicks", partitions=12, replicas=3)
    diagram = seat.locator("#part-diagram")
    expect(diagram.get_by_text("+ 4 more")).to_have_count(3)
    tops = diagram.locator(".broker").evaluate_all("all => all.map(each => Math.round(each.getBoundingClientRect().y))")
    assert len(tops) == 3
    assert len(set(tops)) == 1
    assert are_inside(".replica", diagram)


def test_a_screen_reader_hears_a_sentence_for_each_broker_and_no_boxes(seat: Page, own: Namespace):
    topics.create_topic(own, "test1p", partitions=1, replicas=3)
    diagram = seat.locator("#part-diagram")
    expect(diagram.locator(".replica")).to_have_count(3)
    heard = diagram.aria_snapshot()
    assert len(re.findall(r"kafka\d is up: leads .*test1p 0", heard)) == 3
    assert heard.count("listitem") == 3
