"""Two web sites on PostgreSQL and one cluster, behind nginx: under a path, with TLS, whatever request goes to whichever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import WINDOW, join_by
from tests.browser.playing import card, fill, press
from tests.environment import environment
from tests.running_nginx import has_nginx, running_nginx
from tests.running_postgresql import NoPostgreSQL, find_programs, running_postgresql
from tests.running_serve import Site, serve
from tests.waiting import PATIENCE_S

PATH = "/teaching/kafka/"
KEY = "the same for both web sites, and longer than anybody would type it in by hand"


@pytest.fixture
def sites(bootstrap_servers: str, tmp_path: Path) -> Iterator[list[Site]]:
    """Two that start at the same moment, on an empty database."""
    try:
        find_programs()
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))
    if not has_nginx():
        pytest.skip("There is no nginx here: `apt-get install nginx-light`.")
    with ExitStack() as ends:
        variables = environment(
            DATABASE_URL=ends.enter_context(running_postgresql()), KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers,
            KAFKACLASS_SECRET_KEY=KEY, KAFKACLASS_PATH=PATH, KAFKACLASS_TLS="1", KAFKACLASS_HOSTS="127.0.0.1",
        )  # fmt: skip
        found = [serve(tmp_path / name, variables, "--web-processes", "1") for name in ("one", "two")]
        for site in found:
            ends.callback(site.stop)
        yield found


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Of two people."""
    two = [browser.new_context(**WINDOW, ignore_https_errors=True) for _ in range(2)]
    for context in two:
        context.set_default_timeout(PATIENCE_S * 1000)
    yield two
    for context in two:
        context.close()


def at_the_proxy(link: str, outside: str) -> str:
    return urlsplit(link)._replace(scheme="https", netloc=urlsplit(outside).netloc).geturl()


def watch_the_class(page: Page, outside: str, site: Site) -> str:
    """The instructor, by a first link. Returns the link that the room has for students."""
    page.goto(at_the_proxy(site.invite("instructor", "Ines"), outside))
    page.get_by_role("button", name="Sign in as").click()
    page.get_by_role("link", name="The class").click()
    expect(page.locator("[data-status]")).to_contain_text("Live")
    return at_the_proxy(page.locator("#join-link").inner_text(), outside)  # it has no port, as a name would have none


def line_of(page: Page, words: str) -> Locator:
    """The first line of the feed with these words."""
    return page.get_by_role("log").get_by_role("listitem").filter(has_text=words).first


def open_lesson(page: Page, url: str, lesson: str) -> None:
    page.goto(f"{url}c/kafka/lessons/{lesson}/")
    expect(page.locator("[data-live-state]")).to_have_text("live")


def create_topics(page: Page, *names: str) -> None:
    create = card(page, "Create a topic")
    for name in names:
        fill(create, {"Name": name, "Partitions": "1", "Replication factor": "1"})
        assert name in press(create, "Create topic")


def send_record(page: Page, value: str) -> None:
    send = card(page, "Send records")
    fill(send, {"Topic": "test1p", "Values": value})
    assert "1 of 1 record delivered" in press(send, "Send")


@pytest.mark.long
def test_a_class_is_played_and_goes_on_when_one_of_the_sites_is_killed(
    sites: list[Site], contexts: list[BrowserContext]
) -> None:
    addresses = [urlsplit(site.url).netloc for site in sites]
    with running_nginx(addresses, PATH) as outside, running_nginx(addresses, PATH, keeps_path=False) as taken_off:
        alice, ines = (context.new_page() for context in contexts)
        join_url = watch_the_class(ines, outside, sites[1])
        join_by(alice, join_url, name="Alice")
        assert urlsplit(alice.url).path.startswith(PATH)
        records = alice.locator("[data-rows]").first

        open_lesson(alice, outside, "creating-topics")
        create_topics(alice, "test1p", "test2p", "test2die")  # one goes to the one site, the next to the other
        expect(alice.locator(".exercise.done").first).to_be_visible()
        expect(line_of(ines, "test2die")).to_be_visible()

        open_lesson(alice, outside, "producing")
        send_record(alice, "before")
        expect(records).to_contain_text("before")
        sites[0].kill()
        expect(alice.locator("[data-live-state]")).to_have_text("live")
        send_record(alice, "after it was killed")
        expect(records).to_contain_text("after it was killed")
        expect(ines.locator("[data-status]")).to_contain_text("Live")
        expect(line_of(ines, "1 record to test1p")).to_be_visible()

        open_lesson(alice, taken_off, "producing")
        expect(records).to_contain_text("after it was killed")
