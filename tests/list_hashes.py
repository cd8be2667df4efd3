"""Write .requirements.lock and .requirements-dev.lock anew, after a pin changed: `python -m tests.list_hashes`. It needs uv.

Each has the pins of its requirements file, in that order, with the hashes of the wheels that fit a Python and a machine
for which we install. pip refuses any other file, also one that it would have to compile.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name, parse_wheel_filename

from kafkaclass.bootstrap import BASE_DIR, NEWEST, OLDEST, RUN_REQUIREMENTS, TEST_REQUIREMENTS, lock_of

INTERPRETERS = {f"{kind}{OLDEST[0]}{minor}" for kind in ("py", "cp") for minor in range(OLDEST[1], NEWEST[1] + 1)}
MACHINES = re.compile(r"any|manylinux\w*_(x86_64|aarch64)|macosx_\w+_(arm64|universal2)")
HEADER = "# Written by `python -m tests.list_hashes`.\n"


def fits(wheel: str) -> bool:
    """Whether one of our interpreters could take a wheel with this file name."""
    return any(
        MACHINES.fullmatch(tag.platform)
        and (tag.interpreter in INTERPRETERS or tag.interpreter == "py3" or tag.abi == "abi3")
        and not tag.abi.endswith("t")  # of a Python without a GIL
        for tag in parse_wheel_filename(wheel)[3]
    )


def list_hashes() -> dict[str, list[str]]:
    """By the canonical names of the packages."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "pylock.toml"
        subprocess.run(
            ["uv", "pip", "compile", "--quiet", "--universal", "--no-deps", TEST_REQUIREMENTS, "--output-file", found],
            cwd=BASE_DIR, check=True,
        )  # fmt: skip
        packages = tomllib.loads(found.read_text())["packages"]
    return {canonicalize_name(each["name"]): hashes_of(each) for each in packages}


def hashes_of(package: Mapping[str, list[Mapping[str, Mapping[str, str]]]]) -> list[str]:
    wheels = {
        urlsplit(str(each["url"])).path.rpartition("/")[2]: each["hashes"]["sha256"] for each in package["wheels"]
    }
    return sorted({sha256 for name, sha256 in wheels.items() if fits(name)})


def locked(requirements: Path, hashes: Mapping[str, list[str]]) -> str:
    lines = [HEADER]
    for line in requirements.read_text().splitlines():
        pin = line.partition("#")[0].strip()
        if pin.startswith("-r"):
            lines.append(f"-r {lock_of(Path(pin[2:].strip())).name}\n")
        elif pin:
            wanted = hashes[canonicalize_name(pin.partition("==")[0])]
            lines.append(" \\\n".join([pin, *(f"    --hash=sha256:{sha256}" for sha256 in wanted)]) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    found = list_hashes()
    for path in (RUN_REQUIREMENTS, TEST_REQUIREMENTS):
        lock_of(path).write_text(locked(path, found))
