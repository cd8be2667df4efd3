"""Numbers with their nouns: `1 partition`, `2 partitions`."""

from __future__ import annotations

from lessons.words import ngettext


def brokers(number: int) -> str:
    return ngettext("%(number)s broker", "%(number)s brokers", number) % {"number": number}


def topics(number: int) -> str:
    return ngettext("%(number)s topic", "%(number)s topics", number) % {"number": number}


def partitions(number: int) -> str:
    return ngettext("%(number)s partition", "%(number)s partitions", number) % {"number": number}


def replicas(number: int) -> str:
    return ngettext("%(number)s replica", "%(number)s replicas", number) % {"number": number}


def records(number: int) -> str:
    return ngettext("%(number)s record", "%(number)s records", number) % {"number": number}


def members(number: int) -> str:
    return ngettext("%(number)s member", "%(number)s members", number) % {"number": number}


def deliveries(number: int) -> str:
    return ngettext("%(number)s delivery", "%(number)s deliveries", number) % {"number": number}
