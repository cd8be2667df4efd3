"""The secret key of an installation, kept in a file."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

_OWNER_ALONE = 0o600


def kept_key(path: Path) -> str:
    """The key in this file, made at its first use. Several processes may begin at the same moment: they get one key."""
    if key := _read(path):  # so a file that nobody may write to will do
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", opener=lambda name, flags: os.open(name, flags, _OWNER_ALONE)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _read(path):
            file.write(secrets.token_urlsafe(50))
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""
