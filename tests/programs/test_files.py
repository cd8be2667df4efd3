"""What the interpreter's worker loads, and how it is served."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.programs.running import STAND_IN

VENDORED = STAND_IN.parent / "vendor" / "pyodide" / "314.0.7"
WORKER = "/static/js/cells/worker.js"


def test_the_worker_s_list_has_each_python_file():
    listed = json.loads((STAND_IN / "files.json").read_text())
    assert listed == sorted(str(path.relative_to(STAND_IN)) for path in STAND_IN.rglob("*.py"))


@pytest.mark.parametrize(
    "path", [each for each in VENDORED.iterdir() if each.suffix != ".gz"], ids=lambda path: path.name
)
def test_a_vendored_file_is_sent_compressed_as_it_was_committed_and_kept_for_good(path: Path, client):
    compressed = Path(f"{path}.gz").read_bytes()
    assert gzip.decompress(compressed) == path.read_bytes()
    response = client.get(f"/static/vendor/pyodide/314.0.7/{path.name}", headers={"Accept-Encoding": "gzip"})
    assert b"".join(response.streaming_content) == compressed
    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.django_db
def test_webassembly_is_allowed_in_the_worker_alone(client):
    policies = {
        url: client.get(url)["Content-Security-Policy"] for url in (WORKER, "/static/js/cells/kernel.js", "/join/")
    }
    assert [url for url, policy in policies.items() if "wasm-unsafe-eval" in policy] == [WORKER]
    assert "'unsafe-eval'" not in policies[WORKER]
    assert "immutable" not in client.get(WORKER)["Cache-Control"]
