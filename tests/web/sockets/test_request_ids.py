"""What is logged for a socket has its id, in threads and tasks too; what works for all pages has nobody's."""

from __future__ import annotations

import json
import logging

from lessons.web.operating import RequestIds
from lessons.web.sockets import LiveSocket, rights
from lessons.web.sockets.rights import RightsWatch
from tests.kafkaclass.test_logs import logged  # noqa: F401
from tests.web.sockets import tab

_log = logging.getLogger("lessons.test")


async def test_each_socket_has_its_own_id_and_what_works_for_all_has_none(room, logged, monkeypatch):  # noqa: F811
    door, look = LiveSocket.door, RightsWatch._look

    def door_that_logs(self, user, class_slug):  # on a thread for the database
        _log.warning("door")
        return door(self, user, class_slug)

    async def look_that_logs(self):
        _log.warning("rights")
        await look(self)

    monkeypatch.setattr(tab, "application", RequestIds(tab.application))
    monkeypatch.setattr(LiveSocket, "door", door_that_logs)
    monkeypatch.setattr(RightsWatch, "_look", look_that_logs)
    monkeypatch.setattr(rights, "LOOK_AGAIN_S", 0.01)
    tabs = [room.open("live/cluster") for _ in range(2)]
    for each in tabs:
        await each.until_kind("parts")
    lines = [json.loads(line) for line in logged.getvalue().splitlines() if '"lessons.test"' in line]
    assert len({line["request_id"] for line in lines if line["message"] == "door"}) == 2
    assert [line for line in lines if line["message"] == "rights"]
    assert [line for line in lines if line["message"] == "rights" and "request_id" in line] == []
