"""What every act has: its base class, its answer, and helpers for the code that is shown."""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lessons.cluster.clients import counterpart
from lessons.cluster.namespace import NOT_SENDABLE, Namespace
from lessons.words import _, gettext_noop

# Any text: `Namespace.full` and Kafka decide whether a name is legal. The limit only keeps rows small.
Name = Annotated[str, Field(max_length=1000)]


SHOWN_ADDRESSES = 2  # as in the notebook: where a client begins, and not what the cluster is
SHOWN_CHARACTERS = 66  # of a line of code: what fits its box at a width of 1280 pixels
CONFIG_FILE = "kafka.json"  # what a program on a laptop reads
PROPERTIES_FILE = "client.properties"  # the same for Kafka's own tools
MOST_RECORDS = 500  # that one act sends

# What an act is about, in the order in which the acts are offered where all of them are; "" is offered nowhere by itself.
About = Literal["topics", "records", "groups", "cluster", "brokers", ""]
TOPIC_FIELDS = ("name", "names", "topic", "done_topic")  # of all acts; `names` has one a line
GROUP_FIELDS = ("group_id",)

# What the feed says of an act that was not done, after the person's name. `doing` is the act's.
_NOT_DONE = {
    "running": gettext_noop("is %(doing)s"),
    "refused": gettext_noop("was refused: %(doing)s"),
    "failed": gettext_noop("could not reach Kafka: %(doing)s"),
    "unknown": gettext_noop("got no clear answer: %(doing)s"),
}


@dataclass(frozen=True)
class Where:
    """Whose names and which addresses the code of an act shows."""

    namespace: Namespace
    bootstrap_servers: str
    begin_at: str = ""  # the addresses to show; empty: two of the cluster's
    laptop_servers: str = ""  # the same brokers as laptops find them: then programs read all settings from a file

    def full(self, name: str) -> str:
        return self.namespace.prefix + name

    @property
    def brokers(self) -> str:
        """The value of `bootstrap.servers` that is shown."""
        if self.begin_at:
            ours, laptops = self.bootstrap_servers, self.laptop_servers
            return ",".join(counterpart(each, among=ours, of=laptops) for each in self.begin_at.split(","))
        return ",".join((self.laptop_servers or self.bootstrap_servers).split(",")[:SHOWN_ADDRESSES])

    def imports(self, *of_the_standard_library: str) -> str:
        """The lines above the imports of the client: those of the standard library, and an empty one if there are any."""
        lines = [*(["import json"] if self.laptop_servers else []), *of_the_standard_library]
        ordered = sorted(lines, key=lambda line: (line.startswith("from"), line))
        return "".join(f"{line}\n" for line in [*ordered, ""]) if lines else ""

    def head(self, topic: str | None = None) -> str:
        """The lines at the top of a program, after its imports: `brokers = "…"`, and `topic = "…"` if it has one."""
        lines = _assigned("brokers", self.brokers.split(","))
        if self.laptop_servers:
            lines = f"config = json.load(open({literal(CONFIG_FILE)}))"
            if self.begin_at:
                lines += "\n" + _assigned('config["bootstrap.servers"]', self.brokers.split(","))
        return lines if topic is None else f"{lines}\ntopic = {literal(self.full(topic))}"

    @property
    def client(self) -> str:
        """The settings of a client that needs no others, after `head`."""
        return "config" if self.laptop_servers else '{"bootstrap.servers": brokers}'

    @property
    def setting(self) -> str:
        """The same as the first line in a dictionary with others."""
        return "**config," if self.laptop_servers else '"bootstrap.servers": brokers,'

    @property
    def not_from_a_laptop(self) -> str:
        """A line above a program that a seat's own user may not run: see `lessons.cluster.users`."""
        return "# From a laptop this is refused: do it on the page.\n" if self.laptop_servers else ""

    def tool(self, name: str, *arguments: str) -> str:
        """A command line for one of Kafka's own tools, one option per line."""
        words = [shlex.quote(word) for word in arguments]
        lines: list[str] = []
        for word in words:
            if word.startswith("--") or not lines:
                lines.append(word)
            else:
                lines[-1] += f" {word}"
        first = [f"--bootstrap-server {self.brokers}"]
        if self.laptop_servers:
            first.append(f"--command-config {PROPERTIES_FILE}")
        return " \\\n    ".join([name, *first, *lines])


@dataclass(frozen=True)
class Answer:
    """Kafka's answer to an act."""

    words: str
    details: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON, for the checks
    why: str = ""
    state: Literal["done", "refused", "unknown"] = "done"


def _refuse_unstorable(value: Any) -> Any:
    """Refuse NUL and halves of surrogate pairs: JSON can hold them, rows and the client's C strings cannot."""
    if isinstance(value, str) and NOT_SENDABLE.search(value):
        raise ValueError(_("The text contains a NUL, or a character that does not exist in UTF-8."))
    if isinstance(value, Mapping):
        for each in (*value, *value.values()):
            _refuse_unstorable(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_unstorable(each)
    return value


class Action(BaseModel, ABC):
    """One act, with its fields filled in. Texts of the class are marked here and translated where they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    refuse_unstorable = field_validator("*", mode="before")(_refuse_unstorable)

    kind: ClassVar[str]
    title: ClassVar[str]
    submit: ClassVar[str]  # on its button
    about: ClassVar[About]
    did: ClassVar[str]  # "created %(what)s": the feed's line when it was done
    doing: ClassVar[str]  # "creating %(what)s": the end of the feed's line when it was not, such as "was refused: …"
    asks_kafka: ClassVar[bool] = True
    removes: ClassVar[bool] = False  # whether something is gone after it: its button does not look like the others
    changes_topics: ClassVar[bool] = False  # whether topics, partitions or leaders are others after it
    changes_records: ClassVar[bool] = False  # whether a partition's records are others after it
    only_appends: ClassVar[bool] = False  # whether all that it changes of records is that there are more
    changes_groups: ClassVar[bool] = False  # whether members or committed offsets are others after it
    example: ClassVar[Mapping[str, Any]]  # fields for one, for the API and for tests
    roles: ClassVar[frozenset[str]] = frozenset()  # who may do it; empty: everybody in the class
    also_alone: ClassVar[bool] = False  # a student, too, who is alone on a machine of their own

    @classmethod
    def is_offered(cls) -> bool:
        """Whether this act is possible on this cluster at all."""
        return True

    @classmethod
    def left_out(cls, typed: Mapping[str, Any]) -> Mapping[str, str]:
        """{field: what to say} of a form with fields that only a program may leave out, for it knows what comes of it."""
        return {}

    @classmethod
    def filled(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What a lesson fills the form with, as it fits this cluster."""
        return dict(fields)

    @abstractmethod
    def run(self, namespace: Namespace) -> Answer:
        """Do it. Raises: lessons.cluster.errors.ClusterError."""

    def weight(self) -> int:
        """How many bytes it makes others keep, about: as a row, or as records."""
        return len(self.model_dump_json())

    def find_out(self, namespace: Namespace) -> Answer | None:
        """The answer to an act that was cut off, as the cluster shows it now; None: the cluster does not show it."""
        return None

    @abstractmethod
    def python(self, where: Where) -> str:
        """The same act as a complete program for confluent-kafka."""

    @abstractmethod
    def command(self, where: Where) -> str:
        """The same act as a command line for the tools that come with Kafka."""

    def cell(self, where: Where) -> str:
        """`python` for a notebook that runs from top to bottom: it ends by itself, and prints a refusal that is likely
        there instead of raising it."""
        return self.python(where)

    def script(self, where: Where) -> str:
        """`command` for a script, where it must end by itself."""
        return self.command(where)

    @abstractmethod
    def feed_line(self) -> str:
        """What the act is about, in the place of `%(what)s`: `test1p with 1 partition, 1 replica`."""

    @classmethod
    def told(cls, what: str, state: str) -> str:
        """What happened, after the person's name: `created test1p …`, or `was refused: creating test1p …`.

        `what` is the act's `feed_line`; `state` is done, refused, failed, unknown or running.
        """
        if state == "done":
            return _(cls.did) % {"what": what}
        return _(_NOT_DONE[state]) % {"doing": _(cls.doing) % {"what": what}}


def topics_named(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The topics that the fields of an act name, by their short names, each once."""
    return _named(fields, TOPIC_FIELDS)


def groups_named(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The consumer groups that the fields of an act name."""
    return _named(fields, GROUP_FIELDS)


def _named(fields: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    lines = (line.strip() for key in keys for line in str(fields.get(key) or "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _assigned(name: str, addresses: Sequence[str]) -> str:
    """On one line, if it fits."""
    line = f"{name} = {literal(','.join(addresses))}"
    if len(line) <= SHOWN_CHARACTERS:
        return line
    *first, last = addresses
    lines = [*(f"    {literal(f'{each},')}" for each in first), f"    {literal(last)}"]
    return "\n".join([f"{name} = (", *lines, ")"])


def literal(text: str) -> str:
    """The text as a Python literal, in double quotes like the rest of the code that is shown."""
    plain = text.isprintable() and not {'"', "\\"} & set(text)
    return f'"{text}"' if plain else repr(text)
