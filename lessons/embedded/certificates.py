"""The class's own certificate authority, and the certificate that the brokers show to laptops.

    DATA/kafka/tls/authority.pem   the authority, with its key; made once, so that what was handed out stays good
    DATA/kafka/tls/ca.pem          the authority's certificate alone: this is handed out
    DATA/kafka/tls/brokers.pem     the brokers' certificate, with its key; made anew for another address

Why it is so: no public authority signs for an address in a classroom's Wi-Fi. Keys are for their owner alone.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .files import OWNER_ALONE, write_whole
from .problem import BrokerProblem

LIFE = datetime.timedelta(days=20 * 365)
_RENEWED_BEFORE = datetime.timedelta(days=60)
_CLOCKS_DIFFER = datetime.timedelta(days=1)

_AUTHORITY_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafkaclass, a class's own authority")])


@dataclass(frozen=True)
class Certificates:
    """The files in one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def brokers(self) -> Path:
        return self.folder / "brokers.pem"


@dataclass(frozen=True)
class _Signed:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> str:
        """The key, unencrypted PKCS#8 as Kafka reads it, and the certificate."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key.decode() + self.certificate_pem()

    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def ensure(files: Certificates, host: str) -> None:
    """Make what is missing, or does not fit this host name or address. Raises: BrokerProblem, OSError."""
    authority = _read(files.authority)
    if authority is None:
        authority = _new_authority()
        write_whole(files.authority, authority.pem(), mode=OWNER_ALONE)
    write_whole(files.ca, authority.certificate_pem(), mode=OWNER_ALONE)
    brokers = _read(files.brokers)
    if brokers is None or not _fits(brokers.certificate, host, authority.certificate):
        write_whole(files.brokers, _signed(authority, host).pem(), mode=OWNER_ALONE)


def _read(path: Path) -> _Signed | None:
    """None if there is no such file. Raises: BrokerProblem if it cannot be read."""
    try:
        text = path.read_bytes()
        key = serialization.load_pem_private_key(text, password=None)
        certificate = x509.load_pem_x509_certificate(text)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise BrokerProblem(
            f"{path} cannot be read ({error}). Restore it from a copy; or delete it, and it is made anew:"
            " then students download their settings again."
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BrokerProblem(f"{path} has a key that is not ours. Delete it, and it is made anew.")
    return _Signed(key, certificate)


def _new_authority() -> _Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = _usage(key_cert_sign=True, crl_sign=True)
    extensions = [(x509.BasicConstraints(ca=True, path_length=0), True), (usage, True)]
    return _Signed(key, _certificate(_AUTHORITY_NAME, key.public_key(), extensions, signed_by=key))


def _signed(authority: _Signed, host: str) -> _Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_general_name(host)]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False),
    ]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafkaclass brokers")])
    return _Signed(key, _certificate(name, key.public_key(), extensions, signed_by=authority.key))


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePublicKey,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    *,
    signed_by: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(_AUTHORITY_NAME)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signed_by, hashes.SHA256())


def _fits(certificate: x509.Certificate, host: str, authority: x509.Certificate) -> bool:
    """Whether it names this host, is signed by this authority, and does not end soon."""
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    signer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    ours = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    now = datetime.datetime.now(datetime.UTC)
    return (
        list(named) == [_general_name(host)]
        and signer.key_identifier == ours.digest
        and certificate.not_valid_after_utc - now > _RENEWED_BEFORE
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
