"""`_` and `ngettext` for the layers that know no Django: English, until a translator is handed in.

Sentences that a class attribute or a table holds are marked by `gettext_noop` where they are written, and translated by
`_` where they are shown: the language is that of whoever asks, and nobody has asked yet when a module is imported.
"""

from __future__ import annotations

from collections.abc import Callable

_translate: Callable[[str], str] | None = None
_translate_plural: Callable[[str, str, int], str] | None = None


def translate_by(gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> None:
    """From now on these two translate: Django's, which know the language of the request."""
    global _translate, _translate_plural
    _translate, _translate_plural = gettext, ngettext


def _(text: str) -> str:
    """The text in the reader's language. It is a literal, with %(name)s for what is put in afterwards."""
    return _translate(text) if _translate and text else text  # to gettext the empty text is a file's head


def ngettext(singular: str, plural: str, number: int) -> str:
    """The one of the two that goes with the number, in the reader's language."""
    if _translate_plural:
        return _translate_plural(singular, plural, number)
    return singular if number == 1 else plural


def gettext_noop(text: str) -> str:
    """The text as it is: a mark for `makemessages`."""
    return text
