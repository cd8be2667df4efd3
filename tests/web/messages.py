"""Every message in the sources that is marked for translation, and a catalogue in which each has a mark around it."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Node
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

from tests.web.reading import CLOSE, OPEN

ROOT = Path(__file__).parents[2]
MODULES = {"django.utils.translation", "lessons.words"}
ONE = {"gettext", "gettext_lazy", "gettext_noop", "_"}
TWO = {"ngettext", "ngettext_lazy"}

Message = tuple[str, ...]  # the sentence, or the sentence for one and for many


def of_python() -> Iterator[tuple[str, Message]]:
    """(where, message), of all that a marking function is called with."""
    for folder in ("kafkaclass", "lessons"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text())
            names = dict(_imported(tree))
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names:
                    count = 2 if names[call.func.id] in TWO else 1
                    yield f"{path.relative_to(ROOT)}:{call.lineno}", tuple(_text(arg) for arg in call.args[:count])


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and each.module in MODULES:
            yield from ((alias.asname or alias.name, alias.name) for alias in each.names if alias.name in ONE | TWO)


def _text(argument: ast.expr) -> str:
    """Empty for what is not written there, but was marked where it was written (by `gettext_noop`)."""
    assert not isinstance(argument, ast.JoinedStr), f"an f-string can't be translated: {ast.unparse(argument)}"
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def of_templates() -> Iterator[tuple[str, Message]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = str(path.relative_to(ROOT / "templates"))
        for node in get_template(name).template.nodelist.get_nodes_by_type(Node):  # type: ignore[attr-defined]
            if isinstance(node, TranslateNode):
                yield name, (str(node.filter_expression.var.literal),)
            elif isinstance(node, BlockTranslateNode):
                parts = [node.singular, *([node.plural] if node.plural else [])]
                yield name, tuple(node.render_token_list(part)[0] for part in parts)


def of_django() -> Iterator[Message]:
    """Its own sentences in forms, which Django has in each language."""
    django = Path(translation.__file__).parents[2]
    for folder in (django / "conf", django / "contrib" / "auth"):
        yield from _of_po((folder / "locale" / "en" / "LC_MESSAGES" / "django.po").read_text())


def _of_po(text: str) -> Iterator[Message]:
    for entry in text.split("\n\n"):
        kind, found = "", {"msgid": "", "msgid_plural": "", "msgctxt": ""}
        for line in entry.splitlines():
            word, _, quoted = line.partition(" ")
            if word in found:
                kind = word
            elif line.startswith('"') and kind:
                quoted = line
            else:
                kind = ""
            if kind:
                found[kind] += ast.literal_eval(quoted)
        if found["msgid"] and not found["msgctxt"]:
            yield tuple(filter(None, (found["msgid"], found["msgid_plural"])))


def write_catalogue(folder: Path, language: str, messages: set[Message]) -> None:
    """As gettext's .mo file; https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html"""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"
    texts = {"": head} | {"\0".join(each): "\0".join(f"{OPEN}{text}{CLOSE}" for text in each) for each in messages}
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    columns = [[pair[column] for pair in pairs] for column in (0, 1)]
    offset = 28 + 16 * len(pairs)
    tables, body = b"", b""
    for column in columns:
        for each in column:
            tables += struct.pack("<2I", len(each), offset + len(body))
            body += each + b"\0"
    path = folder / language / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, offset) + tables + body)
