"""A sheet to type a few words on our own keys."""

from __future__ import annotations

import string

from kivy.properties import ListProperty, NumericProperty, StringProperty

from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.pad import BACKSPACE, CLEAR
from kiosk.ui.widgets.sheet import Sheet


def typed(text: str, key: str, *, limit: int) -> str:
    """Give the text after `key` was touched; each word begins with a capital."""
    if key == BACKSPACE:
        return text[:-1]
    if key == CLEAR:
        return ""
    char = key.lower() if text[-1:].strip(" -") else key
    return (text + char)[:limit].lstrip()


class Field(Card):
    """Shows what is typed, with a cursor."""

    text = StringProperty("")
    hint = StringProperty("")
    icon = StringProperty("pencil")


class TypingSheet(Sheet):
    """Asks for a few words; the event `on_done` gives them."""

    __events__ = ("on_done",)
    closes_on_outside = False
    title = StringProperty("")
    hint = StringProperty("")
    text = StringProperty("")
    alphabets = ListProperty([string.ascii_uppercase])
    limit = NumericProperty(60)

    def type(self, key: str) -> None:
        """Take one key."""
        self.text = typed(self.text, key, limit=int(self.limit))

    def finish(self) -> None:
        """Give what was typed and go."""
        self.dismiss()
        self.dispatch("on_done", self.text.strip())

    def on_done(self, text: str) -> None:
        """The words are complete."""
