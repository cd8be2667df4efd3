"""The class's authority and the brokers' certificate, as OpenSSL reads them: in real TLS handshakes, without Kafka."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest

from lessons.embedded import BrokerProblem
from lessons.embedded.certificates import Certificates, ensure


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path / "tls")


def is_trusted(files: Certificates, *, host: str, authority: str | None = None) -> bool:
    """Whether a client that knows the authority believes that it talks to this host."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.brokers)
    client = ssl.create_default_context(cadata=authority or files.ca.read_text())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there, server_hostname=host)
    theirs = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return ours.version() is not None


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "kafka.example.org"])
def test_a_client_that_knows_the_authority_trusts_the_brokers_at_their_own_address_and_nowhere_else(files, host):
    ensure(files, host)
    assert is_trusted(files, host=host)
    assert not is_trusted(files, host="192.0.2.8")


def test_keys_are_for_their_owner_alone(files):
    ensure(files, "192.0.2.7")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (files.authority, files.brokers)} == {0o600}
    assert "KEY" not in files.ca.read_text()


def test_another_address_needs_another_certificate_and_what_was_handed_out_stays_good(files):
    ensure(files, "192.0.2.7")
    handed_out, shown = files.ca.read_text(), files.brokers.read_bytes()
    ensure(files, "192.0.2.7")
    assert files.brokers.read_bytes() == shown
    ensure(files, "192.0.2.40")
    assert is_trusted(files, host="192.0.2.40", authority=handed_out)


def test_an_authority_that_was_lost_is_made_anew_with_the_certificate_that_it_signs(files):
    ensure(files, "192.0.2.7")
    lost = files.ca.read_text()
    files.authority.unlink()
    ensure(files, "192.0.2.7")
    assert is_trusted(files, host="192.0.2.7")
    assert not is_trusted(files, host="192.0.2.7", authority=lost)


def test_a_damaged_file_is_said_with_what_to_do(files):
    ensure(files, "192.0.2.7")
    files.authority.write_text("not a key")
    with pytest.raises(BrokerProblem, match=r"authority\.pem cannot be read.*students download their settings again"):
        ensure(files, "192.0.2.7")
