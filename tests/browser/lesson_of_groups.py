"""The lessons about places of groups, by clicking alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.playing import card, cards, check_now, exercise, fill, predict, press

BIKES, TRIPS = 6, 9


def consumer(page: Page, group: str) -> Locator:
    """The consumer whose form is filled in with this group."""
    return next(
        each for each in page.locator("section.consume").all() if each.get_by_label("group.id").input_value() == group
    )


def read(of: Locator, *, count: int) -> None:
    """Starts it, and waits until it has stopped after so many records."""
    of.get_by_label("Stop after").fill(str(count))
    of.get_by_role("button", name="Start").click()
    expect(of.locator("[data-status]")).to_contain_text("Stopped. The group has committed")
    expect(of.locator("[data-rows] tr")).to_have_count(count)


def start(of: Locator) -> None:
    """Starts it, and waits until it has its partition."""
    of.get_by_role("button", name="Start").click()
    expect(of.locator("[data-status]")).to_contain_text("A member of group")


def stop(of: Locator, *, committed: int | None) -> None:
    of.get_by_role("button", name="Stop").click()
    words = "Nothing is committed" if committed is None else f"partition 0 at {committed}"
    expect(of.locator("[data-status]")).to_contain_text(words)


def two_groups_at_two_places(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    press(card(page, "Send records"), "Send")
    billing, repair, live_map = (consumer(page, group) for group in ("billing", "repair", "map"))
    read(billing, count=4)
    read(repair, count=BIKES)
    read(billing, count=2)  # and at the end
    answer_for_more_groups(exercise(page, "Both at the end"))
    start(live_map)
    stop(live_map, committed=None)
    missed = exercise(page, "While the map was away")
    predict(missed, "all three")
    three, one = page.locator("section.act").filter(has=page.get_by_role("heading", name="Send records")).all()[1:]
    press(three, "Send")
    expect(missed).to_contain_text("Start the map again")
    start(live_map)
    press(one, "Send")
    expect(live_map.locator("[data-rows] tr")).to_have_count(1)  # and none of the three
    stop(live_map, committed=BIKES + 4)
    expect(missed).to_contain_text("It is given none of them")
    say_where_each_goes_on(exercise(page, "Where does each go on?"), billing, end=BIKES + 4)


def answer_for_more_groups(both: Locator) -> None:
    found = re.search(r"holds (\d+) records. (\d+) groups", both.inner_text())
    records, groups = map(int, found.groups() if found else ())
    check_now(both, {"Records handed over in all": str(records * groups), "holds afterwards": str(records)})
    expect(both).to_have_attribute("data-state", "done")


def say_where_each_goes_on(where: Locator, billing: Locator, *, end: int) -> None:
    """Billing has read six: a new group reads until the lag is the one that is asked for."""
    found = re.search(r"lag of (\d)", where.inner_text())
    place = end - int(found[1] if found else 0)
    billing.get_by_label("group.id").fill("billing-too")
    read(billing, count=place)
    fields = {"The group with that lag": place, "A new group with earliest": 0, "A new group with latest": end}
    check_now(where, {label: str(offset) for label, offset in fields.items()})


def share_the_work(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    press(card(page, "Send records"), "Send")
    group, taken = page.locator("section.consume"), exercise(page, "The first one's loss")
    members, start_one = group.locator("[data-consumer]"), group.get_by_role("button", name="Start a member")
    first = members.nth(0)
    start_one.click()
    expect(first.locator("[data-status]")).to_contain_text(re.compile("partition 0 .*, partition 1 .*, partition 2 "))
    expect(members.nth(1)).to_be_hidden()
    predict(taken, "all three")
    start_one.click()
    expect(first.locator("[data-notices]")).to_contain_text("Revoked: partition 0, 1, 2.")
    expect(taken).to_contain_text("And so it is.")
    for number in (3, 4):
        start_one.click()
        expect(members.nth(number - 1).locator("[data-status]")).to_contain_text("A member of group")
    expect(start_one).to_have_attribute("aria-disabled", "true")
    expect(members.locator("[data-status]").filter(has_text="invoices: no partition")).to_have_count(1)
    expect(page.locator("[data-groups] .client.idle")).to_have_count(1)
    reckon_with_more(exercise(page, "One too many"))
    for member, press_it, said in zip(
        members.all(), ("Kill", "Stop", "Stop", "Stop"), ("Killed.", *["Stopped."] * 3), strict=True
    ):
        member.get_by_role("button", name=press_it).click()
        expect(member.locator("[data-status]")).to_contain_text(said)
    for each, lost in zip(cards(page, "Run a group").all(), (3, 1, 1), strict=True):
        words = press(each, "Run it")
        assert len(re.findall(r"\d", re.findall("member 1 loses partition (.*)", words)[0])) == lost
    costs = exercise(page, "What a newcomer costs")
    partitions = int(re.findall(r"all (\d+) partitions", costs.inner_text())[0])
    check_now(costs, {"for a moment, by range": str(partitions), "for a moment, by consumer": str(partitions // 2)})


def reckon_with_more(one_too_many: Locator) -> None:
    [(members, partitions)] = re.findall(r"(\d+) members read a topic of (\d+)", one_too_many.inner_text())
    [many] = re.findall(r"(\d+) members read the same", one_too_many.inner_text())
    busiest, idle = -(-int(partitions) // int(members)), int(many) - int(partitions)
    check_now(one_too_many, {"The busiest has": str(busiest), "Idle members": str(idle)})
    expect(one_too_many).to_have_attribute("data-state", "done")


def crash_and_go_on(page: Page) -> None:
    press(card(page, "Create topics"), "Create topics")
    press(card(page, "Send records"), "Send")
    after, again, before, on = cards(page, "Run a worker").all()
    press(after, "Run it")
    which = exercise(page, "The next worker")
    predict(which, "ride 4, for the second time")
    assert "handled [0] @ 3: ride 4" in press(again, "Run it")
    expect(which).to_contain_text("And so it was.")
    press(before, "Run it")
    assert "ride 6" not in press(on, "Run it")
    hit_rides(
        "twice",
        exercise(page, "Charged twice"),
        after,
        again,
        batch=lambda first, last: first - 1,
        crash_after=lambda first, last: last,
    )
    hit_rides(
        "never",
        exercise(page, "Charged by nobody"),
        before,
        on,
        batch=lambda first, last: last,
        crash_after=lambda first, last: first - 1,
    )


def hit_rides(
    group: str,
    of: Locator,
    crashes: Locator,
    goes_on: Locator,
    *,
    batch: Callable[[int, int], int],
    crash_after: Callable[[int, int], int],
) -> None:
    """A worker of this new group commits so many at once, and crashes after so many; then one does the rest. Both exercises
    may ask for the same rides."""
    numbers = [int(number) for number in re.findall(r"\d+", of.locator(".todo").inner_text().rpartition("Yours:")[2])]
    asked = numbers[0], numbers[-1]
    fill(
        crashes, {"group.id": group, "Commit after every": str(batch(*asked)), "Crash after": str(crash_after(*asked))}
    )
    press(crashes, "Run it")
    fill(goes_on, {"group.id": group})
    press(goes_on, "Run it")
    expect(of).to_have_attribute("data-state", "done")


def replay_from_a_moment(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    press(card(page, "Send records"), "Send")
    billing, again = page.locator("section.consume").all()
    read(billing, count=6)
    read(billing, count=TRIPS - 6)
    runs, set_offset = exercise(page, "While it runs"), card(page, "Set a group's offset")
    predict(runs, "it jumps there at once")
    billing.get_by_label("Stop after").fill("")
    start(billing)
    set_offset.get_by_role("button", name="Set offset").click()
    expect(set_offset.locator(".answer.no")).to_contain_text("stop its members first")
    expect(runs).to_contain_text("Kafka refuses that.")
    billing.get_by_role("button", name="Stop").click()
    expect(billing.locator("[data-status]")).to_contain_text("Stopped.")
    assert "goes on at offset 0" in press(set_offset, "Set offset")
    read(again, count=TRIPS)
    place = go_back_to_the_moment(exercise(page, "Back to a moment"), set_offset)
    read(again, count=TRIPS - place)
    typed = {"Trips that the group is given again": TRIPS - place, "The offset of the next new trip": TRIPS}
    check_now(exercise(page, "And forward again"), {label: str(number) for label, number in typed.items()})


def go_back_to_the_moment(back: Locator, set_offset: Locator) -> int:
    """The offset at which the group is then."""
    check_now(back)
    task = back.locator(".todo")
    expect(task).to_contain_text("Z.")
    moment = re.search(r"since (\S+Z)\.", task.inner_text())
    set_offset.get_by_label("Or where to").fill(moment[1] if moment else "")
    press(set_offset, "Set offset")
    expect(back).to_have_attribute("data-state", "done")
    offset = re.search(r"back at (\d)", back.inner_text())
    return int(offset[1] if offset else 0)


def take_jobs_from_a_queue(page: Page) -> None:
    press(card(page, "Create a topic"), "Create topic")
    press(card(page, "Send records"), "Send")
    share_group = card(page, "Run a share group")
    who = exercise(page, "Three mechanics, one partition")
    predict(who, "one of them; two wait")
    words = press(share_group, "Run it")
    assert {*re.findall(r"member (\d) \[0\]", words)} == {"1", "2", "3"}
    assert "delivery 5: job 4 released, and given up by Kafka" in words
    expect(who).to_contain_text("All three of them can")
    assert "nothing left to do" in press(share_group, "Run it")
    given_up = exercise(page, "A job that nobody can do")
    job = given_up.locator(".todo strong").inner_text()
    fill(share_group, {"group.id": "mechanics", "Value that fails": job})
    lines = re.findall(r"member \d \[0\] @ (\d+), delivery (\d): (job \d+) (\w+)", press(share_group, "Run it"))
    expect(given_up).to_have_attribute("data-state", "done")
    overtaken = exercise(page, "Overtaken")
    [(many, failing)] = re.findall(r"Elsewhere (\d+) jobs wait, and (\d+) of them", overtaken.inner_text())
    numbers = {"that were over before": overtaken_by(job, lines), "Deliveries in all": int(many) + 4 * int(failing)}
    check_now(overtaken, {label: str(number) for label, number in numbers.items()})


def overtaken_by(job: str, lines: list[tuple[str, str, str, str]]) -> int:
    """How many jobs with a larger offset are in the lines above the last one of this job."""
    last = max(turn for turn, line in enumerate(lines) if line[2] == job)
    place = int(lines[last][0])
    return len([line for line in lines[:last] if int(line[0]) > place])
