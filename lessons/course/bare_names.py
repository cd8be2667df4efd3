"""A program of the student's own that used a short name: on the cluster it made another topic than the one it meant."""

from __future__ import annotations

from collections.abc import Mapping

BARE_NAME = "bare-name"  # the name of this mistake, in a verdict that something is missing


def told(unprefixed: Mapping[str, str]) -> str:
    """What to say of {short name: full name}, as `Evidence.unprefixed` found them."""
    names = ", ".join(unprefixed)
    full_names = ", ".join(unprefixed.values())
    topics, yours, are = ("a topic", "yours", "is") if len(unprefixed) == 1 else ("topics", "your own", "are")
    return (
        f"The cluster has {topics} {names} without your prefix. If a program of yours made that: "
        f"on the cluster, {yours} {are} called {full_names}."
    )
