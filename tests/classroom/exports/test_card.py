from __future__ import annotations

import io
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.exports.card import TYPE, verify_card
from lessons.classroom.exports.signing import (
    MOST_BYTES,
    NotAKey,
    NotGenuine,
    PublicKey,
    SignedByAnother,
    canonical,
    parse_key,
    public_key_of,
    read_jws,
    sha256_of,
    sign,
)
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Act, Attempt, Change, Class, LateRule, Observation
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db

# The example of RFC 8037, appendix A.
RFC_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

EXERCISE, OTHER = "creating-topics.three-topics", "kafka-and-its-cluster.entry-points"
SEEN = {"topics": {"test1p": {"topic_id": "rW4zgHLQTN-NVz3lQwPLqw", "partitions": 1, "replicas": 1}}}


@pytest.fixture
def work(classroom) -> Attempt:
    """Alice created a topic, and the check saw it."""
    alice = classroom.alice
    act = Act.objects.create(
        member=alice, lesson="creating-topics", kind="create-topic", fields={"name": "test1p"}, state=Act.State.DONE,
        line="test1p with 1 partition, 1 replica", answer={"words": "test1p has 1 partition."},
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
    assert answer["Content-Disposition"] == f'attachment; filename="card-{klass.slug}-{work.member.slug}.jws"'


@pytest.fixture
def class_key(alice_client, classroom) -> str:
    """What the class's page offers."""
    return alice_client.get(reverse("card-key", args=[classroom.klass.slug])).content.decode()


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(header: dict[str, Any] | bytes, payload: bytes, *, key: Ed25519PrivateKey) -> bytes:
    """Signed as it should be, whatever its header says."""
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = f"{b64(header)}.{b64(payload)}"
    return f"{signed}.{b64(key.sign(signed.encode()))}".encode()


def test_another_implementation_verifies_the_card_and_reads_the_same(card, class_key):
    key = jwt.PyJWK.from_json(class_key)
    assert jwt.get_unverified_header(card.decode()) == {"alg": "EdDSA", "kid": key.key_id, "typ": "kafkaclass-card+jws"}
    assert jwt.decode(card, key, algorithms=["EdDSA"]) == verify_card(card)
    head, payload, signature = card.split(b".")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(b".".join([head, payload[:-4] + b"AAAA", signature]), key, algorithms=["EdDSA"])


def test_a_key_has_the_thumbprint_of_the_standards_example():
    key = parse_key(RFC_X)
    assert key.thumbprint == RFC_THUMBPRINT
    assert key == parse_key(json.dumps(key.jwk)) == parse_key(json.dumps(key.jwk | {"key_ops": ["verify"]}) + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "{}", "[]", "null", RFC_X[:-1], RFC_X + "A", RFC_X + "=", RFC_X[:-1] + "p", "ä" * 43, "{" * 100_000,
        f'{{"kty": "OKP", "crv": "X25519", "x": "{RFC_X}"}}', f'{{"kty": "EC", "crv": "Ed25519", "x": "{RFC_X}"}}',
        '{"kty": "OKP", "crv": "Ed25519", "x": 1}',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_is_no_public_key_of_ed25519_is_refused(text):
    with pytest.raises(NotAKey):
        parse_key(text)


def test_no_character_of_a_card_can_be_changed(card):
    for position in {*range(0, len(card), 7), *range(len(card) - 90, len(card))}:
        changed = bytearray(card)
        changed[position] ^= 1
        with pytest.raises(NotGenuine):
            verify_card(bytes(changed))
    verify_card(card)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card + b"\n",
        lambda card: card + b"=",
        lambda card: card + b".",
        lambda card: card + b".AAAA",
        lambda card: b"\xef\xbb\xbf" + card,
        lambda card: b" " + card,
        lambda card: card.replace(b".", b"..", 1),
        lambda card: card.replace(b".", b"=.", 1),
        lambda card: card.replace(b".", b"\n.", 1),
        lambda card: card.replace(b".", b"!!!!.", 1),
        lambda card: card.rpartition(b".")[0],
        lambda card: card.rpartition(b".")[0] + b".",
        lambda card: card[:-1],
        lambda card: card[:-1] + bytes([card[-1] + 1]),  # the last character's spare bits: the same signature
        lambda card: b"[" * 100_000,
        lambda card: b"e30.e30.",
        lambda card: b"e30.e30.e30",
        lambda card: b".e30.",
        lambda card: b"..",
        lambda card: b"{}",
        lambda card: b"\xff",
        lambda card: b"",
        lambda card: card + b"A" * MOST_BYTES,
        lambda card: b"A" * (MOST_BYTES + 1),
    ],
)
def test_what_is_not_the_file_as_it_was_downloaded_is_refused(card, change):
    with pytest.raises(NotGenuine):
        verify_card(change(card))


@pytest.mark.parametrize(
    "other",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "Ed25519"},
        {"alg": ["EdDSA"]},
        {"alg": None},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"typ": "JWT"},
        {"typ": None},
        {"kid": None},
        {"kid": "A" * 43},
        {"jwk": PublicKey(RFC_X).jwk},
        {"jku": "https://example.org/key.json"},
    ],
    ids=str,
)
def test_a_card_with_another_header_is_refused_though_its_signature_fits(card, other):
    key, payload = Ed25519PrivateKey.generate(), jwt.api_jws.base64url_decode(card.split(b".")[1])
    public = PublicKey(b64(key.public_key().public_bytes_raw()))
    header = {"alg": "EdDSA", "kid": public.thumbprint, "typ": TYPE}
    assert verify_card(jws(header, payload, key=key), key=public) == verify_card(card)
    with pytest.raises(NotGenuine):
        verify_card(jws(header | other, payload, key=key), key=public)
    with pytest.raises(NotGenuine):  # and what alg none looks like elsewhere: without a signature
        verify_card(jws(header | other, payload, key=key).rpartition(b".")[0] + b".", key=public)


@pytest.mark.parametrize("header", [b"", b"[]", b"1", b"null", b'"alg"', b"{", b"\xff", b"[" * 50_000], ids=repr)
def test_a_header_that_is_no_object_is_refused(card, header):
    key = Ed25519PrivateKey.generate()
    with pytest.raises(NotGenuine):
        verify_card(jws(header, b"{}", key=key), key=PublicKey(b64(key.public_key().public_bytes_raw())))


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{}", b"[]", b"1", b"\xff", b'{"class": 1}', b'{"class": {"slug": "\\ud800"}}', b"[" * 50_000,
        b"9" * 5000,
    ],
    ids=lambda payload: repr(payload[:30]),
)  # fmt: skip
def test_a_payload_that_is_no_card_is_refused_with_any_key(payload):
    file = sign(payload, class_slug="kafka", typ=TYPE)
    for key in (None, public_key_of("kafka")):
        with pytest.raises(NotGenuine):
            verify_card(file, key=key)


def test_a_card_that_somebody_signed_with_a_key_of_his_own_is_refused(card, classroom):
    told = verify_card(card) | {"points": 1000}
    other = classroom.charlie.klass.slug
    file = sign(json.dumps(told).encode(), class_slug=other, typ=TYPE)
    with pytest.raises(SignedByAnother, match=public_key_of(classroom.klass.slug).thumbprint):
        verify_card(file)
    assert verify_card(file, key=public_key_of(other))["points"] == 1000  # whose key it is, is for the asker


def test_a_card_that_names_the_classs_key_and_is_signed_by_another_is_refused(card):
    header, payload, _ = (jwt.api_jws.base64url_decode(part) for part in card.split(b"."))
    with pytest.raises(NotGenuine, match="was changed"):
        verify_card(jws(header, payload, key=Ed25519PrivateKey.generate()))


def test_classes_and_installations_have_different_keys_and_a_class_always_the_same(settings):
    key = public_key_of("kafka")
    assert key == public_key_of("kafka") != public_key_of("other")
    settings.SECRET_KEY = "another installation's"
    assert public_key_of("kafka") != key


@pytest.fixture
def file(card, tmp_path: Path) -> Path:
    file = tmp_path / "card.jws"
    file.write_bytes(card)
    return file


def run_verify_card(*arguments: object) -> str:
    """What it printed. Raises: CommandError."""
    said = io.StringIO()
    call_command("verify-card", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_verify_card_says_whose_card_it_is_and_needs_no_database(file, classroom, django_db_blocker):
    with django_db_blocker.block():
        first, *exercises = run_verify_card(file).splitlines()
    assert first.startswith(f"Genuine: Alice, seat {classroom.alice.slug} of class {classroom.klass.slug}, 1 of ")
    [done] = [line for line in exercises if line.split()[0] == "done"]
    assert done.endswith(": test1p exists.")


def test_verify_card_prints_all_that_the_card_holds(file, card):
    assert json.loads(run_verify_card(file, "--json")) == verify_card(card)


def test_verify_card_elsewhere_takes_the_key_that_the_class_shows(file, class_key, tmp_path, settings, card):
    (tmp_path / "key.json").write_text(class_key)
    settings.SECRET_KEY = "another installation's"
    keys = (tmp_path / "key.json", class_key, json.loads(class_key)["x"])
    for key in keys:
        assert run_verify_card(file, f"--key={key}").startswith("Genuine: Alice")
    with pytest.raises(CommandError, match="--key"):
        run_verify_card(file)
    header, _, signature = card.split(b".")
    better = json.dumps(verify_card(card, key=parse_key(class_key)) | {"points": 1000}).encode()
    file.write_bytes(b".".join([header, b64(better).encode(), signature]))
    for key in keys:
        with pytest.raises(CommandError, match="was changed"):
            run_verify_card(file, f"--key={key}")


def test_verify_card_says_what_it_can_not_read(file, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.jws cannot be read: No such file"):
        run_verify_card(tmp_path / "nowhere.jws")
    with pytest.raises(CommandError, match=r"nowhere\.json is neither a key nor a file"):
        run_verify_card(file, "--key", tmp_path / "nowhere.json")
    with pytest.raises(CommandError, match="no public key"):
        run_verify_card(file, "--key", file)


def test_verify_card_reads_no_more_of_a_huge_file_than_shows_that_it_is_huge():
    with pytest.raises(CommandError, match="larger than 4 MB"):
        run_verify_card("/dev/zero")


def test_the_page_shows_the_thumbprint_that_the_card_names_and_the_command_with_the_key(card, alice_client, classroom):
    page = alice_client.get(reverse("my-work", args=[classroom.klass.slug])).content.decode()
    assert f"<code>{read_jws(card).header['kid']}</code>" in page
    assert f"verify-card FILE --key={public_key_of(classroom.klass.slug).x}</code>" in page


def test_a_key_that_begins_like_an_option_is_a_key(card, file):
    slug = next(slug for slug in map(str, range(2000)) if public_key_of(slug).x.startswith("-"))
    file.write_bytes(sign(json.dumps(verify_card(card)).encode(), class_slug=slug, typ=TYPE))
    assert run_verify_card(file, f"--key={public_key_of(slug).x}").startswith("Genuine: Alice")


def test_a_name_steers_no_terminal(classroom, alice_client, file):
    classroom.alice.name = "Al\x1b[2Jice \u202ekcab 🦆"
    classroom.alice.save()
    file.write_bytes(alice_client.get(reverse("card", args=[classroom.klass.slug])).content)
    assert "Al\N{REPLACEMENT CHARACTER}[2Jice \N{REPLACEMENT CHARACTER}kcab 🦆" in run_verify_card(file)
    assert json.loads(run_verify_card(file, "--json"))["name"] == classroom.alice.name
    assert run_verify_card(file, "--json").isascii()


def test_canonical_json_is_one_text_whatever_the_order_and_holds_any_text():
    assert canonical({"b": [1, 0.5], "a": "é\u2028\ud800"}) == '{"a":"é\u2028\\ud800","b":[1,0.5]}'.encode()
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_the_record_shows_the_verdict_the_late_mark_and_the_graders_reason(classroom, work, alice_client):
    Class.objects.update(due_at=timezone.now() - timedelta(hours=1), late_rule=LateRule.HALF)
    data = {"exercise": OTHER, "state": "done", "points": 1, "reason": "<b>Shown</b> at the desk."}
    Change.objects.create(
        klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind=ChangeKind.OVERRIDE, data=data
    )
    shown = alice_client.get(reverse("my-work", args=[classroom.klass.slug])).content.decode()
    assert "test1p exists." in shown
    assert "Done, late." in shown
    assert "Was due" in shown
    assert "Late work counts half" in shown
    assert "Decided by <bdi>Greta</bdi>" in shown
    assert "&lt;b&gt;Shown&lt;/b&gt; at the desk." in shown
    assert "Not started." in shown


def test_the_record_is_ones_own(work, classroom):
    bob = browser_of(classroom.bob)
    assert "test1p exists." not in bob.get(reverse("my-work", args=[classroom.klass.slug])).content.decode()
    assert verify_card(bob.get(reverse("card", args=[classroom.klass.slug])).content)["done"] == 0


def test_points_that_count_half_are_halves_on_the_card_and_whole_ones_are_whole(classroom, work, alice_client):
    Class.objects.update(due_at=timezone.now() - timedelta(hours=1), late_rule=LateRule.HALF)
    file = alice_client.get(reverse("card", args=[classroom.klass.slug])).content
    [done] = [each for each in verify_card(file)["exercises"] if each["state"] == "done"]
    assert (done["points"] * 2, done["is_late"]) == (done["points_total"], True)
    assert ".0," not in json.dumps(verify_card(file))
