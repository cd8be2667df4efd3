"""Everything that the app itself refuses, with its sentences: Kafka is not asked.

A member's name is the code that pages, the API and sockets give. Its two sentences are templates: what the app answers,
and what the student can do now. `Refusal.TOO_LONG.error(asked=…, length=…)` makes the error; no `AppRefused` is made
anywhere else, and a test keeps it so.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import TypeVar

from lessons.cluster.errors import AppRefused
from lessons.words import _, gettext_noop

E = TypeVar("E", bound=AppRefused)


@unique
class Refusal(Enum):
    """A code, with what the app answers and what it advises."""

    # Names
    EMPTY_NAME = (
        gettext_noop("A name cannot be empty."),
        gettext_noop("Type one, such as test1p."),
    )
    DOT_NAME = (
        gettext_noop("A name cannot be '.' or '..': Kafka uses names for folders, where these mean something else."),
        gettext_noop("Type a name with letters in it, such as test1p."),
    )
    TOO_LONG = (
        gettext_noop(
            "The name has %(length)s characters. Kafka takes %(kafkas)s, and %(prefix)s of them name your class and seat."
        ),
        gettext_noop("Use at most %(most)s characters."),
    )
    ILLEGAL_NAME = (
        gettext_noop("The name contains a character that cannot be sent to Kafka at all."),
        gettext_noop("Use letters, digits, '.', '_' and '-'."),
    )

    # Partitions, replicas, offsets
    NO_PARTITIONS = (
        gettext_noop("A topic has at least 1 partition."),
        gettext_noop("Enter the total you want, 1 or more."),
    )
    NEGATIVE_PARTITIONS = (
        gettext_noop('Kafka would read a negative number as "use the default"; here you have to give a number.'),
        gettext_noop("Ask for 1 partition or more."),
    )
    TOO_MANY_PARTITIONS = (
        gettext_noop("In a class a topic can have at most %(most)s partitions. Kafka itself allows many more."),
        gettext_noop("Ask for %(most)s or fewer."),
    )
    NEGATIVE_REPLICAS = (
        gettext_noop('Kafka would read a negative number as "use the default"; here you have to give a number.'),
        gettext_noop("Ask for 1 replica or more."),
    )
    TOO_MANY_REPLICAS = (
        gettext_noop("The client takes at most %(most)s replicas."),
        gettext_noop("Ask for no more replicas than there are brokers."),
    )
    BROKER_FULL = (
        gettext_noop("Broker %(broker)s holds %(held)s replicas, and a broker of this cluster may hold %(most)s."),
        gettext_noop("Delete topics that you no longer need."),
    )
    SEAT_FULL = (
        gettext_noop(
            "Your topics have %(held)s replicas, and this would add %(more)s. One seat may have %(most)s, "
            "so that there is room for everybody."
        ),
        gettext_noop("Delete topics that you no longer need."),
    )
    NO_SUCH_PARTITION = (
        gettext_noop(
            "There is no partition %(partition)s: partitions count from 0, and the last one here is %(last)s."
        ),
        gettext_noop("Choose one that exists. When you send, you can leave it empty: then the producer chooses."),
    )
    OFFSET_OUT_OF_RANGE = (
        gettext_noop("The partition begins at offset %(earliest)s, and the next record gets offset %(end)s."),
        gettext_noop("Choose an offset between these two."),
    )

    # Settings of topics
    SETTING_NOT_OFFERED = (
        gettext_noop("In a class this app sets nothing called %(setting)s."),
        gettext_noop("Here one can set: %(offered)s."),
    )
    SETTING_OUT_OF_BOUNDS = (
        gettext_noop(
            "In a class %(setting)s can be %(least)s to %(most)s, not %(value)s: all share the brokers' disks and memory."
        ),
        gettext_noop("Choose a number between these two."),
    )

    # Consumers
    ILLEGAL_RESET = (
        gettext_noop("Here auto.offset.reset is earliest or latest, not %(reset)s."),
        gettext_noop("Choose one of the two."),
    )
    ILLEGAL_SESSION_TIMEOUT = (
        gettext_noop("The client takes a session.timeout.ms of 1 to 3600000, not %(session_timeout_ms)s."),
        gettext_noop("Kafka's brokers take 6000 to 1800000, unless their settings say otherwise."),
    )

    # Addresses to begin with
    HOW_MANY_ADDRESSES = (
        gettext_noop("A client begins at 1 address at least, and here at %(most)s at most."),
        gettext_noop("Type addresses as host:port, separated by commas."),
    )
    NO_ADDRESS = (
        gettext_noop("“%(address)s” is no address of a broker."),
        gettext_noop("Type a host, a colon and a port, such as kafka1:9092."),
    )

    # Brokers
    NOT_OURS = (
        gettext_noop("This app did not start these brokers, so it cannot stop or start them."),
        gettext_noop("Ask the people who run the cluster."),
    )
    BUSY = (
        gettext_noop("Somebody else is stopping or starting a broker at this moment."),
        gettext_noop("Try again in a moment."),
    )
    BROKER_DOWN = (
        gettext_noop("Broker %(broker)s was stopped or killed earlier, and nobody has started it since."),
        gettext_noop("Start it first."),
    )
    NO_QUORUM = (
        gettext_noop(
            "Broker %(other)s is not serving now, and two of the three must. The three brokers are the controllers too, "
            "and two of the three have to agree on who leads what."
        ),
        gettext_noop(
            "With one broker left, nothing could be created and no partition would get a new leader. "
            "Start broker %(other)s first, or wait until it is up."
        ),
    )
    BROKER_WANTED = (
        gettext_noop("Broker %(broker)s is already up or starting."),
        gettext_noop("You don't have to do anything."),
    )

    # Exercises
    OTHER_QUESTIONS = (
        gettext_noop("The questions of this exercise have changed since the page was made, so nothing was stored."),
        gettext_noop("Look at the exercise again, and answer what it asks now."),
    )

    # One seat's share
    TOO_FAST = (
        gettext_noop(
            "That is more than %(most)s actions in %(within_s)s seconds, the limit for one student. Nothing was done."
        ),
        gettext_noop("Wait %(wait_s)s seconds and try again."),
    )
    TOO_MANY_AT_ONCE = (
        gettext_noop("You have %(most)s actions running, the limit for one student. Nothing was done."),
        gettext_noop("Wait until one of them has its answer, and try again."),
    )
    READS_TOO_FAST = (
        gettext_noop("That is more than %(most)s reads in %(within_s)s seconds, the limit for one student."),
        gettext_noop("Wait %(wait_s)s seconds and try again. Open pages show what is new by themselves."),
    )
    TOO_MANY_READS_AT_ONCE = (
        gettext_noop("%(most)s reads of yours are running, the limit for one student."),
        gettext_noop("Wait until one of them has its answer, and try again."),
    )
    TOO_MANY_GROUPS = (
        gettext_noop("You have %(held)s consumer groups on the cluster, and one seat may have %(most)s."),
        gettext_noop("Use the group.id of one that you have, or delete one that you no longer need."),
    )
    TOO_MUCH = (
        gettext_noop(
            "You have stored %(stored_mb)s MB of large actions in this class, the limit for one student. "
            "Nothing was done."
        ),
        gettext_noop("Send less at a time: there is always room for up to %(always_kb)s kB."),
    )

    def __init__(self, answered: str, advice: str) -> None:
        self.answered = answered
        self.advice = advice

    def error(self, *, asked: str, kind: type[E] = AppRefused, **values: object) -> E:  # type: ignore[assignment]
        """The error (not raised), in the reader's language. `values` fill in the placeholders of both sentences."""
        return kind(code=self.name, asked=asked, answered=_(self.answered) % values, advice=_(self.advice) % values)
