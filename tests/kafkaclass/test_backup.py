"""`manage.py backup` and `restore`: everything is there again, and holds."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from kafkaclass.management import backup
from kafkaclass.management.backup import ROWS, saved_models
from lessons.classroom.exports.card import make_card
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Act, Attempt, Change, Hand, Member, Observation
from lessons.classroom.people.tokens import make_token, owner_of

ROOT = Path(__file__).parents[2]
EXERCISE = "creating-topics.three-topics"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data_dir(tmp_path, settings, monkeypatch) -> Path:
    settings.DATA_DIR = tmp_path
    settings.SECRET_KEY_FILE = tmp_path / "secret-key"
    monkeypatch.delenv("KAFKACLASS_SECRET_KEY", raising=False)
    return tmp_path


@pytest.fixture
def lived_in(classroom):
    """Rows of every kind that point to each other, also to later ones, and values that a database changes easily."""
    alice, bob, now = classroom.alice, classroom.bob, timezone.now()
    act = Act.objects.create(
        id=uuid4(), member=alice, kind="create-topic", fields={"name": "Übung \0\ud800", "partitions": 1}, state="done",
        answer={"words": "done", "took_ms": 1.25, "data": [None, True, {"é": 2**60}]}, settled_at=now, feed_offset=7,
    )  # fmt: skip
    seen = Observation.objects.create(
        member=alice, exercise=EXERCISE, version=1, data={"topics": ["a"]}, read=[["topic", "a"]]
    )
    old = Attempt.objects.create(
        member=alice, exercise=EXERCISE, observation=seen, state="not_yet", check_hash="0" * 64
    )
    Attempt.objects.create(
        member=alice, exercise=EXERCISE, observation=seen, state="done", verdict={"seen": "3"}, check_hash="1" * 64,
        deciding_act=act, replaces=old,
    )  # fmt: skip
    Change.objects.create(
        klass=classroom.klass,
        by=classroom.greta,
        seat=alice,
        kind=ChangeKind.OVERRIDE,
        data={"exercise": EXERCISE, "state": "done", "points": 1, "reason": "!"},
    )
    Hand.objects.create(member=alice, lesson="producing", attempt=old, words="?")
    alice.merged_into = bob  # an earlier row points to a later one
    alice.save()
    return classroom


def rows() -> dict[str, list[dict]]:
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in saved_models()}


def destroy() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert not any(rows().values())


def test_a_class_that_was_destroyed_is_there_again_with_its_codes_its_tokens_and_its_cards(
    lived_in, data_dir, settings
):
    alice = lived_in.alice
    _, token = make_token(alice, "script", days=1)
    before = rows()
    assert all(
        before[f"lessons.{each}"]
        for each in ("User", "Class", "Member", "Act", "Observation", "Attempt", "Change", "Hand")
    )
    card = data_dir / "card.jws"
    card.write_bytes(make_card(alice))
    call_command("backup", data_dir / "class.tar.gz")
    destroy()
    (data_dir / "secret-key").write_text("of another class")
    call_command("restore", data_dir / "class.tar.gz")
    assert rows() == before
    assert (data_dir / "secret-key").read_text() == settings.SECRET_KEY
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600
    assert Member.objects.get(code_hash=Member.hash_of_code(alice.personal_code)) == alice
    assert owner_of(token) == alice
    command = [sys.executable, str(ROOT / "manage.py"), "verify-card", str(card), "--data", str(data_dir)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith("Genuine: Alice")
    new = Attempt.objects.create(member=alice, exercise=EXERCISE, state="done", check_hash="2" * 64)
    assert new.pk not in {row["id"] for row in before["lessons.Attempt"]}  # keys go on where they were


def test_it_is_of_one_moment_while_acts_go_on(lived_in, data_dir, monkeypatch):
    write = backup._write_rows

    def write_while_somebody_acts(model, stream):
        act = {"member_id": lived_in.bob.pk, "kind": "produce", "fields": {}, "state": "done"}
        _in_another_thread(lambda: Act.objects.create(**act))
        return write(model, stream)

    monkeypatch.setattr(backup, "_write_rows", write_while_somebody_acts)
    counts = backup.write_backup(data_dir / "class.tar.gz")
    assert counts["lessons.Act"] == 1
    assert Act.objects.count() == 1 + len(saved_models())
    assert stat.S_IMODE((data_dir / "class.tar.gz").stat().st_mode) == 0o600


def _in_another_thread(work):
    def run():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(run).result()


def test_what_cannot_be_restored_is_refused_and_changes_nothing(lived_in, data_dir, monkeypatch):
    file = data_dir / "class.tar.gz"
    call_command("backup", file)
    before = rows()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", file)
    with pytest.raises(CommandError, match="There is a class in this database already"):
        call_command("restore", file)
    assert rows() == before
    destroy()
    monkeypatch.setenv("KAFKACLASS_SECRET_KEY", "another")
    with pytest.raises(CommandError, match="is not the key of this class"):
        call_command("restore", file)
    monkeypatch.delenv("KAFKACLASS_SECRET_KEY")
    for damaged in (cut(file), without_last_row(file)):
        with pytest.raises(CommandError, match=r"damaged|not whole"):
            call_command("restore", damaged)
        assert not any(rows().values())


def cut(file: Path) -> Path:
    shorter = file.with_name("cut.tar.gz")
    shorter.write_bytes(file.read_bytes()[:-200])
    return shorter


def without_last_row(file: Path) -> Path:
    other = file.with_name("fewer.tar.gz")
    with tarfile.open(file) as whole, tarfile.open(other, "w:gz") as fewer:
        for member in whole.getmembers():
            data = whole.extractfile(member).read()
            if member.name == ROWS:
                data = b"\n".join(data.splitlines()[:-1]) + b"\n"
                member.size = len(data)
            fewer.addfile(member, io.BytesIO(data))
    return other
