from __future__ import annotations

import stat
import subprocess
import sys

from kafkaclass.secret_key import kept_key
from tests.environment import environment

BEGINNERS = 12
PRINT_IT = "import sys; from pathlib import Path; from kafkaclass.secret_key import kept_key; print(kept_key(Path(sys.argv[1])))"


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "new" / "secret-key"
    assert len(kept_key(path)) >= 50
    assert kept_key(path) == kept_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_was_written_by_hand_is_taken_without_its_line_end(tmp_path):
    path = tmp_path / "secret-key"
    path.write_text("by hand\n")
    path.chmod(0o400)
    assert kept_key(path) == "by hand"


def test_a_file_that_was_left_empty_gets_a_key(tmp_path):
    (tmp_path / "secret-key").touch()
    assert kept_key(tmp_path / "secret-key")


def test_all_that_begin_at_the_same_moment_get_the_same_one(tmp_path):
    path = tmp_path / "secret-key"
    command = [sys.executable, "-c", PRINT_IT, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) for _ in range(BEGINNERS)]
    printed = {process.communicate()[0] for process in running}
    assert printed == {f"{path.read_text()}\n".encode()}
