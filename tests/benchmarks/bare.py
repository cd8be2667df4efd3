"""The least that it could take: what a benchmark measures beside the app. Each runs in a process of its own.

poll                  a consumer that does nothing but `poll`
websockets_server     one consumer, and the `websockets` library broadcasting each record
daphne_hub            one consumer, and Daphne sending each record to each socket, one frame a record
daphne_consumers      Daphne, and a consumer for each socket
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import websockets
from confluent_kafka import Consumer, TopicPartition
from websockets.asyncio.server import broadcast, serve

from tests.benchmarks.measuring import DEADLINE_S

POLL_S = 0.1  # then it looks whether it shall stop


def bare_consumer(bootstrap_servers: str, topic: str) -> Consumer:
    settings = {"bootstrap.servers": bootstrap_servers, "group.id": "benchmark", "enable.auto.commit": False}
    consumer = Consumer(settings)
    consumer.assign([TopicPartition(topic, 0, 0)])
    return consumer


def poll(bootstrap_servers: str, topic: str, total: int, results: Connection) -> None:
    """Tells the delays of so many records, in ms: a record's value is the moment of sending."""
    consumer, delays = bare_consumer(bootstrap_servers, topic), []
    end_at = time.monotonic() + DEADLINE_S
    while len(delays) < total and time.monotonic() < end_at:
        message = consumer.poll(1.0)
        if message is not None and not message.error():
            delays.append(time.time() * 1000 - float(message.value()))
    results.send(delays)
    consumer.close()


def read_on(bootstrap_servers: str, topic: str, stopped: threading.Event, tell: Callable[[str], object]) -> None:
    """Each record as a frame, until it shall stop."""
    consumer = bare_consumer(bootstrap_servers, topic)
    while not stopped.is_set():
        message = consumer.poll(POLL_S)
        if message is not None and not message.error():
            tell(json.dumps({"records": [{"value": {"text": message.value().decode()}}]}))
    consumer.close()


# Servers: each tells its port, and ends when it is told anything.


def websockets_server(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    asyncio.run(_websockets_server(bootstrap_servers, topic, pipe))


async def _websockets_server(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    loop, stopped, pages = asyncio.get_running_loop(), threading.Event(), set()

    async def page(connection: websockets.asyncio.server.ServerConnection) -> None:
        pages.add(connection)
        await connection.wait_closed()
        pages.discard(connection)

    def tell(text: str) -> None:
        loop.call_soon_threadsafe(broadcast, pages, text)

    async with serve(page, "127.0.0.1", 0, compression=None) as server:
        reader = asyncio.create_task(asyncio.to_thread(read_on, bootstrap_servers, topic, stopped, tell))
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        stopped.set()
        await reader


def daphne_hub(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    pages: set[asyncio.Queue[str]] = set()
    reader: list[threading.Thread] = []

    def begin(tell: Callable[[Callable[[], None]], object]) -> None:
        def to_all(text: str) -> None:
            for page in pages:
                page.put_nowait(text)

        def heard(text: str) -> None:
            tell(lambda: to_all(text))

        reader.append(threading.Thread(target=read_on, args=(bootstrap_servers, topic, threading.Event(), heard)))
        reader[0].daemon = True
        reader[0].start()

    async def page(send: Any) -> None:
        if not reader:
            begin(asyncio.get_running_loop().call_soon_threadsafe)
        waiting: asyncio.Queue[str] = asyncio.Queue()
        pages.add(waiting)
        try:
            while True:
                await send({"type": "websocket.send", "text": await waiting.get()})
        finally:
            pages.discard(waiting)

    _run_daphne(page, pipe)


def daphne_consumers(bootstrap_servers: str, topic: str, pipe: Connection) -> None:
    async def page(send: Any) -> None:
        loop, stopped, waiting = asyncio.get_running_loop(), threading.Event(), asyncio.Queue()

        def heard(text: str) -> None:
            loop.call_soon_threadsafe(waiting.put_nowait, text)

        threading.Thread(target=read_on, args=(bootstrap_servers, topic, stopped, heard), daemon=True).start()
        try:
            while True:
                await send({"type": "websocket.send", "text": await waiting.get()})
        finally:
            stopped.set()

    _run_daphne(page, pipe)


def _run_daphne(page: Callable[[Any], Any], pipe: Connection) -> None:
    from daphne.server import Server  # it takes the event loop of its process
    from twisted.internet import reactor

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sending = asyncio.create_task(page(send))
        while (await receive())["type"] != "websocket.disconnect":
            pass
        sending.cancel()

    def end_when_told() -> None:
        pipe.recv()
        reactor.callFromThread(reactor.stop)

    def ready() -> None:
        pipe.send(server.listening_addresses[0][1])
        threading.Thread(target=end_when_told, daemon=True).start()

    endpoint = "tcp:port=0:interface=127.0.0.1"
    server = Server(application, endpoints=[endpoint], signal_handlers=False, ready_callable=ready)
    server.run()
