"""Canonical JSON, and the class's key that signs it.

Why it is so
------------
A class's key is derived from the installation's secret key and the class's slug, so there is nothing to store, to back
up or to lose: the same installation gives the same key. Ed25519 (RFC 8032), because its signatures are short and have
no choices to get wrong; HKDF (RFC 5869), because a secret is used for one purpose only. Canonical JSON is that of
RFC 8785 for what we put into it: ASCII keys, texts, whole numbers and halves.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def canonical(data: Any) -> bytes:
    """The one way to write this as JSON: sorted keys, no spaces, UTF-8. Raises: ValueError for NaN."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # a half of a surrogate pair: Kafka's words may hold anything


def sha256_of(data: Any) -> str:
    """Of its canonical JSON: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


def public_key_of(class_slug: str) -> str:
    """The class's public key: 32 bytes, as 44 characters of base64."""
    return b64encode(_key_of(class_slug).public_key().public_bytes_raw()).decode()


def sign(class_slug: str, data: Any) -> str:
    """64 bytes, as 88 characters of base64."""
    return b64encode(_key_of(class_slug).sign(canonical(data))).decode()


def is_signed(data: Any, *, signature: str, public_key: str) -> bool:
    """False too for what is no signature, and for what is no key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), canonical(data))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _key_of(class_slug: str) -> Ed25519PrivateKey:
    purpose = f"kafkaclass:evidence-card:{class_slug}".encode()
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
