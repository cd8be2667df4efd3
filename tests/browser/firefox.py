"""A Firefox without a screen, driven by the protocol that it speaks by itself: WebDriver BiDi over one websocket."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.waiting import PATIENCE_S, wait_for

NAMES = ("firefox-esr", "firefox")
# What a page would not notice, and a test machine should not do.
QUIET = """
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "");
"""


class Firefox:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._last_id = socket, 0
        self._ask("session.new", capabilities={})
        self._tab = self._ask("browsingContext.create", type="tab")["context"]

    def go(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of its promise: None, a bool, a number or a text. Raises: AssertionError."""
        told = self._ask(
            "script.evaluate", expression=expression, target={"context": self._tab}, awaitPromise=True,
            userActivation=True,
        )  # fmt: skip
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return told["result"].get("value")

    def wait_until(self, expression: str) -> None:
        wait_for(lambda: self.evaluate(expression), why=lambda: self.evaluate("document.body.innerText.slice(0, 3000)"))

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._last_id += 1
        self._socket.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(PATIENCE_S))
            if told.get("id") == self._last_id:
                assert told["type"] == "success", told
                found: dict[str, Any] = told["result"]
                return found


def find_firefox() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running_firefox(folder: Path) -> Iterator[Firefox]:
    """With an empty profile in the folder."""
    path = find_firefox()
    assert path
    (folder / "user.js").write_text(QUIET)
    log = folder / "said.log"
    command = [path, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        listens = wait_for(lambda: re.search(r"BiDi listening on (ws://\S+)", log.read_text()), why=log.read_text)
        with connect(f"{listens[1]}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
