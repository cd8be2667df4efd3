"""Daphne, with walls: how much one connection may make a web process keep.

Why it is so
------------
Twisted parses a form before Django is asked, and takes twelve times its size in memory for it: an upload of 300 MB to the
join page, by nobody in particular, took 4 GB. So a body is refused by the length that it claims and by what arrives, and
nothing but Django parses one. And Daphne's `send` never waits: a page that grants credit and reads nothing would make its
process keep all of it. So what a browser has not taken is counted, and one that takes nothing for a while, or lets too much
pile up, is cut off. Daphne asks each browser now and then whether it is there; where a member of a group hangs on it, it is
asked more often: the group should not wait long for one whose page has vanished. `install` puts both in the place of
Daphne's own classes.

Three hundred open pages of which nobody acts ask some forty times a second whether we are still there. So that is answered
here, before a frame is made of what came, at a fifth of what it costs in the application; and Autobahn is kept from colouring,
for every frame, a line of a log that nobody keeps.
"""

from __future__ import annotations

import gc
import resource
import time
from typing import Any

from autobahn.twisted import websocket
from autobahn.websocket import protocol
from daphne import http_protocol, ws_protocol

from lessons.web.sockets.protocol import PING, PONG

# Django refuses in words what is larger than a form may be; this is for what is absurd.
MOST_BODY_BYTES = 8 * 1024 * 1024
MOST_UNSENT_BYTES = 4 * 1024 * 1024  # of one socket: more than all credit that a page of ours has out
LONGEST_UNSENT_S = 30.0
MEMBER_SILENT_S = 4.0
_WITH_MEMBERS = (b"/consume/", b"/program/")  # paths of lessons.web.routing
COLLECT_AFTER = (20_000, 20, 100)  # objects; looks at the new ones; looks at those that outlived one
MOST_FILES = 65_536  # a connection is one; a process may have 1,024 unless it asks for more

_PING, _PONG = int.from_bytes(PING.encode()), PONG.encode()
_TEXT, _MASKED = 0x81, 0x80  # a whole message of text; from a browser each is masked, by four bytes (RFC 6455, 5.2)
_PING_BEGINS, _PONG_FRAME = bytes([_TEXT, _MASKED | len(PING)]), bytes([_TEXT, len(_PONG)]) + _PONG
_REFUSED = b"A form or a request may have at most %d MB.\n" % (MOST_BODY_BYTES >> 20)
_ANSWER = (
    b"HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
    b"Connection: close\r\n\r\n%s"
) % (len(_REFUSED), _REFUSED)


class BoundedRequest(http_protocol.WebRequest):
    """A request whose body is neither parsed here nor larger than it may be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._arrived = 0
        self._is_refused = False
        super().__init__(*args, **{**kwargs, "parsePOSTFormSubmission": False})

    def gotLength(self, length: int | None) -> None:
        if length is not None and length > MOST_BODY_BYTES:
            super().gotLength(0)
            self._refuse()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        self._arrived += len(data)
        if self._arrived > MOST_BODY_BYTES:
            self._refuse()
        elif not self._is_refused:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self._is_refused:
            super().requestReceived(command, path, version)

    def _refuse(self) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        self.channel.transport.write(_ANSWER)
        self.channel.loseConnection()


class Backlog:
    """What was sent and not taken, as the transport tells a producer: from the moment in which its buffer is full until it
    is empty again."""

    def __init__(self) -> None:
        self._bytes = 0
        self._since: float | None = None

    def pauseProducing(self) -> None:
        self._since = time.monotonic()

    def resumeProducing(self) -> None:
        self._bytes, self._since = 0, None

    def stopProducing(self) -> None:
        self.resumeProducing()

    def is_too_much_with(self, number: int) -> bool:
        """Whether it is too much, or too old, with so many bytes more."""
        if self._since is None:
            return False
        self._bytes += number
        return self._bytes > MOST_UNSENT_BYTES or time.monotonic() - self._since > LONGEST_UNSENT_S


class BoundedWebSocket(ws_protocol.WebSocketProtocol):
    """A websocket whose other end has to read, and to be there."""

    last_ping: float  # Daphne's: when it was heard from or asked last, as time.time()

    def onOpen(self) -> None:
        self._backlog = Backlog()
        self.transport.unregisterProducer()  # the HTTP channel's, which has handed the connection over
        self.transport.registerProducer(self._backlog, True)
        super().onOpen()

    def handle_reply(self, message: Any) -> None:
        """Daphne leaves out the headers of an accepted socket; Autobahn takes them beside the subprotocol."""
        if message.get("type") == "websocket.accept":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message.get("headers", ())}
            self.serverAccept((message.get("subprotocol"), headers))
        else:
            super().handle_reply(message)

    def dataReceived(self, data: bytes) -> None:
        if data[:2] == _PING_BEGINS and self._is_between_messages() and _is_ping(data):
            self.last_ping = time.time()
            self.sendData(_PONG_FRAME)
            self._drop_where_nobody_reads(len(_PONG_FRAME))
        else:
            super().dataReceived(data)

    def _is_between_messages(self) -> bool:
        is_open = self.state == self.STATE_OPEN and not self.muted
        return bool(is_open and not self.data and self.current_frame is None and not self.inside_message)

    def serverSend(self, content: Any, binary: bool = False) -> None:
        super().serverSend(content, binary)
        self._drop_where_nobody_reads(len(content))

    def _drop_where_nobody_reads(self, more: int) -> None:
        if self.state == self.STATE_OPEN and self._backlog.is_too_much_with(more):
            self.dropConnection(abort=True)

    def check_timeouts(self) -> None:
        is_due = time.time() - self.last_ping > MEMBER_SILENT_S and self.path.endswith(_WITH_MEMBERS)
        if is_due and self.state == self.STATE_OPEN:
            self._sendAutoPing()
            self.last_ping = time.time()
        super().check_timeouts()


def _is_ping(frame: bytes) -> bool:
    mask, text = frame[2:6], frame[6:]
    whole = int.from_bytes((mask * 4)[: len(PING)])
    return len(text) == len(PING) and int.from_bytes(text) ^ whole == _PING


def install() -> None:
    """For this process, before it serves."""
    http_protocol.WebRequest = BoundedRequest
    ws_protocol.WebSocketFactory.protocol = BoundedWebSocket
    for module in (websocket, protocol):
        for colour in ("hltype", "hlval"):
            setattr(module, colour, _as_it_is)
    raise_file_limit()


def _as_it_is(thing: object, **_colours: object) -> object:
    return thing


def collect_rarely() -> None:
    """What is loaded now stays, and the garbage collector need not look at it again. A look at all objects of a process with
    150 open pages holds up everybody for a third of a second: so it has one after some minutes of work, and not some
    seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
