"""The rules of the house are contracts in pyproject.toml; this runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_imports_point_down_and_only_cluster_talks_to_kafka():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    root = Path(__file__).parents[1]
    ran = subprocess.run([lint_imports, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
