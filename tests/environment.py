"""The environment of a program that a test starts."""

from __future__ import annotations

import os


def environment(**own: str) -> dict[str, str]:
    """Ours, but for what would lead the app to other brokers, or to another database; and what is its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA", "DATABASE"))}
    return {**inherited, **own}
