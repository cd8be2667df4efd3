"""A Maven repository of one jar on loopback, which can be told to misbehave."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lessons.embedded.jars import Jar

BODY = bytes(range(256)) * 4096  # 1 MiB
JAR = Jar("org.example:made-for-tests:1.0", sha256=hashlib.sha256(BODY).hexdigest())


class Maven(ThreadingHTTPServer):
    """Answers with as many bytes as `answers` says, one number a request; with all that is left when it says no more."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = BODY
        self.answers: list[int] = []
        self.knows_ranges = True
        self.status: int | None = None
        self.asked: list[tuple[str, str | None]] = []  # path, Range

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/maven2"


class _Handler(BaseHTTPRequestHandler):
    server: Maven

    def do_GET(self) -> None:
        maven, wished = self.server, self.headers["Range"]
        maven.asked.append((self.path, wished))
        start = int(re.fullmatch(r"bytes=(\d+)-", wished)[1]) if wished and maven.knows_ranges else 0
        rest = maven.body[start:]
        if maven.status:
            return self.send_error(maven.status)
        if not rest:
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: maven.answers.pop(0)] if maven.answers else rest)
        return None

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def running_maven() -> Iterator[Maven]:
    with Maven() as maven:
        thread = threading.Thread(target=maven.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield maven
        finally:
            maven.shutdown()
            thread.join()
