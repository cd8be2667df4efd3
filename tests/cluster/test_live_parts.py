"""What the hub is made of: the ring, the coalescer, where a page begins."""

from __future__ import annotations

import pytest

from lessons.cluster.errors import AppRefused
from lessons.cluster.live import Start
from lessons.cluster.live.coalescing import Coalescer
from lessons.cluster.live.ring import Entry, Ring


def entries(partition: int, start: int, stop: int) -> list[Entry]:
    return [Entry(partition, offset, f'{{"offset":{offset}}}') for offset in range(start, stop)]


class TestRing:
    def test_numbers_go_on_when_the_oldest_entries_are_dropped(self) -> None:
        ring = Ring(max_records=3)
        ring.open(0, 10)
        ring.append(entries(0, 10, 15))
        assert (ring.first, ring.end) == (2, 5)
        assert [entry.offset for entry in ring.since(0, 10)] == [12, 13, 14]
        assert [entry.offset for entry in ring.since(4, 10)] == [14]

    def test_it_says_from_which_offset_on_it_has_everything(self) -> None:
        ring = Ring(max_records=3)
        ring.open(0, 10)
        ring.open(1, 4)
        ring.append(entries(0, 10, 15))
        assert ring.missing({0: 12, 1: 4}) == {}
        assert ring.missing({0: 9, 1: 0}) == {0: (9, 12), 1: (0, 4)}

    def test_a_bound_of_characters_holds_too(self) -> None:
        ring = Ring(max_characters=100)
        ring.open(0, 0)
        ring.append([Entry(0, offset, "x" * 40) for offset in range(10)])
        assert [entry.offset for entry in ring.since(0, 10)] == [8, 9]

    def test_a_record_that_comes_twice_is_taken_once_and_told(self) -> None:
        ring = Ring()
        ring.open(0, 0)
        assert ring.append(entries(0, 0, 3))
        assert not ring.append(entries(0, 1, 5))
        assert [entry.offset for entry in ring.since(0, 10)] == [0, 1, 2, 3, 4]

    def test_beyond_positions_it_gives_what_the_reader_has_not_had_up_to_a_limit(self) -> None:
        ring = Ring()
        ring.open(0, 0)
        ring.open(1, 0)
        ring.append([*entries(0, 0, 3), *entries(1, 0, 3)])
        found, number = ring.beyond({0: 2, 1: 1}, 2)
        assert [(entry.partition, entry.offset) for entry in found] == [(0, 2), (1, 1)]
        assert number == 5
        assert ring.beyond({0: 3, 1: 3}, 2) == ([], 6)


class TestPace:
    def test_frames_leave_at_once_while_they_leave_faster_than_records_come(self) -> None:
        coalescer = Coalescer(frames_per_s=1000)
        for tick in range(50):
            assert coalescer.wait_s(tick * 0.04) == 0
            coalescer.spend(tick * 0.04, 20)

    def test_above_that_they_wait_for_company_and_never_longer_than_the_longest_wait(self) -> None:
        coalescer = Coalescer(frames_per_s=1000, longest_wait_s=0.1)
        coalescer.spend(5.0, 50)
        assert coalescer.wait_s(5.0) == pytest.approx(0.05)
        coalescer.spend(5.0, 100_000)
        assert coalescer.wait_s(5.0) == pytest.approx(0.1)


class TestStart:
    spans = {0: (2, 9), 1: (0, 0)}

    def test_beginning_now_and_one_offset_for_all(self) -> None:
        assert Start("beginning").positions(self.spans, topic_id="a") == {0: 2, 1: 0}
        assert Start("now").positions(self.spans, topic_id="a") == {0: 9, 1: 0}
        assert Start(5).positions(self.spans, topic_id="a") == {0: 5, 1: 0}

    def test_a_return_goes_on_where_it_was_and_takes_an_added_partition_from_its_beginning(self) -> None:
        assert Start({0: 7}, topic_id="a").positions(self.spans, topic_id="a") == {0: 7, 1: 0}

    def test_a_return_to_another_topic_of_the_same_name_begins_at_its_beginning(self) -> None:
        start = Start({0: 7}, topic_id="a")
        assert start.is_of_another_topic("b")
        assert start.positions(self.spans, topic_id="b") == {0: 2, 1: 0}

    @pytest.mark.parametrize(
        ("offsets", "code"),
        [({0: 10}, "OFFSET_OUT_OF_RANGE"), ({0: 1}, "OFFSET_OUT_OF_RANGE"), ({7: 0}, "NO_SUCH_PARTITION")],
    )
    def test_chosen_offsets_that_are_not_there_are_refused_in_words(self, offsets: dict[int, int], code: str) -> None:
        with pytest.raises(AppRefused) as refusal:
            Start(offsets).positions(self.spans, topic_id="a")
        assert refusal.value.code == code
