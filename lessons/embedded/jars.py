"""The jars of a broker: fetched from Maven Central or a mirror, each compared with the committed jars.sha256.

Why it is so: the list names every jar with its version and SHA-256, so nothing is resolved on a teacher's machine and
the standard library is enough. A jar gets its name only after it was compared; what arrived before a cut stays in a
`.part` file, and the next download asks for the rest (a Range request, RFC 9110, section 14). The jars at hand are
compared before every start, too (0.1 s for the 44 MB). Certificates are the system's, and the usual proxy variables
are honoured, as urllib does.

To change the version of Kafka: change COORDINATES, run `python -m tests.list_jars`, look at the difference.
"""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import queue
import ssl
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from .problem import BrokerProblem

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
COORDINATES = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",  # Kafka names log4j and slf4j, and not what joins them
)
LIST_PATH = Path(__file__).with_name("jars.sha256")

Say = Callable[[str], None]

_DOWNLOADS_AT_ONCE = 4
_SAY_EVERY_S = 1.0
_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Jar:
    coordinate: str  # group:artifact:version
    sha256: str

    @property
    def file_name(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    @property
    def path(self) -> str:
        """Where every Maven repository keeps it."""
        group, artifact, version = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.file_name}"


def listed_jars(list_path: Path = LIST_PATH) -> tuple[Jar, ...]:
    """What jars.sha256 lists, in the order of the class path."""
    lines = (line.split() for line in list_path.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate=coordinate, sha256=sha256) for sha256, coordinate in lines)


def fetch_class_path(
    jar_dir: Path, *, say: Say, jars: Sequence[Jar] | None = None, maven_url: str | None = None
) -> tuple[Path, ...]:
    """The broker's jars, each as listed; what is missing or differs is fetched, once.

    `maven_url` is a mirror of Maven Central.

    Raises: BrokerProblem when a jar can't be fetched or saved, or differs from the list after it was fetched.
    """
    wanted = listed_jars() if jars is None else tuple(jars)
    try:
        jar_dir.mkdir(parents=True, exist_ok=True)
        with _locked(jar_dir):
            if missing := missing_jars(jar_dir, wanted):
                _fetch(missing, jar_dir, repository=Repository(maven_url or MAVEN_CENTRAL), say=say)
    except OSError as error:
        reason = error.strerror or error
        raise BrokerProblem(f"Kafka's jars (45 MB) can't be saved in {jar_dir}: {reason}.") from error
    return tuple(jar_dir / jar.file_name for jar in wanted)


def missing_jars(jar_dir: Path, jars: Sequence[Jar] | None = None) -> list[Jar]:
    """Those that are not there, or not as listed. Raises: OSError"""
    wanted = listed_jars() if jars is None else jars
    return [jar for jar in wanted if not _is_as_listed(jar_dir / jar.file_name, jar)]


def _is_as_listed(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


@contextmanager
def _locked(jar_dir: Path) -> Iterator[None]:
    """Data folders share the jars; two first starts at once must not write over each other."""
    with (jar_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(missing: Sequence[Jar], jar_dir: Path, *, repository: Repository, say: Say) -> None:
    """Several at once, in daemon threads: neither Ctrl-C nor a problem with one jar waits for a slow server.

    Raises: BrokerProblem, OSError
    """
    waiting: queue.SimpleQueue[Jar] = queue.SimpleQueue()
    for jar in missing:
        waiting.put(jar)
    results: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                results.put(_problem_with(waiting.get_nowait(), jar_dir, repository))

    say(f"Fetching Kafka: {len(missing)} jars.")
    for _ in range(_DOWNLOADS_AT_ONCE):
        threading.Thread(target=work, name="jars", daemon=True).start()
    done, said_at = 0, time.monotonic()
    while done < len(missing):
        with suppress(queue.Empty):
            if problem := results.get(timeout=_SAY_EVERY_S):
                raise problem
            done += 1
        if time.monotonic() - said_at >= _SAY_EVERY_S:
            say(f"Fetching Kafka: {done} of {len(missing)} jars are here.")
            said_at = time.monotonic()


def _problem_with(jar: Jar, jar_dir: Path, repository: Repository) -> Exception | None:
    try:
        _fetch_one(jar, jar_dir, repository)
    except Exception as error:  # to be raised where somebody waits
        return error
    return None


def _fetch_one(jar: Jar, jar_dir: Path, repository: Repository) -> None:
    """Raises: BrokerProblem, OSError when the disk refuses."""
    part = jar_dir / f"{jar.file_name}.part"
    was_begun = _size_bytes(part) > 0
    repository.load(jar, part)
    if was_begun and not _is_as_listed(part, jar):  # then its beginning may be to blame, and not the server
        part.unlink(missing_ok=True)
        repository.load(jar, part)
    if not _is_as_listed(part, jar):
        part.unlink(missing_ok=True)
        raise BrokerProblem(
            f"{jar.file_name} from {repository.host} is not the jar that lessons/embedded/jars.sha256 lists. It was"
            " deleted, and nothing was started with it. If this happens again, something between here and the server"
            " changes files."
        )
    os.replace(part, jar_dir / jar.file_name)


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class _CutError(Exception):
    """An answer that ended before its end, or none; str() is the reason."""


@dataclass(frozen=True)
class Repository:
    """A Maven repository on the web."""

    url: str
    timeout_s: float = 30  # for each answer and each block of it
    _tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __post_init__(self) -> None:
        """Raises: BrokerProblem"""
        with suppress(ValueError):
            parts = urlsplit(self.url)
            if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc:
                return
        raise BrokerProblem(
            f"Kafka's jars can't be fetched from {self.url!r}: that is not the address of a mirror of Maven Central."
            f" KAFKACLASS_MAVEN has to look like {MAVEN_CENTRAL}, without a user name."
        )

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def load(self, jar: Jar, part: Path) -> None:
        """Bring into the file what it has not yet of the jar. Asks again as long as each answer brings something.

        Raises: BrokerProblem, OSError when the disk refuses.
        """
        while True:
            had = _size_bytes(part)
            try:
                return self._load_rest(jar, part, start=had)
            except _CutError as cut:
                if _size_bytes(part) <= had:
                    raise BrokerProblem(
                        f"{jar.file_name} could not be fetched from {self.host}: {cut}. The first start needs the"
                        " internet. Check your connection and run the same command again: it continues where it"
                        " stopped."
                    ) from cut

    def _load_rest(self, jar: Jar, part: Path, *, start: int) -> None:
        answer = self._ask(jar, start=start)
        if answer is None:
            return
        goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT  # a server without ranges sends all of it
        with answer, part.open("ab" if goes_on else "wb") as file:
            for block in _blocks(answer):
                file.write(block)

    def _ask(self, jar: Jar, *, start: int) -> http.client.HTTPResponse | None:
        """The answer with the jar from that byte on; None when the server has no more bytes than that."""
        headers = {"User-Agent": "kafkaclass"} | ({"Range": f"bytes={start}-"} if start else {})
        request = Request(f"{self.url.rstrip('/')}/{jar.path}", headers=headers)  # noqa: S310 - http or https
        try:
            return urlopen(request, timeout=self.timeout_s, context=self._tls)  # type: ignore[no-any-return]  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return None
            raise BrokerProblem(self._refusal(jar, error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise _CutError(_reason(error)) from error

    def _refusal(self, jar: Jar, error: urllib.error.HTTPError) -> str:
        said = f"{self.host} answered {error.code} ({error.reason}) when asked for {jar.path}."
        if error.code == http.HTTPStatus.NOT_FOUND:
            return f"{said} Maven Central has it; KAFKACLASS_MAVEN has to name a whole mirror of it."
        return f"{said} Try again later, or name a mirror of Maven Central in KAFKACLASS_MAVEN."


def _blocks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Raises: _CutError"""
    missing = int(answer.headers.get("Content-Length") or 0)
    try:
        while block := answer.read(_BLOCK_BYTES):
            yield block
            missing -= len(block)
    except (OSError, http.client.HTTPException) as error:
        raise _CutError(_reason(error)) from error
    if missing > 0:
        raise _CutError("the connection was closed before the end")


def _reason(error: Exception) -> str:
    """Of whatever urllib raises."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"its certificate could not be verified ({cause.verify_message}). A Python from python.org on macOS has no"
            " certificates until you run its Install Certificates.command; behind a proxy that opens TLS, name its"
            " certificate in SSL_CERT_FILE"
        )
    if isinstance(cause, TimeoutError):
        return "it did not answer in time"
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
