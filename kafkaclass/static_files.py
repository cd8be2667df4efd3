"""What WhiteNoise says of our static files besides their content."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

# A folder that bears the version of what it holds never changes.
_VERSIONED = re.compile(r"/vendor/[^/]+/\d[\w.]*/")
# The interpreter's worker: a worker has the policy of its own script and not that of the page. Compiling WebAssembly is
# allowed there and nowhere else, and all that it loads and connects to is ours.
_INTERPRETER = "/js/cells/worker.js"
_INTERPRETER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def is_immutable(path: str, url: str) -> bool:
    return _VERSIONED.search(url) is not None


def add_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if url.endswith(_INTERPRETER):
        headers["Content-Security-Policy"] = _INTERPRETER_POLICY
