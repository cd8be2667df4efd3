"""Whatever somebody uploads is a notebook, or gets a sentence."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lessons.classroom.exports.notebook import as_ipynb
from lessons.classroom.models import Notebook
from lessons.classroom.notebooks.shown import file_cells, own_cells, shown_cells
from lessons.classroom.notebooks.upload import MOST_CELLS, NotANotebook, magics, read_notebook

A_CELL = {"cell_type": "code", "source": "1"}


def written(*cells, **metadata) -> bytes:
    return nbformat.writes(new_notebook(cells=list(cells), metadata=metadata)).encode()


def as_json(**fields) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [A_CELL], **fields}).encode()


def test_cells_and_what_they_printed_are_read():
    printed = new_output("stream", name="stderr", text=["one\n", "two\n"])
    value = new_output("execute_result", data={"text/plain": "0", "image/png": "…"}, execution_count=7)
    picture = new_output("display_data", data={"image/png": "…"})
    failed = new_output(
        "error", ename="ValueError", evalue="no", traceback=["\x1b[31mTraceback\x1b[0m", "ValueError: no"]
    )
    outputs = [printed, value, picture, failed]
    read = read_notebook(
        written(new_markdown_cell("# Mine"), new_code_cell("1 + 1", outputs=outputs, execution_count=7))
    )
    assert [(cell["kind"], cell["source"]) for cell in read.cells] == [("text", "# Mine"), ("code", "1 + 1")]
    work = read.work["cell-2"]
    assert work["number"] == 7
    assert [output["output_type"] for output in work["outputs"]] == ["stream", "execute_result", "error"]
    assert work["outputs"][0] == {"output_type": "stream", "name": "stderr", "text": "one\ntwo\n"}
    assert work["outputs"][2]["traceback"] == "Traceback\nValueError: no"


def test_what_is_downloaded_can_be_uploaded_again_and_jupyter_reads_it():
    uploaded = read_notebook(
        written(
            new_markdown_cell("*Hi*"), new_code_cell("1", outputs=[new_output("stream", text="1\n")], execution_count=2)
        )
    )
    stored = Notebook(name="own", cells=list(uploaded.cells), work=dict(uploaded.work))
    text = as_ipynb(file_cells(shown_cells(own_cells(stored), stored)))
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert read_notebook(text.encode()) == uploaded


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "not a notebook"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not a notebook"),
        (b"print(1)", "not a notebook"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": []}', "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": 4, "a": ' + b"1" * 5000 + b"}", "not a notebook"),
        (as_json(nbformat=3), "format 3"),
        (as_json(cells=[]), "no cells"),
        (as_json(cells={}), "no cells"),
        (as_json(cells=["print(1)"]), "no cells"),
        (as_json(cells=[A_CELL] * (MOST_CELLS + 1)), "at most 300"),
        (as_json(metadata={"language_info": {"name": "R"}}), "written in r"),
        (as_json(metadata={"kernelspec": {"language": "julia"}}), "written in julia"),
        (b" " * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_none_gets_a_sentence(file, words):
    with pytest.raises(NotANotebook, match=words):
        read_notebook(file)


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "source": None, "outputs": "no", "execution_count": "2"},
        {"cell_type": "code", "source": ["a\n", 3], "outputs": [1, None, {}], "execution_count": -1},
        {"cell_type": "code", "outputs": [{"output_type": "stream", "text": {"a": 1}}], "execution_count": 10**20},
        {"cell_type": "code", "outputs": [{"output_type": "execute_result", "data": []}]},
        {"cell_type": "code", "outputs": [{"output_type": "error", "traceback": "no", "ename": None}]},
        {"cell_type": 5},
        {},
    ],
)
def test_an_odd_cell_is_read_as_far_as_it_goes(cell):
    assert len(read_notebook(as_json(cells=[cell])).cells) == 1


def test_commands_of_jupyter_are_found_and_python_is_left_alone():
    assert magics("a = 5\n%timeit a\n!ls\n  %matplotlib inline") == ["%timeit a", "!ls", "  %matplotlib inline"]
    assert len(magics("\n%%bash\nls\npwd")) == 4
    assert magics("print(5 % 2, '%s' % a)\nb = (5\n  % 2)\n# !no\nc != 3") == []
