"""The addresses of the web site."""

from __future__ import annotations

from django.conf import settings

from kafkaclass.hosts import OwnHosts, bracketed
from lessons.embedded.ports import Claim, claim, claim_any

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared only


def choose_port(host: str, wished: int) -> Claim:
    """The port that was asked for, or a free one if it is in use; 0 means any."""
    return (claim(wished, host=host) if wished else None) or claim_any(host=host, besides={wished})


def local_url(host: str, port: int) -> str:
    """The address on this machine."""
    return _url(bracketed(ALL_ADDRESSES.get(host, host)), port)


def named_urls() -> list[str]:
    """Where TLS ends in front of the app, as in a tunnel: by which names browsers ask for it. All else is sent there."""
    return [f"https://{host}" for host in settings.HOSTS if host[0] not in "*."] if settings.BEHIND_TLS else []


def student_urls(host: str, port: int) -> list[str]:
    """The addresses by which others reach this machine, if it listens there; or else the one on this machine."""
    if named := named_urls():
        return named
    return [_url(address, port) for address in OwnHosts(host).addresses()] or [local_url(host, port)]


def _url(host: str, port: int) -> str:
    return f"http://{host}:{port}"
