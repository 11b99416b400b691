"""A language that nobody speaks: what is not in it was never asked of a catalogue, and it is longer than any other."""

from __future__ import annotations

import gettext
import re

from kiosk.i18n import Translator

CODE = "xx"
OPEN, CLOSE = "«", "»"

_PARTS = re.compile(r"(\{[^}]*\})")
_ACCENTS = str.maketrans("aceinorsuyzACEINORSUYZ", "äçéîñöřšüýžÄÇÉÎÑÖŘŠÜÝŽ")
_LONGER_BY = 0.4
_PADDING = "ôr mêt ìn dâl fú gän të bîr "


class _Pseudo(gettext.NullTranslations):
    def gettext(self, message):
        return pseudo(message)

    def ngettext(self, msgid1, msgid2, n):
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo(text):
    """Put accents on a text, brackets around it, and 40 % on top; its fields stay as they are."""
    parts = _PARTS.split(text)
    accented = "".join(part if number % 2 else part.translate(_ACCENTS) for number, part in enumerate(parts))
    extra = round(len(_PARTS.sub("", text)) * _LONGER_BY) - 2
    padding = f" {(_PADDING * 5)[:extra].strip()}" if extra > 1 else ""
    return f"{OPEN}{accented}{padding}{CLOSE}"


def install(monkeypatch):
    """Let the app speak it, beside the languages that there are."""
    load = Translator.load
    monkeypatch.setattr(
        Translator, "load", lambda language: Translator(CODE, _Pseudo()) if language == CODE else load(language)
    )
