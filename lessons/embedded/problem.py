"""What can go wrong with brokers, in sentences that say what to do.

Only here does the text of a broker's log decide: a process that did not start has no error code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class BrokerProblem(Exception):
    """A broker, its Java or its jars cannot be used; str() is a sentence that says what to do."""


@dataclass(frozen=True)
class KnownCause:
    """A known reason, by its words in the log, with what to do about it."""

    pattern: re.Pattern[str]
    advice: str


DISK_FULL = "The disk is full. Free some space; the broker then starts by itself."
KNOWN_CAUSES = (
    KnownCause(
        re.compile(r"Cannot assign requested address|Can't assign requested address"),
        "This machine no longer has the address that --kafka-host named, perhaps because it is in another network. Stop"
        " kafkaclass, and start it with the address that it has now.",
    ),
    KnownCause(
        re.compile(r"BindException|Address already in use"),
        "Another program uses its port. End that program, or stop kafkaclass and start it again:"
        " it then uses a free port.",
    ),
    KnownCause(
        re.compile(r"No space left on device|Disk quota exceeded"),
        DISK_FULL,
    ),
    KnownCause(
        re.compile(r"OutOfMemoryError|insufficient memory|Could not reserve enough space"),
        "It ran out of memory. Give each broker a larger heap: manage.py up --heap 256.",
    ),
    KnownCause(
        re.compile(r"AccessDenied|Permission denied|Read-only file system"),
        "It cannot write to its data folder. Check the owner and the permissions of that folder.",
    ),
    KnownCause(
        re.compile(r"Failed to acquire lock|OverlappingFileLock"),
        "Another broker uses its data folder. Stop that one first.",
    ),
    KnownCause(
        re.compile(
            r"meta\.properties|node ID not found|InconsistentClusterId|InconsistentBrokerMetadata"
            r"|Corrupt|KafkaStorageException"
            r"|log directory|log dirs|bootstrap\.checkpoint|quorum-state|NotDirectoryException|storage directory"
        ),
        "Its data folder is damaged. Move that folder away and start again: the broker then copies its partitions"
        " from the other two.",
    ),
)

# A line of our log4j2 layout: "2026-01-31 10:00:00,000 ERROR [thread] text (logger)".
_ERROR_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,.]+ (?:ERROR|FATAL) (?P<words>.*)$")
_EXCEPTION_LINE = re.compile(
    r"^(?:Caused by: |Exception in thread \"[^\"]*\" )?(?P<words>[\w.$]+(?:Exception|Error)\b.*)$"
)
_WORDS_AT_MOST = 300


def errors(log_text: str) -> list[str]:
    """The errors in a broker's log, in the broker's own words, the last one last.

    The root cause comes after the line that announces it: Kafka logs "Exiting Kafka due to fatal exception" and puts the
    reason into the stack trace below.
    """
    found = []
    for line in log_text.splitlines():
        match = _ERROR_LINE.match(line) or _EXCEPTION_LINE.match(line)
        if match:
            found.append(match["words"].strip())
        elif line.startswith(("Error:", "Error occurred", "Unrecognized", "Unable to", "Invalid")):
            found.append(line.strip())
    return found


def explain(log_text: str) -> str | None:
    """The last error and what to do about it, in sentences; None if the log has no error."""
    found = errors(log_text)
    if not found:
        return None
    quoted = f"Its last error: {found[-1][:_WORDS_AT_MOST].rstrip('.')}."
    for text in (found[-1], "\n".join(found)):  # the last error may be a consequence
        for cause in KNOWN_CAUSES:
            if cause.pattern.search(text):
                return f"{cause.advice} {quoted}"
    return quoted
