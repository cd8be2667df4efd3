"""A disk that a test may fill."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NEEDS = "To have a small disk one must be root on a Linux that lets one mount a tmpfs."


@contextmanager
def small_disk(folder: Path, *, size_mb: int) -> Iterator[bool]:
    """Mounts one there, if that is allowed; whether it is."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", folder]
    is_small = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """To the last byte."""
    filler = os.open(disk / "filler", os.O_CREAT | os.O_WRONLY)
    try:
        for size_bytes in (2**20, 4096, 1):
            with suppress(OSError):
                while os.write(filler, b"x" * size_bytes):
                    pass
        yield
    finally:
        os.close(filler)
        (disk / "filler").unlink()
