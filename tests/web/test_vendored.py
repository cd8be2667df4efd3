"""What is committed of others: how large it is, and whether it still fits what it was made from."""

from __future__ import annotations

import gzip

from tests.list_client_names import names_js
from tests.web.messages import ROOT

CODEMIRROR = ROOT / "static" / "vendor" / "codemirror"


def test_the_editor_is_small_enough_and_its_licences_stand_beside_it():
    editor = next(CODEMIRROR.glob("*/codemirror.js")).read_bytes()
    assert len(gzip.compress(editor, 9)) <= 130_000
    assert "MIT License" in (CODEMIRROR / "LICENSES.txt").read_text()
    assert b"LICENSES.txt" in editor.splitlines()[0]


def test_the_editor_completes_the_names_of_the_client_that_is_installed():
    assert (ROOT / "static" / "js" / "cells" / "names.js").read_text() == names_js()
