"""A student on the lesson about consuming, with a wire to the server that can be cut."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from lessons.cluster import records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message

CUT = 3001  # a browser closes by 1000 or 3000 to 4999 only; any other code would leave the server's side open


@dataclass
class Wire:
    """Between the page and the server; it can be cut."""

    routes: list[WebSocketRoute] = field(default_factory=list)
    is_cut: bool = False

    def connect(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close(code=CUT)
            return
        self.routes += [route.connect_to_server(), route]  # in the order in which they are cut

    def cut(self) -> None:
        self.is_cut = True
        for route in self.routes:
            route.close(code=CUT)
        self.routes.clear()


@dataclass(frozen=True)
class Seat:
    page: Page
    namespace: Namespace
    wire: Wire

    @property
    def watched(self) -> Locator:
        return self.page.locator("#watch")

    @property
    def consumer(self) -> Locator:
        return self.page.locator("section.consume")

    @property
    def member(self) -> Locator:
        """The first of the two that the form can start."""
        return self.consumer.locator("[data-consumer]").first

    def create(self, *, partitions: int = 1, replicas: int = 1) -> None:
        topics.create_topic(self.namespace, "test1p", partitions=partitions, replicas=replicas)

    def send(self, *messages: Message | str, partition: int | None = None) -> None:
        made = [each if isinstance(each, Message) else Message(value=each.encode()) for each in messages]
        assert all(d.error is None for d in records.produce(self.namespace, "test1p", made, partition=partition))

    def values(self, stream: Locator) -> list[str]:
        return stream.locator("[data-rows] td:nth-child(4)").all_text_contents()


def open_lesson(page: Page) -> Seat:
    """From the page after joining."""
    wire = Wire()
    page.route_web_socket(re.compile(r"/ws/.*/(watch|consume)/"), wire.connect)
    slug = page.locator(".seat code").first.text_content() or ""
    page.get_by_role("link", name="Lessons").first.click()
    class_slug = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.get_by_role("link", name="Consuming").first.click()
    expect(page.locator("#watch [data-status]")).not_to_be_empty()  # its script has run
    return Seat(page, Namespace(class_slug, slug.strip()), wire)
