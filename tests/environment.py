"""The environment of a program that a test starts."""

from __future__ import annotations

import os
import signal


def environment(**own: str) -> dict[str, str]:
    """Ours, but for what would lead the app to other brokers, or to another database; and what is its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA", "DATABASE"))}
    return {**inherited, **own}


def hear_ctrl_c() -> None:
    """For `preexec_fn`: the program hears it also where the tests run in the background of a shell, which has them deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
