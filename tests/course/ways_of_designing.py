"""Ways to do the exercises of lesson 22 outside of the page."""

from __future__ import annotations

from functools import partial

from confluent_kafka.admin import AdminClient, NewTopic

from lessons.course.design_it.brief import DAY_MS, brief_of
from lessons.course.design_it.disk import COPIES, one_copy_gb
from lessons.course.design_it.station_list import closed_asked
from tests.course.seat import Seat
from tests.course.ways import PROGRAM, TOOLS, send_by_tool, send_with_keys, way

DISK, EVENTS, STATIONS = "design-it.disk", "design-it.ride-events", "design-it.station-list"


def create(seat: Seat, by: str, name: str, *, partitions: int, **settings: object) -> None:
    """With three copies; `settings` with _ for the dots."""
    config = {setting.replace("_", "."): str(value) for setting, value in settings.items()}
    if by == PROGRAM:
        admin = AdminClient({"bootstrap.servers": seat.brokers})
        for future in admin.create_topics([NewTopic(seat.full(name), partitions, 3, config=config)]).values():
            future.result()
    else:
        numbers = ("--partitions", str(partitions), "--replication-factor", "3")
        shown = (word for setting, value in config.items() for word in ("--config", f"{setting}={value}"))
        seat.tool("kafka-topics", "--create", "--topic", seat.full(name), *numbers, *shown)


def send(seat: Seat, by: str, name: str, *pairs: tuple[str, str | None]) -> None:
    if by == PROGRAM:
        send_with_keys(seat, name, *pairs)
    else:
        lines = (f"{key}\t{'NULL' if value is None else value}" for key, value in pairs)
        reads = ("--reader-property", "parse.key=true", "--reader-property", "null.marker=NULL")
        send_by_tool(seat, name, *lines, more=reads)


def work_it_out(seat: Seat) -> None:
    seat.answer(DISK, gb=round(COPIES * one_copy_gb(seat.seed(DISK))))


def design_events(seat: Seat, by: str) -> None:
    brief = brief_of(seat.seed(EVENTS))
    kept = {"retention_ms": (brief.days + 8) * DAY_MS, "segment_ms": DAY_MS}
    create(seat, by, "ride-events", partitions=12, min_insync_replicas=2, **kept)
    send(seat, by, "ride-events", ("bike-17", "unlock"), ("bike-17", "return"), ("bike-4", "unlock"))


def list_stations(seat: Seat, by: str) -> None:
    create(seat, by, "station-list", partitions=3, min_insync_replicas=2, cleanup_policy="compact")
    closed = closed_asked(seat.seed(STATIONS))
    send(seat, by, "station-list", ("a", "by the river"), (closed, "here"), ("b", "market square"), (closed, None))


for _by in (PROGRAM, TOOLS):
    way(DISK, _by)(work_it_out)
    way(EVENTS, _by)(partial(design_events, by=_by))
    way(STATIONS, _by)(partial(list_stations, by=_by))
