"""The project as somebody has it who teaches by it: a copy that can be edited, its app started, and started again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.browser.conftest import ROOT, RunningApp, start_app, stop_app


def copy_project(root: Path) -> None:
    """As somebody clones it who has installed everything already."""
    ignored = shutil.ignore_patterns("__pycache__", ".git", ".venv", ".local", ".*_cache", "tests")
    shutil.copytree(ROOT, root, ignore=ignored)
    (root / ".venv").symlink_to(sys.prefix)
    (root / ".local").mkdir()
    (root / ".local/jars").symlink_to(ROOT / ".local/jars")


class Project:
    def __init__(self, folder: Path) -> None:
        self._root = folder / "Übungen & 100% café #1, $x"
        self._data_dir = folder / "data"
        copy_project(self._root)
        self._as_written: dict[Path, str] = {}
        self.app = self.start()

    def edit(self, file: str, old: str, new: str) -> None:
        path = self._root / file
        text = path.read_text()
        assert old in text
        self._as_written.setdefault(path, text)
        path.write_text(text.replace(old, new))

    def restore(self) -> None:
        """Runs as the project is written, whatever a test has edited before."""
        if not self._as_written:
            return
        self.stop()
        for path, text in self._as_written.items():
            path.write_text(text)
        self._as_written.clear()
        self.start()

    def start(self) -> RunningApp:
        self._process, self.app = start_app(self._data_dir, root=self._root)
        return self.app

    def stop(self) -> None:
        if self._process.poll() is None:
            stop_app(self._process)
