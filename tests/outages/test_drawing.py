"""Pages are drawn from what is known: a cluster that does not answer holds up none of them."""

from __future__ import annotations

import time
from functools import partial

import pytest

from lessons.classroom.messages.hands import lower, raise_hand
from lessons.course.loader import get_lesson
from tests.outages.trouble import BROKERS, aside, go_on, hang, kill_all, room_of, start_all
from tests.web.sockets.test_live_page import parts

CLUSTER_PAGES = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("trouble", ["killed", "hanging"])
async def test_twenty_cluster_pages_without_brokers_hold_up_nothing_in_the_instructors_room(
    trouble, classroom, own_cluster
):
    """Each asked for groups and waited for them 5 s, on one of two threads: the room was 50 s late."""
    alice, lesson = classroom.alice, get_lesson("creating-topics")
    break_it, mend_it = {
        "killed": (partial(kill_all, own_cluster), partial(start_all, own_cluster)),
        "hanging": (partial(hang, own_cluster, *BROKERS), partial(go_on, own_cluster)),
    }[trouble]
    async with room_of(alice) as room:
        pages = [room.open("live/cluster") for _ in range(CLUSTER_PAGES)]
        staff = room.open("live/room", user=classroom.ines.user)
        for page in pages:
            await page.until(lambda page=page: "no groups yet" in parts(page).get("part-groups", ""))
        await staff.until(lambda: "part-hands" in parts(staff))
        await aside(break_it)
        try:
            for page in pages:
                await page.until(lambda page=page: "No broker answers." in parts(page)["part-brokers"])
            waits = []
            for number in range(5):
                began = time.monotonic()
                await aside(raise_hand, alice, lesson, words=f"question {number}")
                await staff.until(lambda number=number: f"question {number}" in parts(staff)["part-hands"])
                waits.append(time.monotonic() - began)
                await aside(lower, alice)
        finally:
            await aside(mend_it)
        print(
            f"\n{CLUSTER_PAGES} cluster pages, brokers {trouble}: a hand is in the room after {max(waits):.2f} s at most"
        )
        for page in pages:
            await page.until(lambda page=page: 'data-state="up"' in parts(page)["part-brokers"])
