"""A program of the student's own that used a short name: on the cluster it made another topic than the one it meant."""

from __future__ import annotations

from collections.abc import Mapping

from lessons.course.exercise import Say, Verdict, not_begun

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


def no_topic(
    name: str,
    unprefixed: Mapping[str, str],
    *,
    expected: str,
    why: str = "Create it by the form above.",
    misconception: str = "no-topic",
    say: Say = not_begun,
) -> Verdict:
    """The verdict where a topic is missing; of a program that used its short name, what that has made."""
    return say(
        f"There is no topic {name}.", expected=expected, misconception=BARE_NAME if unprefixed else misconception,
        why=told(unprefixed) if unprefixed else why,
    )  # fmt: skip
