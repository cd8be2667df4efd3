"""What the interpreter's worker loads, and how it is served."""

from __future__ import annotations

import gzip
import json
from contextlib import closing

import pytest

from tests.programs.running import STAND_IN

VENDORED = STAND_IN.parent / "vendor" / "pyodide" / "314.0.7"
WORKER = "/static/js/cells/worker.js"


def test_the_worker_s_list_has_each_python_file():
    listed = json.loads((STAND_IN / "files.json").read_text())
    assert listed == sorted(str(path.relative_to(STAND_IN)) for path in STAND_IN.rglob("*.py"))


@pytest.mark.parametrize("name", [each.name for each in VENDORED.iterdir() if each.suffix != ".gz"])
def test_a_vendored_file_is_sent_compressed_as_it_was_committed_and_kept_for_good(name: str, client):
    compressed = (VENDORED / f"{name}.gz").read_bytes()
    assert gzip.decompress(compressed) == (VENDORED / name).read_bytes()
    with closing(client.get(f"/static/vendor/pyodide/314.0.7/{name}", headers={"Accept-Encoding": "gzip"})) as sent:
        assert b"".join(sent.streaming_content) == compressed
        assert sent["Content-Encoding"] == "gzip"
        assert "immutable" in sent["Cache-Control"]
        assert sent["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in sent


@pytest.mark.django_db
def test_webassembly_is_allowed_in_the_worker_alone(client):
    policies = {}
    for url in (WORKER, "/static/js/cells/kernel.js", "/join/"):
        with closing(client.get(url)) as sent:
            policies[url] = sent.get("Content-Security-Policy", "")
            assert "immutable" not in sent["Cache-Control"]
    assert [url for url, policy in policies.items() if "wasm-unsafe-eval" in policy] == [WORKER]
    assert "'unsafe-eval'" not in policies[WORKER]
