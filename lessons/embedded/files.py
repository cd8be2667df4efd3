"""Files that others may read while they are written."""

from __future__ import annotations

import os
import threading
from pathlib import Path

OWNER_ALONE = 0o600


def write_whole(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write all of the text or nothing: another process may read it at any moment, or this one may be killed. It has this
    mode, as the umask allows, from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    half.unlink(missing_ok=True)
    with open(half, "x", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(text)
    half.replace(path)
