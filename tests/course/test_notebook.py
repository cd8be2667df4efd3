"""The original notebook, and what is said of a notebook file with a mistake."""

from __future__ import annotations

import hashlib

import pytest

from lessons.course.notebook import ORIGINAL, NotebookMistake, load_notebook, original, parts

# Of the code of the notebook that the course grew out of, cell by cell, each followed by a NUL.
AS_IT_WAS = "d8b49a359a35a819a7425efb0b35a1c79ef7f8df90182c7fdbfd3108c9d697f6"
HEAD = '+++\ntitle = "A title"\nsummary = "A summary."\n+++\n'


def test_every_cell_of_the_original_notebook_is_there_as_it_was_and_in_its_order():
    code = [cell.source for cell in original().cells if cell.kind == "code"]
    assert len(code) == 31
    assert hashlib.sha256("".join(source + "\0" for source in code).encode()).hexdigest() == AS_IT_WAS


def test_ids_are_unique_and_stay_the_same_when_a_paragraph_is_added(tmp_path):
    text = ORIGINAL.read_text()
    (tmp_path / "notebook.md").write_text(text.replace("```python\nbrokers", "One more.\n\n```python\nbrokers"))
    ids = [
        [cell.id for cell in each.cells if cell.kind == "code"]
        for each in (original(), load_notebook(tmp_path / "notebook.md"))
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_text_is_rendered_and_code_is_left_alone():
    kinds = [kind for kind, _ in parts("One **word**.\n\n```python\na = 1  \n\n\nb = 2\n```\n")]
    assert kinds == ["text", "code"]
    assert next(parts("```python\na = 1  \n\n\nb = 2\n```")) == ("code", "a = 1  \n\n\nb = 2")


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("Text.\n```python\na = 1\n", 6, "not closed"),
        ("```bash\nls\n```\n", 5, "```python"),
        ("```python \na = 1\n```\n", 5, "```python"),
        ("```python\na = 1\nb = = 2\n```\n", 7, "no Python"),
        ("Text and no more.\n", 5, "no code"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path, body, line, words):
    (tmp_path / "notebook.md").write_text(HEAD + body)
    with pytest.raises(NotebookMistake, match=words) as caught:
        load_notebook(tmp_path / "notebook.md")
    assert caught.value.line == line


def test_a_notebook_with_a_mistake_is_left_out_and_says_where(tmp_path, monkeypatch, caplog):
    from lessons.course import notebook

    (tmp_path / "notebook.md").write_text(HEAD + "```python\nb = = 2\n```\n")
    monkeypatch.setattr(notebook, "ORIGINAL", tmp_path / "notebook.md")
    notebook._read_original.cache_clear()
    try:
        assert notebook.original() is None
        assert "line 6" in str(notebook.left_out()[0])
        assert "no Python" in caplog.text
    finally:
        notebook._read_original.cache_clear()
