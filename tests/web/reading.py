"""What a reader of a page sees or hears of it: its texts, and whether each of them was translated."""

from __future__ import annotations

from html.parser import HTMLParser

OPEN, CLOSE = "⟦", "⟧"  # around whatever came out of a catalogue of messages
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
CODE = {"script", "style", "code", "pre"}
SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-announce", "data-auto", "data-light", "data-dark"}
BUTTONS = {"submit", "button", "reset"}


class Reading(HTMLParser):
    """`texts`: what the interface says, seen or heard. `unmarked`: what of it has letters that no catalogue gave.

    Code is neither. Left to themselves are: a time, which the browser writes in the reader's own way; what has
    `translate="no"`, such as Kafka's own words; and what has a language of its own (`lang`), as a lesson's text has.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.unmarked: list[str] = []
        self._inside: list[tuple[str, bool, bool]] = []  # tag, is not read at all, is left to itself
        self._depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        _, is_unread, is_left = self._inside[-1] if self._inside else ("", False, False)
        is_unread |= tag in CODE
        has_language = "lang" in given and tag != "html"
        is_left |= tag == "time" or given.get("translate") == "no" or has_language
        for name, value in given.items():
            is_button = tag == "input" and given.get("type") in BUTTONS and name == "value"
            if not is_unread and (name in SPOKEN or is_button):
                self._take(value, outside(value)[0], is_left=is_left)
        if tag not in VOID:
            self._inside.append((tag, is_unread, is_left))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _, is_unread, is_left = self._inside[-1] if self._inside else ("", False, False)
        if is_unread:
            return
        rest, self._depth = outside(data, self._depth)
        self._take(data, rest, is_left=is_left)

    def _take(self, text: str, rest: str, *, is_left: bool) -> None:
        if text.strip() and not is_left:
            self.texts.append(" ".join(text.split()))
            if any(character.isalpha() for character in rest):
                self.unmarked.append(" ".join(rest.split()))


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """What of the text is outside of all marks, when it begins inside of `depth` of them; and how many are open after it."""
    rest = ""
    for character in text:
        if character == OPEN:
            depth += 1
        elif character == CLOSE:
            depth -= 1
        elif depth == 0:
            rest += character
    return rest, depth
