from __future__ import annotations

import fcntl
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from kafkaclass.secret_key import kept_key
from tests.waiting import PATIENCE_S


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "new" / "secret-key"
    assert len(kept_key(path)) >= 50
    assert kept_key(path) == kept_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_was_written_by_hand_is_taken_without_its_line_end(tmp_path):
    path = tmp_path / "secret-key"
    path.write_text("by hand\n")
    assert kept_key(path) == "by hand"


def test_a_file_that_was_left_empty_gets_a_key(tmp_path):
    (tmp_path / "secret-key").touch()
    assert kept_key(tmp_path / "secret-key")


def test_whoever_comes_while_a_key_is_made_waits_and_gets_that_one(tmp_path):
    path = tmp_path / "secret-key"
    with path.open("a") as first, ThreadPoolExecutor(1) as threads:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = threads.submit(kept_key, path)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        first.write("made by the first")
        first.flush()
        fcntl.flock(first, fcntl.LOCK_UN)
        assert second.result(PATIENCE_S) == "made by the first"
