"""What stands between a cell and the page: running it, its output, its waits.

    cells       run a cell, as a notebook does
    streams     sys.stdout and sys.stderr
    waiting     everything that waits, so that Stop reaches it
    tracebacks  an error as Python prints it, without our own frames

`_page` is the worker's side, in JavaScript: static/js/cells/worker.js.
"""

from __future__ import annotations

import builtins
import sys
import threading
import time

from . import streams, waiting
from .cells import run

__all__ = ["run", "set_up"]


def set_up() -> None:
    """Once, before the first cell."""
    sys.stdout, sys.stderr = streams.Stream("stdout"), streams.Stream("stderr")
    time.sleep, threading.Event.wait = waiting.sleep, waiting.event_wait
    builtins.input = _no_input


def _no_input(prompt: object = "") -> str:
    raise NotImplementedError("input() is not offered here: nobody can type an answer. Put it into the cell.")
