from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.exports.card import CardRefused, verify_card
from lessons.classroom.exports.signing import canonical, public_key_of, sha256_of, sign
from lessons.classroom.grading.standings import OVERRIDE
from lessons.classroom.models import Act, Attempt, Change, Class, LateRule, Observation

pytestmark = pytest.mark.django_db

EXERCISE, OTHER = "creating-topics.three-topics", "kafka-and-its-cluster.entry-points"
SEEN = {"topics": {"test1p": {"topic_id": "rW4zgHLQTN-NVz3lQwPLqw", "partitions": 1, "replicas": 1}}}


@pytest.fixture
def work(classroom) -> Attempt:
    """Alice created a topic, and the check saw it."""
    alice = classroom.alice
    act = Act.objects.create(
        member=alice, lesson="creating-topics", kind="create-topic", fields={"name": "test1p"}, state=Act.State.DONE,
        line="create test1p with 1 partition, 1 replica", answer={"words": "test1p has 1 partition."},
        settled_at=timezone.now(),
    )  # fmt: skip
    seen = Observation.objects.create(member=alice, exercise=EXERCISE, version=1, data=SEEN, cluster_id="a-cluster")
    verdict = {"state": "done", "seen": "test1p exists.", "expected": "", "misconception": "", "why": ""}
    return Attempt.objects.create(
        member=alice, exercise=EXERCISE, observation=seen, state="done", verdict=verdict, check_hash="9f" * 32,
        deciding_act=act,
    )  # fmt: skip


@pytest.fixture
def card(work, alice_client) -> bytes:
    return alice_client.get(reverse("card", args=[work.member.klass.slug])).content


def test_the_card_has_what_was_seen_what_kafka_answered_and_the_hash_of_the_evidence(work, card):
    told = verify_card(card)
    [done] = [each for each in told["exercises"] if each["state"] == "done"]
    assert (told["name"], told["seat"], told["class"]["slug"]) == ("Alice", work.member.slug, work.member.klass.slug)
    assert (told["done"], told["points"]) == (1, done["points_total"])
    assert (done["id"], done["verdict"]["seen"], done["check_sha256"]) == (EXERCISE, "test1p exists.", "9f" * 32)
    assert done["evidence"]["sha256"] == sha256_of(SEEN)
    assert (done["evidence"]["topic_ids"], done["evidence"]["cluster_id"]) == (["rW4zgHLQTN-NVz3lQwPLqw"], "a-cluster")
    assert [act["answered"] for act in done["acts"]] == ["test1p has 1 partition."]


def test_the_card_is_a_download_named_by_slugs_alone(work, alice_client):
    klass = work.member.klass
    answer = alice_client.get(reverse("card", args=[klass.slug]))
    assert answer["Content-Disposition"] == f'attachment; filename="card-{klass.slug}-{work.member.slug}.json"'


def test_no_byte_of_a_card_can_be_changed(card):
    for position in range(0, len(card), 7):
        changed = bytearray(card)
        changed[position] ^= 1
        with pytest.raises(CardRefused):
            verify_card(bytes(changed))
    verify_card(card)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card + b"\n",
        lambda card: json.dumps(json.loads(card)).encode(),
        lambda card: card.replace(b'"name": "Alice"', b'"name": "Mallory", "name": "Alice"'),
        lambda card: b"\xef\xbb\xbf" + card,
        lambda card: card.replace(b'{\n  "card"', b'{\n  "note": "with honours",\n  "card"'),
        lambda card: b"[" * 100_000,
        lambda card: b"{}",
        lambda card: b"[]",
        lambda card: b"\xff",
        lambda card: b"",
        lambda card: b'{"card": {"class": {"slug": 1}, "kind": "x", "version": 1}, "public_key": 1, "signature": 1}',
    ],
)
def test_what_is_not_the_file_as_it_was_downloaded_is_refused(card, change):
    with pytest.raises(CardRefused):
        verify_card(change(card))


def test_a_card_that_somebody_signed_with_a_key_of_his_own_is_refused(card, classroom):
    forged = json.loads(card)
    forged["card"]["points"] = 1000
    other = classroom.charlie.klass.slug
    forged |= {"public_key": public_key_of(other), "signature": sign(other, forged["card"])}
    file = (json.dumps(forged, indent=2, ensure_ascii=False) + "\n").encode()
    with pytest.raises(CardRefused, match="signed by the key"):
        verify_card(file)
    assert verify_card(file, public_key=public_key_of(other))["points"] == 1000  # whose key it is, is for the asker


def test_classes_and_installations_have_different_keys_and_a_class_always_the_same(settings):
    key = public_key_of("kafka")
    assert key == public_key_of("kafka") != public_key_of("other")
    settings.SECRET_KEY = "another installation's"
    assert public_key_of("kafka") != key


def test_verify_card_says_whose_card_it_is_and_needs_no_database(card, tmp_path: Path, classroom, django_db_blocker):
    file, said = tmp_path / "card.json", io.StringIO()
    file.write_bytes(card)
    with django_db_blocker.block():
        call_command("verify-card", str(file), stdout=said)
    assert f"Genuine: Alice, seat {classroom.alice.slug} of class {classroom.klass.slug}, 1 of " in said.getvalue()


def test_verify_card_elsewhere_takes_the_key_that_the_class_shows(card, tmp_path, classroom, alice_client, settings):
    file = tmp_path / "card.json"
    file.write_bytes(card)
    key = alice_client.get(reverse("card-key", args=[classroom.klass.slug])).content.decode().strip()
    settings.SECRET_KEY = "another installation's"
    call_command("verify-card", str(file), "--key", key, stdout=io.StringIO())
    with pytest.raises(CommandError, match="--key"):
        call_command("verify-card", str(file))
    file.write_bytes(card.replace(b"Alice", b"Alicf"))
    with pytest.raises(CommandError, match="was changed"):
        call_command("verify-card", str(file), "--key", key)
    with pytest.raises(CommandError, match="can't be read"):
        call_command("verify-card", str(tmp_path / "nowhere.json"))


def test_a_name_steers_no_terminal(classroom, alice_client, tmp_path):
    classroom.alice.name = "Al\x1b[2Jice \u202ekcab 🦆"
    classroom.alice.save()
    file, said = tmp_path / "card.json", io.StringIO()
    file.write_bytes(alice_client.get(reverse("card", args=[classroom.klass.slug])).content)
    call_command("verify-card", str(file), stdout=said)
    assert "Al\N{REPLACEMENT CHARACTER}[2Jice \N{REPLACEMENT CHARACTER}kcab 🦆" in said.getvalue()


def test_canonical_json_is_one_text_whatever_the_order_and_holds_any_text():
    assert canonical({"b": [1, 0.5], "a": "é\u2028\ud800"}) == '{"a":"é\u2028\\ud800","b":[1,0.5]}'.encode()
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_the_record_shows_the_verdict_the_late_mark_and_the_graders_reason(classroom, work, alice_client):
    Class.objects.update(due_at=timezone.now() - timedelta(hours=1), late_rule=LateRule.HALF)
    data = {"exercise": OTHER, "state": "done", "points": 1, "reason": "<b>Shown</b> at the desk."}
    Change.objects.create(klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind=OVERRIDE, data=data)
    shown = alice_client.get(reverse("my-work", args=[classroom.klass.slug])).content.decode()
    assert "test1p exists." in shown
    assert "Done, late." in shown
    assert "Was due" in shown
    assert "Late work counts half" in shown
    assert "Decided by <bdi>Greta</bdi>" in shown
    assert "&lt;b&gt;Shown&lt;/b&gt; at the desk." in shown
    assert "Not started." in shown


def test_the_record_is_ones_own(work, classroom):
    bob = Client()
    bob.force_login(classroom.bob.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "test1p exists." not in bob.get(reverse("my-work", args=[classroom.klass.slug])).content.decode()
    assert verify_card(bob.get(reverse("card", args=[classroom.klass.slug])).content)["done"] == 0


def test_points_that_count_half_are_halves_on_the_card_and_whole_ones_are_whole(classroom, work, alice_client):
    Class.objects.update(due_at=timezone.now() - timedelta(hours=1), late_rule=LateRule.HALF)
    file = alice_client.get(reverse("card", args=[classroom.klass.slug])).content
    [done] = [each for each in verify_card(file)["exercises"] if each["state"] == "done"]
    assert (done["points"] * 2, done["is_late"]) == (done["points_total"], True)
    assert b".0," not in file
