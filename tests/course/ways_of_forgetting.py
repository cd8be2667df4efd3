"""Ways to do the exercises of lessons 22 and 23 outside of the page: what a topic forgets, and what it keeps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from lessons.classroom.checks.attempts import check, evidence_of
from lessons.course.compaction_and_tombstones.newest_and_none import asked
from lessons.course.compaction_and_tombstones.states import REPORTS, topic_now
from lessons.course.compaction_and_tombstones.steps import SETTINGS
from lessons.course.retention import steps as pings
from lessons.course.retention.forget_a_rider import bike_asked
from lessons.course.retention.how_old import overdue
from lessons.course.retention.window import needed_asked
from tests.course.seat import BY_ID, Seat
from tests.course.ways import PROGRAM, TOOLS, create, create_by_tool, send, send_by_tool, send_with_keys, way

# --- lesson 19 ---

PINGS = list(zip(pings.KEYS, pings.PINGS, strict=True))
WITH_KEYS = ("--reader-property", "parse.key=true")


def last_asked(seat: Seat) -> int:
    return pings.last_ping(bike_asked(seat.seed("retention.forget-a-rider")))


@way("retention.forget-a-rider", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "positions")
    send_with_keys(seat, "positions", *PINGS)
    admin = AdminClient({"bootstrap.servers": seat.brokers})
    for future in admin.delete_records([TopicPartition(seat.full("positions"), 0, last_asked(seat))]).values():
        future.result()


@way("retention.forget-a-rider", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "positions")
    send_by_tool(seat, "positions", *(f"{key}\t{value}" for key, value in PINGS), more=WITH_KEYS)
    place = {"topic": seat.full("positions"), "partition": 0, "offset": last_asked(seat)}
    wanted = json.dumps({"version": 1, "partitions": [place]})
    seat.tool("kafka-delete-records", "--offset-json-file", "/dev/stdin", typed=wanted)


@way("retention.how-old", PROGRAM)
def _(seat: Seat) -> None:
    create(seat, "positions", config={"retention.ms": "5000"})
    seat.answer("retention.how-old", gone="as soon as it is 10 seconds old")
    while not overdue(evidence_of(seat.member)):
        send(seat, "positions", "here")
        time.sleep(pings.PACE_S)


@way("retention.how-old", TOOLS)
def _(seat: Seat) -> None:
    create_by_tool(seat, "positions", "retention.ms=20000")
    seat.answer("retention.how-old", gone="once every group has read it")
    while not overdue(evidence_of(seat.member)):
        send_by_tool(seat, "positions", "here")


@way("retention.window", PROGRAM)
def _(seat: Seat) -> None:
    needed_ms = needed_asked(seat.seed("retention.window")) * 1000
    create(seat, "positions", config={"retention.ms": str(needed_ms + 1000), "segment.ms": "2000"})
    send(seat, "positions", "here")


@way("retention.window", TOOLS)
def _(seat: Seat) -> None:
    needed_ms = needed_asked(seat.seed("retention.window")) * 1000
    create_by_tool(seat, "positions")
    send_by_tool(seat, "positions", "here")
    settings = f"retention.ms={needed_ms},segment.ms=3000"
    seat.tool("kafka-configs", "--alter", "--topic", seat.full("positions"), "--add-config", settings)


# --- lesson 20 ---

BRIEF = {name: str(value) for name, value in SETTINGS.items()}
AS_NULL = ("--reader-property", "null.marker=NULL")
GONE = "bike-23"


def create_compacted(seat: Seat, by: str, **more: str) -> None:
    settings = {**BRIEF, **{name.replace("_", "."): value for name, value in more.items()}}
    if by == PROGRAM:
        create(seat, "bike-state", config=settings)
    else:
        create_by_tool(seat, "bike-state", *(f"{name}={value}" for name, value in settings.items()))


def report(seat: Seat, by: str, *pairs: tuple[str, str | None]) -> None:
    if by == PROGRAM:
        send_with_keys(seat, "bike-state", *pairs)
    else:
        lines = (f"{bike}\t{'NULL' if state is None else state}" for bike, state in pairs)
        send_by_tool(seat, "bike-state", *lines, more=(*WITH_KEYS, *AS_NULL))


def report_until(seat: Seat, by: str, is_so: Callable[[Mapping[str, object]], object]) -> None:
    """Each report closes the segment of the one before."""
    while not is_so(topic_now(evidence_of(seat.member))):
        time.sleep(1.5)
        report(seat, by, ("bike-64", "free"))


def predict_and_clean(seat: Seat, by: str) -> None:
    create_compacted(seat, by)
    seat.answer("compaction-and-tombstones.what-is-left", left="one, the newest of all")
    report(seat, by, *REPORTS)
    report_until(seat, by, lambda now: now["behind_gaps"])


def report_newest_and_none(seat: Seat, by: str) -> None:
    bike, state, scrapped = asked(seat.seed("compaction-and-tombstones.newest-and-none"))
    create_compacted(seat, by)
    report(seat, by, *REPORTS, (scrapped, None), (bike, state))


def scrap_without_a_trace(seat: Seat, by: str) -> None:
    create_compacted(seat, by, delete_retention_ms="0")
    report(seat, by, *REPORTS, (GONE, None))
    check(seat.member, BY_ID["compaction-and-tombstones.without-a-trace"])  # a page that is open sees the tombstone
    report_until(seat, by, lambda now: GONE not in now["newest"])


for _by in (PROGRAM, TOOLS):
    way("compaction-and-tombstones.what-is-left", _by)(partial(predict_and_clean, by=_by))
    way("compaction-and-tombstones.newest-and-none", _by)(partial(report_newest_and_none, by=_by))
    way("compaction-and-tombstones.without-a-trace", _by)(partial(scrap_without_a_trace, by=_by))
