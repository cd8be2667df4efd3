"""Where a viewer begins to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lessons.cluster.refusals import Refusal

Spans = Mapping[int, tuple[int, int]]  # partition: (earliest offset, end)
From = Literal["beginning", "now"] | int | Mapping[int, int]


@dataclass(frozen=True)
class Start:
    """`at` is "beginning", "now", one offset for every partition, or an offset for each partition.

    With a `topic_id` it is a return: those offsets are of that topic. They are worth nothing in a topic of the
    same name that was created since, and a partition without one has been added since: both begin at 0.
    """

    at: From = "beginning"
    topic_id: str | None = None

    def is_of_another_topic(self, topic_id: str | None) -> bool:
        return self.topic_id is not None and self.topic_id != topic_id

    def positions(self, spans: Spans, *, topic_id: str | None) -> dict[int, int]:
        """The offset to read next in each partition. Raises AppRefused for offsets that are not there."""
        if self.at == "beginning" or self.is_of_another_topic(topic_id):
            return {partition: earliest for partition, (earliest, _) in spans.items()}
        if self.at == "now":
            return {partition: end for partition, (_, end) in spans.items()}
        if isinstance(self.at, int):
            return {partition: min(max(self.at, low), end) for partition, (low, end) in spans.items()}
        if isinstance(self.at, str):
            raise ValueError(f"not a start: {self.at!r}")
        if self.topic_id is None:
            _refuse_offsets(self.at, spans)
        # Not bounded by the end: after a change of leaders it may lie lower for a moment than what was read.
        return {partition: max(self.at.get(partition, low), low) for partition, (low, _) in spans.items()}


def _refuse_offsets(offsets: Mapping[int, int], spans: Spans) -> None:
    for partition, offset in offsets.items():
        asked = f"Watch partition {partition} from offset {offset}"
        if partition not in spans:
            raise Refusal.NO_SUCH_PARTITION.error(asked=asked, partition=partition, last=len(spans) - 1)
        low, end = spans[partition]
        if not low <= offset <= end:
            raise Refusal.OFFSET_OUT_OF_RANGE.error(asked=asked, earliest=low, end=end)
