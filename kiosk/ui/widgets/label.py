"""Text that fits its box, and icons."""

from __future__ import annotations

import re
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.core.text import clean_text
from kiosk.ui import icons, measure
from kiosk.ui.text import JOINED
from kiosk.ui.theme import THEME

_NO_WORD = re.compile(r"\S{25,}")
LONGEST, MOST_LINES = 500, 30
"""More than the largest box can show; what is beyond would only cost time and memory."""

LARGEST = 2048
"""Pixels; the picture of a text may not be larger on the smallest graphics chips."""


class KLabel(Label):
    """A text that starts at `base_size`, shrinks to `least` when its box is small, and is cut with an ellipsis below that."""

    base_size = NumericProperty(THEME.body)
    least = NumericProperty(THEME.least)
    centered = BooleanProperty(False)
    snug = BooleanProperty(False)
    """Be as wide as the text, up to `widest`."""
    widest = NumericProperty(LARGEST)
    tall = BooleanProperty(False)
    """Be as high as the text."""
    foreign = BooleanProperty(False)
    """The text comes from outside and may be cut; a text of ours that is cut is a fault that a test finds."""
    is_cut = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._fit_soon = Clock.create_trigger(self._fit, -1)
        super().__init__(**kwargs)
        for name in ("text", "size", "base_size", "least", "font_name", "bold", "base_direction", "snug", "widest"):
            self.fbind(name, self._fit_soon)
        self._fit_soon()

    def style(self) -> measure.Style:
        """Name what the width of a text depends on."""
        return measure.style_of(self.font_name, bool(self.bold), self.line_height, self.base_direction)

    def texture_update(self, *_: object) -> None:
        """Draw what was fitted, and nothing before: a text from outside may be a megabyte."""
        if not self._fit_soon.is_triggered:
            super().texture_update()

    def _fit(self, *_: object) -> None:
        text = _bounded(self.text)
        if self.snug:
            self.width = min(self.widest, measure.width(text, self.style(), self.base_size))
        if self.tall:
            self.font_size = self.base_size
            self.height = min(LARGEST, measure.height(text, self.style(), self.base_size, self.width))
        elif self.width > 1 and self.height > 1:
            self.font_size = measure.fitting_size(
                text, self.style(), self.base_size, self.least, (self.width, self.height)
            )
        self.text_size = self.size
        self._cut(text)

    def _cut(self, text: str) -> None:
        shown = text
        if self.width > 1 and self.height > 1:
            shown = measure.cut(text, self.style(), self.font_size, (self.width, self.height))
        self.is_cut = shown != self.text
        # The core label draws what is shown; `text` keeps the whole.
        self._label.text = measure.wrapped(shown, self.style(), self.font_size, self.width)
        self._trigger_texture()


_OPEN, _CLOSE = 0x2068, 0x2069
_SET_ASIDE = {0xE000: None, 0xE001: None, _OPEN: 0xE000, _CLOSE: 0xE001}
_PUT_BACK = {0xE000: _OPEN, 0xE001: _CLOSE}
"""The translator's own isolates, around names in a right-to-left sentence, are the only marks of direction that may stay."""


def _bounded(text: str) -> str:
    """Clean the text once more, for it may have come past every other door, and bound it, words of joined letters included."""
    cleaned = clean_text(text.translate(_SET_ASIDE), limit=LONGEST).translate(_PUT_BACK)
    bounded = "\n".join(cleaned.split("\n")[:MOST_LINES])
    bounded = _NO_WORD.sub(_broken, bounded)
    return bounded if len(text) <= LONGEST else f"{bounded}…"


def _broken(found: re.Match[str]) -> str:
    """No language has such a word. Kivy would try to break it after each letter, and shape its beginning each time."""
    run = found[0]
    return " ".join(run[start : start + 16] for start in range(0, len(run), 16)) if JOINED.search(run) else run


class Icon(Label):
    """One icon by name; `turns` marks those that point the other way in right-to-left languages."""

    icon = StringProperty("help-circle")
    turns = BooleanProperty(False)
    mirrored = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(icon=self._draw, turns=self._draw, mirrored=self._draw)
        self._draw()

    def _draw(self, *_: object) -> None:
        name = icons.mirrored(self.icon) if self.turns and self.mirrored else self.icon
        self.text = icons.glyph(name) if name else ""


class IconTile(AnchorLayout):
    """An icon on a rounded square."""

    icon = StringProperty("help-circle")
    tone = ColorProperty("#000000")
    ground = ColorProperty("#FFFFFF")
    icon_size = NumericProperty(34)
    radius = NumericProperty(18)


class Pictogram(Widget):
    """A device in a circle with a small red badge that says what is wrong with it."""

    icon = StringProperty("help-circle")
    badge = StringProperty("")
