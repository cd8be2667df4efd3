"""Waiting: the program stops where it is, and the browser goes on (WebAssembly's promise integration).

A wait is the only moment in which the worker hears anything: frames of the socket, the page's acknowledgements, and Stop.
"""

from __future__ import annotations

import sys
import threading
import time

import _page
from pyodide.ffi import can_run_sync, run_sync

from . import streams

_STOP = "stop"


def wait(timeout_s: float | None = None) -> None:
    """Until the worker hears something or the time is over. Raises: KeyboardInterrupt, once for each Stop."""
    streams.post()
    pause(timeout_s)


def pause(timeout_s: float | None = None) -> None:
    """The same, and what was printed stays where it is."""
    if can_run_sync() and run_sync(_page.wait(-1 if timeout_s is None else timeout_s * 1000)) == _STOP:
        raise KeyboardInterrupt


def sleep(seconds: float, /) -> None:
    """time.sleep, for which Stop is no stranger."""
    if not isinstance(seconds, (int, float)):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    if link := sys.modules.get("confluent_kafka._link"):
        link.send_gathered()
    wait(seconds)
    while (left := end - time.monotonic()) > 0:
        wait(left)


def event_wait(self: threading.Event, timeout: float | None = None) -> bool:
    """threading.Event.wait, by which concurrent.futures waits for several: nobody else could set it while a lock waits."""
    end = None if timeout is None else time.monotonic() + timeout
    while not self.is_set():
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            break
        link = sys.modules.get("confluent_kafka._link")
        if link is None or not link.wait_on(self.is_set, left):
            wait(left)
    return self.is_set()
