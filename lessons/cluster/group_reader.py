"""Reads the consumer groups of the seats that somebody looks at, once an interval, for all of them.

Why it is so
------------
A group's coordinator may hang, and then each question about it waits for seconds: so groups are read on a thread of
their own, and a snapshot takes what was read last. Nobody who draws a page waits for a coordinator.

One list of all groups costs what one seat's would. A description costs 1 ms, so a group is described again when it may not
be as it was: it has another state, Kafka has noted something in its partition of `__consumer_offsets`, or what it reads
ends elsewhere. Of many such, those with members come first, and then those that were described longest ago, up to a limit.
Groups of other kinds, which the client can't describe, are listed less often: that call describes every group of the
cluster on its way. Whether a share group goes on is seen from what Kafka notes about it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lessons.cluster.errors import ClusterError
from lessons.cluster.groups import Group, describe_full_ids, list_all_groups, list_others, noted_up_to, other_group
from lessons.cluster.namespace import Namespace, prefix_of

_log = logging.getLogger(__name__)

ByPrefix = Mapping[str, tuple[Group, ...]]
Ends = Callable[[], Mapping[tuple[str, int], int]]  # where partitions end, by full name and number

_AT_REST = {"Stable", "Empty"}


@dataclass(frozen=True)
class GroupReaderSettings:
    """`described` and `looked_again`, of those that seem to be as they were, are for one round."""

    interval_s: float = 0.75
    timeout_s: float = 5.0
    described: int = 60
    looked_again: int = 2
    pause_after_error_s: float = 2.0
    others_every_s: float = 5.0


@dataclass(frozen=True)
class _Known:
    """A group as it was described last, and when, and up to where Kafka had noted something about it then."""

    group: Group
    at: float
    noted: int | None


class GroupReader:
    """One thread while anybody wants groups. `told` is called there with the prefixes whose groups have changed."""

    def __init__(
        self,
        told: Callable[[set[str]], None],
        *,
        is_up: Callable[[], bool],
        ends: Ends = lambda: {},
        settings: GroupReaderSettings | None = None,
    ) -> None:
        """`ends`: as they are known now."""
        self._told = told
        self._is_up = is_up  # a cluster that is away is not asked
        self._ends = ends
        self._settings = settings or GroupReaderSettings()
        self._lock = threading.Lock()
        self._wanted: dict[str, Namespace] = {}
        self._known: dict[str, _Known] = {}  # by full id
        self._others: dict[str, int] = {}  # full ids, and how often Kafka has noted something about each
        self._others_listed_at = float("-inf")
        self._by_prefix: ByPrefix = MappingProxyType({})
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    @property
    def groups(self) -> ByPrefix:
        """As they were read last, by the seat's prefix; a seat that is missing was not read yet."""
        return self._by_prefix

    def want(self, seats: Mapping[str, Namespace]) -> None:
        """Whose groups are to be read from now on, by prefix."""
        with self._lock:
            added = seats.keys() - self._wanted.keys()
            self._wanted = dict(seats)
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kafka-groups", daemon=True)
                self._thread.start()
        if added or not seats:
            self._wake.set()

    def read_soon(self) -> None:
        """A seat has done something that may have changed a group."""
        self._wake.set()

    def _run(self) -> None:
        while self._goes_on():
            self._wake.clear()
            pause_s = self._settings.interval_s
            try:
                if self._is_up():
                    self._read()
            except ClusterError as error:
                _log.debug("no groups: %s", error)
                pause_s = self._settings.pause_after_error_s
            except Exception:  # a thread that died would leave every page with its last groups
                _log.exception("the groups could not be read")
            time.sleep(0.1)
            self._wake.wait(pause_s)

    def _goes_on(self) -> bool:
        """Whether anybody wants groups; else the thread says goodbye in the same moment, so that none is lost."""
        with self._lock:
            if not self._wanted:
                self._thread = None
                self._known, self._by_prefix = {}, MappingProxyType({})
            return self._thread is not None

    def _read(self) -> None:
        """Raises: ClusterError."""
        with self._lock:
            wanted = dict(self._wanted)
        states = {
            full_id: state
            for full_id, state in list_all_groups(timeout_s=self._settings.timeout_s).items()
            if prefix_of(full_id) in wanted
        }
        # Before they are described: what is noted after that is seen the next time.
        noted = noted_up_to(states.keys(), timeout_s=self._settings.timeout_s)
        chosen = self._choose(states, noted)
        owners = {full_id: wanted[prefix_of(full_id)] for full_id in chosen}
        described = describe_full_ids(owners, timeout_s=self._settings.timeout_s)
        now = time.monotonic()
        self._known = {full_id: known for full_id, known in self._known.items() if full_id in states}
        for full_id, group in zip(chosen, described, strict=True):
            self._known[full_id] = _Known(group, now, noted.get(full_id))
        self._list_others()
        self._tell(wanted)

    def _list_others(self) -> None:
        """Raises: ClusterError."""
        if time.monotonic() - self._others_listed_at >= self._settings.others_every_s:
            self._others = list_others(timeout_s=self._settings.timeout_s)
            self._others_listed_at = time.monotonic()

    def _choose(self, states: Mapping[str, str], noted: Mapping[str, int]) -> list[str]:
        """Those that may be otherwise: first the new ones and those in another state, then those with members, then those
        that were described longest ago. And a few more."""
        ends = self._ends()

        def is_otherwise(full_id: str) -> bool:
            known, prefix = self._known.get(full_id), prefix_of(full_id)
            if known is None or known.group.state != states[full_id] or known.group.state not in _AT_REST:
                return True
            if known.noted is None or known.noted != noted.get(full_id):
                return True
            return any(ends.get((prefix + lag.topic, lag.partition), lag.end) != lag.end for lag in known.group.lags)

        def place(full_id: str) -> tuple[bool, bool, float]:
            known = self._known.get(full_id)
            is_as_it_was = known is not None and known.group.state == states[full_id]
            return is_as_it_was, states[full_id] == "Empty", known.at if known else 0.0

        otherwise = set(filter(is_otherwise, states))
        others = sorted(states.keys() - otherwise, key=place)[: self._settings.looked_again]
        return [*sorted(otherwise, key=place)[: self._settings.described], *others]

    def _tell(self, wanted: Mapping[str, Namespace]) -> None:
        found: dict[str, list[Group]] = {prefix: [] for prefix in wanted}
        for full_id in sorted(self._known.keys() | self._others.keys()):
            if (prefix := prefix_of(full_id)) in found:
                known = self._known.get(full_id)
                found[prefix].append(known.group if known else self._other(full_id, wanted[prefix]))
        before, after = self._by_prefix, {prefix: tuple(groups) for prefix, groups in found.items()}
        self._by_prefix = MappingProxyType(after)
        if changed := {prefix for prefix, groups in after.items() if before.get(prefix) != groups}:
            self._told(changed)

    def _other(self, full_id: str, owner: Namespace) -> Group:
        return other_group(owner, full_id, self._others[full_id])
