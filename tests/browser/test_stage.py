"""The stage in a real Chromium, before real brokers: what happened is drawn, and nothing else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from lessons.cluster import groups, offsets, records, topics
from lessons.cluster.namespace import Namespace
from lessons.cluster.records import Message
from lessons.course.acts.send_in_transaction import SendInTransaction
from tests.browser.consuming import Seat, open_lesson
from tests.waiting import wait_for

LONGER_THAN_A_MOMENT_MS = 60  # what comes within 50 ms is one state of the stage
MOST_CELLS = 60  # static/js/stage/model.js


@pytest.fixture
def at(seat: Page, kafka: str) -> Seat:
    return open_lesson(seat)


def lane(at: Seat, partition: int) -> Locator:
    return at.watched.locator("[data-partitions] > .lane").nth(partition)


def values(of: Locator) -> list[str]:
    """Of the cells in a lane or a reading, oldest first."""
    return of.locator(".cell:not(.next) bdi").all_text_contents()


def reading(at: Seat, index: int = 0) -> Locator:
    return at.watched.locator("[data-rows-read] > .reading").nth(index)


def start_consumer(at: Seat, *, group: str) -> None:
    with at.page.expect_response("**/code/**"):
        at.consumer.get_by_label("group.id").fill(group)
    at.consumer.get_by_role("button", name="Start").click()


def test_each_partition_is_a_lane_with_its_values_their_offsets_its_leader_and_its_end(at: Seat):
    expect(at.watched.locator("[data-none]")).to_have_text("There is no topic test1p yet.")
    at.create(partitions=2)
    at.send("a", "b", partition=0)
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["a", "b"])
    expect(lane(at, 0).locator(".cell i")).to_have_text(["0", "1", "2"])  # the last one is the place of the next record
    expect(lane(at, 0).locator(".lane-end")).to_have_text("end 2")
    leaders = {each.id: f"kafka{each.leader}" for each in topics.describe_topic(at.namespace, "test1p").partitions}
    for partition, leader in leaders.items():
        expect(lane(at, partition).locator(".copy.leader")).to_have_text(leader)
    expect(lane(at, 1).locator(".cell i")).to_have_text(["0"])
    expect(at.watched.locator("[data-none]")).to_be_hidden()
    expect(at.watched.locator("[data-says]")).to_have_text("New records: 2, up to partition 0 at 1.")


def test_copies_stand_behind_their_leader_and_each_is_in_sync(at: Seat):
    at.create(replicas=3)
    copies = lane(at, 0).locator(".copy")
    expect(copies).to_have_count(3)
    leader = topics.describe_topic(at.namespace, "test1p").partitions[0].leader
    expect(copies.first).to_have_text(f"kafka{leader}")
    expect(lane(at, 0).locator(".copy.leader")).to_have_count(1)
    expect(lane(at, 0).locator(".copy.behind")).to_have_count(0)


def test_keys_are_colours_wherever_the_records_lie(at: Seat):
    at.create(partitions=2)
    at.send(Message(key=b"bike-4", value=b"1"), Message(key=b"bike-9", value=b"2"), partition=0)
    at.send(Message(key=b"bike-4", value=b"3"), partition=1)
    expect(at.watched.locator(".lane .cell[title]:not(.next)")).to_have_count(3)

    def colours() -> dict[str, str]:
        """By the value, in one look: cells are drawn anew."""
        found = at.watched.locator(".lane .cell:not(.next)").evaluate_all(
            "all => all.map((cell) => [cell.querySelector('bdi')?.textContent, cell.className])"
        )
        return {value: re.search(r"\bc\d\b", names).group() for value, names in found}

    wait_for(lambda: colours().keys() == {"1", "2", "3"}, why=colours)
    by_value = colours()
    assert by_value["1"] == by_value["3"] != by_value["2"]


def test_what_is_sent_from_here_is_in_flight_until_its_report_has_come(at: Seat):
    at.create()
    at.page.get_by_role("link", name="Producing").first.click()
    expect(lane(at, 0)).to_be_visible()
    card = at.page.locator("section.act").first
    held: list[Route] = []
    at.page.route(re.compile(r"/acts/\d+/$"), lambda route: held.append(route))
    card.get_by_label("Values").fill("x\ny")
    card.get_by_role("button", name="Send").click()
    wait_for(lambda: at.page.title() and held)
    in_flight = at.watched.locator(".in-flight")
    expect(in_flight).to_have_text(["x", "y"])
    expect(at.watched.locator("[data-producer] small")).to_have_text("2 in flight, no report yet")
    assert values(lane(at, 0)) == []
    held[0].continue_()
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["x", "y"])
    expect(in_flight).to_have_count(0)
    expect(at.watched.locator("[data-producer] small")).to_have_text("reports: 2 delivered")


def test_a_record_of_this_page_travels_from_its_producer_and_one_of_another_program_does_not(at: Seat):
    at.create()
    at.page.get_by_role("link", name="Producing").first.click()
    expect(lane(at, 0)).to_be_visible()
    at.page.evaluate("""() => {
        window.travelled = [];
        const animate = Element.prototype.animate;
        Element.prototype.animate = function (...how) {
          window.travelled.push(this.querySelector("bdi").textContent);
          return animate.apply(this, how);
        };
    }""")
    at.send("elsewhere")
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["elsewhere"])
    card = at.page.locator("section.act").first
    card.get_by_label("Values").fill("here")
    card.get_by_role("button", name="Send").click()
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["elsewhere", "here"])
    wait_for(lambda: at.page.evaluate("window.travelled"))
    assert at.page.evaluate("window.travelled") == ["here"]


def test_what_a_consumer_was_given_stands_in_its_order_with_its_position_and_what_its_group_committed(at: Seat):
    at.create()
    at.send("1", "2", "3")
    start_consumer(at, group="readers")
    expect(reading(at).locator(".cell bdi")).to_have_text(["1", "2", "3"])
    expect(reading(at).locator(".lane-head")).to_have_text("readersreads partition 0")
    expect(lane(at, 0).locator(".flag").first).to_contain_text("position 3")
    expect(lane(at, 0).locator(".flag").first).to_contain_text("committed 3, lag 0")
    members = at.watched.locator("[data-groups] .client")
    expect(members).to_have_text(["your consumerpartition 0"])
    at.member.get_by_role("button", name="Stop").click()
    expect(reading(at).locator(".lane-end")).to_have_text("stopped")
    expect(at.watched.locator("[data-groups] .label")).to_have_text("group readers · Empty, no members")
    at.send("4", "5")
    expect(lane(at, 0).locator(".flag")).to_have_text("committed 3, lag 2")
    assert groups.describe_group(at.namespace, "readers").lags[0].lag == 2
    flag, fourth = lane(at, 0).locator(".flag").bounding_box(), lane(at, 0).locator(".cell").nth(3).bounding_box()
    assert flag
    assert fourth
    assert abs(flag["x"] - fourth["x"]) < 6  # it stands before the record that is next


def test_a_second_member_waits_and_gets_the_partition_when_the_first_one_is_killed(at: Seat):
    at.create()
    at.send("1", "2", "3")
    at.consumer.get_by_label("Stop after").fill("")
    start_consumer(at, group="readers")
    expect(reading(at).locator(".lane-head")).to_contain_text("reads partition 0")
    at.consumer.get_by_role("button", name="Start").click()
    members = at.watched.locator("[data-groups] .client")
    expect(members).to_have_count(2)
    told = {"your consumerpartition 0", "your member 2idle, no partition"}
    other = {"your consumeridle, no partition", "your member 2partition 0"}
    wait_for(lambda: set(members.all_text_contents()) in (told, other), every_s=0.2)
    owner, heir = (0, 1) if set(members.all_text_contents()) == told else (1, 0)
    lanes = at.consumer.locator("[data-consumer]")
    lanes.nth(owner).get_by_role("button", name="Kill").click()
    expect(lanes.nth(owner).locator("[data-status]")).to_contain_text("Killed.")
    expect(lanes.nth(heir).locator("[data-status]")).to_contain_text("partition 0 from offset")
    expect(members).to_have_count(1)


def test_two_readings_stand_below_each_other(at: Seat):
    at.create(partitions=2)
    at.send("a", "b", partition=0)
    at.send("c", partition=1)
    for count, group in enumerate(("orders", "again"), start=1):
        start_consumer(at, group=group)
        expect(at.watched.locator(".reading")).to_have_count(count)
        expect(reading(at).locator(".cell bdi")).to_have_count(3)
        expect(reading(at).locator(".lane-head b")).to_have_text(group)  # the newest one is first
        at.member.get_by_role("button", name="Stop").click()
        expect(reading(at).locator(".lane-end")).to_have_text("stopped")
    for index in (0, 1):
        seen = values(reading(at, index))
        assert sorted(seen) == ["a", "b", "c"]
        assert seen.index("a") < seen.index("b")
    expect(at.watched.locator(".way")).to_have_count(3)


def test_paused_it_stands_still_can_be_stepped_by_keyboard_and_goes_on_with_everything(at: Seat):
    at.create()
    at.send("1")
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["1"])
    at.page.wait_for_timeout(LONGER_THAN_A_MOMENT_MS)
    at.send("2")
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["1", "2"])
    pause, slider = at.watched.get_by_role("button", name="Pause"), at.watched.get_by_role("slider")
    pause.press("Enter")
    expect(pause).to_have_attribute("aria-pressed", "true")
    at.send("3")
    expect(at.page.locator("[data-key='test1p/0@3']")).to_have_count(1)  # the tables below are as live as ever
    assert values(lane(at, 0)) == ["1", "2"]
    slider.focus()
    for _ in range(20):
        if values(lane(at, 0)) == ["1"]:
            break
        at.page.keyboard.press("ArrowLeft")
        at.page.evaluate("() => new Promise(requestAnimationFrame)")  # it has been drawn
    assert values(lane(at, 0)) == ["1"]
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^at \d\d:\d\d:\d\d"))
    at.watched.get_by_role("button", name="One step forward").click()
    pause.press("Enter")
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["1", "2", "3"])
    expect(slider).to_have_attribute("aria-valuetext", "now")


def test_of_many_records_the_newest_are_drawn_and_the_others_counted(at: Seat):
    at.create()
    at.send(*map(str, range(500)))
    expect(lane(at, 0).locator(".lane-end")).to_have_text("end 500")
    cells = lane(at, 0).locator(".cell:not(.next)")
    expect(cells.last.locator("bdi")).to_have_text("499")
    drawn = cells.count()
    assert drawn <= MOST_CELLS
    expect(lane(at, 0).locator(".earlier")).to_have_text(f"+ {500 - drawn}")
    right_of = "(each) => each.getBoundingClientRect().right"
    next_cell = lane(at, 0).locator(".cell.next")
    wait_for(lambda: next_cell.evaluate(right_of) <= lane(at, 0).evaluate(right_of) + 0.5)


def test_a_new_topic_of_the_same_name_begins_at_0_and_the_old_records_are_gone(at: Seat):
    at.create()
    at.send("old", "old")
    expect(lane(at, 0).locator(".cell bdi")).to_have_count(2)
    topics.delete_topic(at.namespace, "test1p")
    expect(at.watched.locator("[data-none]")).to_be_visible()
    expect(at.watched.locator("[data-partitions]")).to_be_hidden()
    at.create()
    at.send("new")
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["new"])
    expect(lane(at, 0).locator(".cell i")).to_have_text(["0", "1"])


def test_the_same_is_said_in_words(at: Seat):
    at.create()
    at.send("a", "b")
    start_consumer(at, group="readers")
    expect(reading(at).locator(".cell bdi")).to_have_text(["a", "b"])
    at.watched.get_by_text("The same in words").press("Enter")
    leader = f"kafka{topics.describe_topic(at.namespace, 'test1p').partitions[0].leader}"
    row = at.watched.locator("[data-facts] tr").locator("th, td")
    expect(row).to_have_text(["0", leader, leader, "2", "a, b", "position 2 · committed 2, lag 0"])
    expect(at.watched.locator("[data-lines] li").first).to_have_text(
        "What your consumer in group readers was given (reads partition 0), oldest first: a, b"
    )
    expect(at.watched.locator(".picture")).to_have_attribute("aria-hidden", "true")


def test_with_reduced_motion_nothing_travels(at: Seat):
    at.page.emulate_media(reduced_motion="reduce")
    at.page.evaluate("() => { Element.prototype.animate = () => { throw new Error('it moved') } }")
    at.create()
    at.send("1")
    start_consumer(at, group="readers")
    expect(reading(at).locator(".cell bdi")).to_have_text(["1"])


def test_on_a_phone_it_is_a_sheet_whose_head_and_newest_sentence_stay_in_sight(at: Seat):
    at.page.set_viewport_size({"width": 390, "height": 800})
    at.create()
    at.send("1")
    says, picture = at.watched.locator("[data-says]"), at.watched.locator(".picture")
    expect(says).to_have_text("New records: 1, up to partition 0 at 0.")
    expect(says).to_be_in_viewport(ratio=1)
    expect(picture).to_be_hidden()
    at.page.mouse.wheel(0, 900)
    expect(says).to_be_in_viewport(ratio=1)
    button = at.watched.get_by_role("button", name="Show")
    button.click()
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["1"])
    expect(lane(at, 0)).to_be_in_viewport(ratio=1)
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    at.page.keyboard.press("Escape")
    expect(picture).to_be_hidden()
    expect(button).to_be_focused()


FREEZE = """async () => {
  const freeze = (value) => {
    if (value && typeof value === "object" && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze);
    return value;
  };
  const { emptyStage, fold } = await import("/static/js/stage/model.js");
  const value = (text) => ({ kind: "text", text });
  const record = (offset, partition = 0) => ({ partition, offset, key: { kind: "null" }, value: value(String(offset)) });
  const cluster = (topic_id, partitions, groups = []) => (
    { type: "cluster", facts: { topic: "t", topic_id, is_there: true, has_quorum: true, partitions, groups } });
  const one = (leader, end) => ({ id: 0, leader, copies: [{ broker: "kafka1", is_in_sync: true, is_up: true }], end });
  const states = [freeze(emptyStage("t"))];
  const after = (...events) => {
    for (const event of events) states.push(freeze(fold(states.at(-1), event)));
    return states.at(-1);
  };
"""


def folded(page: Page, script: str) -> object:
    """What the script returns; there `after(…events)` folds events into frozen states, one after the other."""
    return page.evaluate(FREEZE + script + "}")


def test_the_model_tells_what_was_there_from_what_has_just_come(seat: Page):
    cells = folded(
        seat,
        """
        const { partitions } = after(cluster("a", [one("kafka1", 2)]), { type: "watching", topic_id: "a", positions: { 0: 0 } },
          { type: "records", records: [record(0), record(1), record(2)] });
        return partitions[0].cells.map(({ isOld }) => isOld);
    """,
    )
    assert cells == [True, True, False]


def test_the_model_keeps_sixty_cells_and_counts_the_others_and_never_changes_an_old_state(seat: Page):
    kept = folded(
        seat,
        """
        const many = Array.from({ length: 150 }, (_, offset) => record(offset));
        after({ type: "records", records: many.slice(0, 100) }, { type: "records", records: many.slice(100) });
        return states.map(({ partitions: [partition] }) => partition && [partition.cells.length, partition.earlier, partition.end]);
    """,
    )
    assert kept == [None, [60, 40, 100], [60, 90, 150]]


def test_the_model_forgets_the_records_of_a_topic_that_was_created_anew(seat: Page):
    found = folded(
        seat,
        """
        const { partitions, says } = after(cluster("a", [one("kafka1", 0)]), { type: "records", records: [record(0)] },
          cluster("b", [one("kafka2", 0)]));
        return [partitions.map(({ cells, end, leader }) => [cells.length, end, leader]), says.name];
    """,
    )
    assert found == [[[0, 0, "kafka2"]], "stage-replaced"]


def test_of_several_groups_those_are_drawn_in_which_something_has_happened_last(seat: Page):
    shown = folded(
        seat,
        """
        const { groupsShown } = await import("/static/js/stage/flags.js");
        const group = (id, committed) => ({ id, state: "Empty", protocol: "classic", members: [], lags: [{ partition: 0, committed, end: 9, lag: 9 - committed }] });
        const groups = (...places) => cluster("a", [one("kafka1", 9)], ["a", "b", "c", "d"].map((id, index) => group(id, places[index])));
        const ids = (state) => groupsShown(state).map(({ id }) => id);
        return [ids(after(groups(1, 1, 1, 1))), ids(after(groups(1, 1, 2, 1), groups(1, 1, 2, 2))), ids(after(groups(3, 1, 2, 2)))];
    """,
    )
    assert shown == [["a", "b"], ["d", "c"], ["a", "d"]]


def test_the_model_says_who_leads_now_and_that_nobody_does(seat: Page):
    said = folded(
        seat,
        """
        return [cluster("a", [one("kafka1", 0)]), cluster("a", [one("kafka2", 0)]), cluster("a", [one(null, 0)])]
          .map((event) => after(event).says);
    """,
    )
    assert [each and each["name"] for each in said] == [None, "stage-leads", "stage-leaderless"]


def test_the_model_numbers_members_as_they_come_and_keeps_their_numbers(seat: Page):
    numbers = folded(
        seat,
        """
        const group = (...ids) => [{ id: "g", state: "Stable", protocol: "classic", lags: [], members: ids.map((id) => ({ id, client: "", partitions: [] })) }];
        return [group("x"), group("a", "x"), group("a"), group("a", "b")]
          .map((groups) => after(cluster("a", [], groups)).groups[0].members.map(({ id, number }) => `${id}${number}`));
    """,
    )
    assert numbers == [["x1"], ["x1", "a2"], ["a2"], ["a2", "b3"]]


def test_a_minute_of_moments_is_kept_and_the_state_of_a_minute_ago_is_the_oldest(seat: Page):
    kept = seat.evaluate("""async () => {
        const { Moments } = await import("/static/js/stage/moments.js");
        const moments = new Moments();
        for (let at = 0; at <= 100_000; at += 10_000) moments.keep(`at ${at}`, at);
        moments.keep("soon after", 100_010);
        const frozen = moments.frozen();
        moments.keep("later", 100_020);
        return frozen.map(({ state }) => state);
    }""")
    assert kept[0] == "at 40000"
    assert kept[-1] == "soon after"
    assert len(kept) == 7


def test_what_became_done_is_said_in_the_card_that_was_used_with_what_is_next(seat: Page, kafka: str):
    seat.get_by_role("link", name="Lessons").first.click()
    go_on = seat.locator(".go-on")
    expect(go_on).to_contain_text("Start")
    class_slug = seat.url.rstrip("/").rsplit("/", 1)[-1]
    own = Namespace(class_slug, (seat.locator(".seat code").first.text_content() or "").strip())
    topics.create_topic(own, "test2die", partitions=1, replicas=1)
    seat.get_by_role("link", name="Creating topics").first.click()
    card = seat.locator("section.act").first
    expect(seat.locator("[data-live-state]")).to_have_text("live")
    card.get_by_label("Names").fill("test1p\ntest2p")
    card.get_by_role("button", name="Create topics").click()
    note = card.locator(".done-here")
    expect(note).to_contain_text("Three topics: done.")
    expect(note.get_by_role("link")).to_have_attribute("href", re.compile("^#"))
    expect(seat.locator("#part-turn")).to_have_attribute("data-state", "open")
    expect(seat.locator(".act .primary.removes")).to_have_text("Delete topic")
    seat.get_by_role("link", name="Lessons").first.click()
    expect(go_on).to_contain_text("Continue")


def at_lesson(seat: Page, title: str, topic: str, **config: str) -> Seat:
    """A lesson whose stage shows from where to where its topic can be read; the topic is there."""
    at = open_lesson(seat)
    topics.create_topic(at.namespace, topic, partitions=1, replicas=1, config=config)
    at.page.get_by_role("link", name=title).first.click()
    expect(lane(at, 0)).to_be_visible()
    return at


def book(at: Seat, *values: str, ending: str) -> None:
    act = SendInTransaction(topic="bookings", values="\n".join(values), ending=ending, transactional_id="booking")
    act.run(at.namespace)


def test_offsets_without_a_record_are_a_gap_and_an_open_transaction_holds_up_whoever_reads(seat: Page, kafka: str):
    at = at_lesson(seat, "Transactions", "bookings")
    book(at, "a", "b", ending="commit")
    book(at, "c", "d", ending="abort")
    book(at, "e", ending="commit")
    cells = lane(at, 0).locator(".cell bdi")
    expect(cells).to_have_text(["a", "b", "×4", "e"])  # a mark, two records that were aborted, and their mark
    expect(lane(at, 0).locator(".flag.stable")).to_have_count(0)
    book(at, "f", ending="leave open")
    stable = lane(at, 0).locator(".flag.stable")
    expect(stable).to_have_text("last stable offset 8")
    expect(cells).to_have_text(["a", "b", "×4", "e"])
    at.watched.locator("[data-in-words] summary").click()
    expect(at.watched.locator("[data-facts] td").nth(3)).to_have_text("a, b, 4 without a record, e")
    book(at, "g", ending="commit")  # the same transactional.id: what was left open is aborted
    expect(stable).to_have_count(0)
    expect(cells).to_have_text(["a", "b", "×4", "e", "×3", "g"])


def test_deleted_records_are_crossed_out_where_they_were(seat: Page, kafka: str):
    at = at_lesson(seat, "Retention", "positions")
    messages = [Message(value=value) for value in (b"1", b"2", b"3")]
    assert all(each.error is None for each in records.produce(at.namespace, "positions", messages))
    expect(lane(at, 0).locator(".cell bdi")).to_have_text(["1", "2", "3"])
    expect(lane(at, 0).locator(".cell.gone")).to_have_count(0)
    for before in (1, 2):
        offsets.delete_records(at.namespace, "positions", 0, before=before)
        expect(lane(at, 0).locator(".cell.gone bdi")).to_have_text(["1", "2"][:before])
    expect(at.watched.locator("[data-says]")).to_have_text(
        "Partition 0 begins at offset 2 now: what was before it is deleted."
    )
