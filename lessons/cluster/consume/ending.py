"""When the process ends, its members leave their groups first.

A server that is told to end does not wait for what the sockets have begun (Daphne stops its loop as soon as the first
of them is over), and a group would keep a member that is dead until its session has timed out. So a thread waits for
the main thread to end, whatever server ran in it. The interpreter joins this thread before it takes anything away
(`atexit` would be too late: from Python 3.12 on no thread can be started there, and closing a consumer takes one).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

from lessons.cluster import clients

LEAVE_WITHIN_S = 2.5
AFTERWARDS_WITHIN_S = 1.0  # together less than the 4 s that `up` gives to the web server

_log = logging.getLogger(__name__)


class _Member(Protocol):
    def stop(self) -> None: ...

    def join(self, timeout_s: float) -> bool: ...


_lock = threading.Lock()
_members: WeakSet[_Member] = WeakSet()  # whose thread runs is not forgotten: the thread itself knows its member
_afterwards: list[Callable[[], None]] = []
_guard: threading.Thread | None = None


def leave_in_time(member: _Member) -> None:
    """Call it before the member's thread starts."""
    global _guard
    with _lock:
        _members.add(member)
        if _guard is None or not _guard.is_alive():  # none yet, or it was the parent's, before a fork
            _guard = threading.Thread(target=_wait_for_the_end, name="kafka-leave-groups", daemon=False)
            _guard.start()


def afterwards(call: Callable[[], None]) -> None:
    """Have this called, on a thread, when the process ends and its members have left or had their time."""
    _afterwards.append(call)


def _wait_for_the_end() -> None:
    threading.main_thread().join()
    with _lock:
        members = list(_members)
    for member in members:
        member.stop()
    deadline = time.monotonic() + LEAVE_WITHIN_S
    left = [member.join(max(0.0, deadline - time.monotonic())) for member in members]
    if not all(left):
        _log.warning("%d group members had no time to leave their groups", left.count(False))
    for call in _afterwards:
        clients.bounded(call, timeout_s=AFTERWARDS_WITHIN_S)
