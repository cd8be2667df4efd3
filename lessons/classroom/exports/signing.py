"""JSON Web Signatures (RFC 7515) by a class's key, the key as a JWK, and canonical JSON.

Why it is so
------------
A class's key is derived from the installation's secret key and the class's slug, so there is nothing to store, to back
up or to lose: the same installation gives the same key. Ed25519 (RFC 8032), because its signatures are short and have
no choices to get wrong; HKDF (RFC 5869), because a secret is used for one purpose only.

A signature is a JWS in its compact form, because every tool takes that one; the JSON forms hold the same base64 and are
no easier to read. Its algorithm is called `EdDSA` (RFC 8037): RFC 9864 prefers `Ed25519`, which few tools know. We accept
one header only, so there is no algorithm to choose, no `none`, no `crit` and no key that the file brings along. That is
less code than calling a library would be, on top of `cryptography`, which is installed anyway; a test has PyJWT read it.

Canonical JSON is that of RFC 8785 for what we put into it: ASCII keys, texts, whole numbers and halves.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "EdDSA"
MOST_BYTES = 4 * 1024 * 1024
_KEY_KIND = {"crv": "Ed25519", "kty": "OKP"}  # RFC 8037
_KEY_BYTES = 32


class NotGenuine(Exception):
    """The file is not what the class signed. str() says why."""


class SignedByAnother(NotGenuine):
    """It names another key as its own."""


class NotAKey(Exception):
    """The text is no public key of Ed25519."""


def canonical(data: Any) -> bytes:
    """The one way to write this as JSON: sorted keys, no spaces, UTF-8. Raises: ValueError for NaN."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # a half of a surrogate pair: Kafka's words may hold anything


def sha256_of(data: Any) -> str:
    """Of its canonical JSON: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


@dataclass(frozen=True)
class PublicKey:
    x: str  # the 32 bytes in base64url, as in a JWK

    @property
    def thumbprint(self) -> str:
        """The key's short name by RFC 7638: 43 characters."""
        return _encoded(hashlib.sha256(canonical({**_KEY_KIND, "x": self.x})).digest())

    @property
    def jwk(self) -> dict[str, str]:
        return {**_KEY_KIND, "x": self.x, "alg": ALGORITHM, "use": "sig", "kid": self.thumbprint}


def parse_key(text: str) -> PublicKey:
    """Of a JWK, or of the `x` in it. Raises: NotAKey."""
    try:
        jwk = json.loads(text) if text.lstrip().startswith("{") else {**_KEY_KIND, "x": text.strip()}
        is_key = jwk.items() >= _KEY_KIND.items() and len(_decoded(jwk["x"].encode())) == _KEY_BYTES
    except (ValueError, KeyError, AttributeError, RecursionError):
        is_key = False
    if not is_key:
        raise NotAKey("This is no public key of Ed25519: neither a JWK nor the x of one.")
    return PublicKey(jwk["x"])


def public_key_of(class_slug: str) -> PublicKey:
    return PublicKey(_encoded(_key_of(class_slug).public_key().public_bytes_raw()))


@dataclass(frozen=True)
class Jws:
    """A JSON Web Signature taken apart. Believe nothing in it before `verify`."""

    header: Any
    payload: bytes
    signed: bytes
    signature: bytes

    def verify(self, key: PublicKey, *, typ: str) -> None:
        """Raises: NotGenuine, SignedByAnother."""
        kid = self.header.get("kid") if isinstance(self.header, dict) else None
        if self.header != _header(typ, kid):
            raise NotGenuine("This is no evidence card: its header is another one.")
        if kid != key.thumbprint:
            raise SignedByAnother(
                f"The card names {kid!r:.60} as its key. The key it was checked with is {key.thumbprint!r}."
            )
        try:
            Ed25519PublicKey.from_public_bytes(_decoded(key.x.encode())).verify(self.signature, self.signed)
        except InvalidSignature:
            raise NotGenuine("The signature does not fit: the card was changed after it was made.") from None


def read_jws(file: bytes) -> Jws:
    """Of the compact form, without a byte before or after it. Raises: NotGenuine."""
    if len(file) > MOST_BYTES:
        raise NotGenuine(f"This is no evidence card: it is larger than {MOST_BYTES >> 20} MB.")
    signed, _, signature = file.rpartition(b".")
    try:
        header, payload = (_decoded(part) for part in signed.split(b"."))
        return Jws(json.loads(header), payload, signed, _decoded(signature))
    except (ValueError, RecursionError):
        raise NotGenuine("This is no evidence card, or it was saved again by an editor.") from None


def sign(payload: bytes, *, class_slug: str, typ: str) -> bytes:
    """A JWS in its compact form, with the class's key."""
    header = canonical(_header(typ, public_key_of(class_slug).thumbprint))
    signed = f"{_encoded(header)}.{_encoded(payload)}".encode()
    return signed + b"." + _encoded(_key_of(class_slug).sign(signed)).encode()


def _header(typ: str, kid: Any) -> dict[str, Any]:
    return {"alg": ALGORITHM, "kid": kid, "typ": typ}


def _encoded(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: bytes) -> bytes:
    """Raises: ValueError, for another spelling of the same bytes too."""
    data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if _encoded(data).encode() != text:
        raise ValueError("This is not base64url.")
    return data


def _key_of(class_slug: str) -> Ed25519PrivateKey:
    purpose = f"kafkaclass:evidence-card:{class_slug}".encode()
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
