"""Text for Kivy through Pillow and libraqm, which shape and order Arabic, Hebrew and Indic scripts correctly.

Kivy's own SDL2 provider gives HarfBuzz one script and one direction for a whole string, so it cannot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import ceil

import kivy.core.text
from kivy.core.image import ImageData
from kivy.core.text import LabelBase
from PIL import Image, ImageDraw, ImageFont, features

from kiosk import resources

SANS, SEMI, ICONS = "Kiosk", "KioskSemi", "KioskIcons"
JOINED = re.compile("[\u0590-\u0dff\ufb1d-\ufeff]")
"""Scripts whose letters join."""


def install() -> bool:
    """Make this the text provider, before anything imports `kivy.uix`; False where SDL2 has to do."""
    _register_fonts()
    if not (features.check("raqm") and features.check("fribidi")):
        return False
    kivy.core.text.Label = ShapedLabel
    return True


def _register_fonts() -> None:
    def face(name: str) -> str:
        return str(resources.asset(f"fonts/{name}.ttf"))

    LabelBase.register(SANS, face("KioskSans-Regular"), fn_bold=face("KioskSans-Bold"))
    LabelBase.register(SEMI, face("KioskSans-SemiBold"), fn_bold=face("KioskSans-Bold"))
    LabelBase.register(ICONS, face("KioskIcons"))


@lru_cache(maxsize=256)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)


_INVISIBLE = ("Cf", "Zs")
"""Format characters and spaces steer the shaping; no font needs a picture of them."""
_LONG_WORD, _PIECE = 16, 4
"""Where letters do not join, and in what is too long for a word, a word is as wide as its pieces."""


@lru_cache(maxsize=2048)
def _extents(path: str, size: int, text: str, direction: str | None) -> tuple[int, int]:
    ascent, descent = _font(path, size).getmetrics()
    return _width(path, size, text, direction), ascent + descent + sum(_headroom(path, size, text))


@lru_cache(maxsize=2048)
def _width(path: str, size: int, text: str, direction: str | None) -> int:
    spaces = text.count(" ") * _length(path, size, " ", direction)
    return ceil(spaces + sum(_length(path, size, piece, direction) for piece in _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    """Give the words of a line. Kivy asks for each of its beginnings, up to a thousand: their words are the same, and remembered."""
    for word in text.split(" ") if " " in text else (text,):
        if len(word) <= _PIECE or (len(word) <= _LONG_WORD and JOINED.search(word)):
            yield word
        else:
            yield from (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


@lru_cache(maxsize=4096)
def _length(path: str, size: int, text: str, direction: str | None) -> float:
    return _font(path, size).getlength(text, direction=direction) if text else 0.0


def _headroom(path: str, size: int, text: str) -> tuple[int, int]:
    """Give the room that a line needs above the font's ascent and below its descent: marks reach beyond both."""
    if path.endswith("Icons.ttf"):
        return 0, 0
    usual = round(size * _USUAL_ROOM)
    if text.isascii():
        return usual, usual
    reach = [_reach(path, size, piece) for piece in _pieces(text) if not piece.isascii()]
    return max([usual, *(above for above, _ in reach)]), max([usual, *(below for _, below in reach)])


@lru_cache(maxsize=4096)
def _reach(path: str, size: int, text: str) -> tuple[int, int]:
    """Give how far a word reaches beyond the font's own lines: an accent on a capital of Vietnamese, a vowel below in Arabic."""
    font = _font(path, size)
    _, top, _, bottom = font.getbbox(text)
    return ceil(max(0.0, -top)), ceil(max(0.0, bottom - sum(font.getmetrics())))


_USUAL_ROOM = 0.05
"""In parts of the size: smooth edges reach a pixel beyond."""


class _Drawable(dict[int, int | None]):
    """A table for `str.translate`: control characters go, and what the font cannot draw becomes one sign that it can.

    Each letter of a script that it lacks would be shaped by that script's rules all the same, which takes a hundred times as long.
    """

    _most = 20_000

    def __init__(self, path: str) -> None:
        super().__init__({ord("\n"): ord("\n")})
        # The basic layout draws one character as it is, so a missing one shows as the font's own sign for that.
        self._font = ImageFont.truetype(path, 20, layout_engine=ImageFont.Layout.BASIC)
        self._missing = bytes(self._font.getmask("\U0010fffe"))
        self._instead = ord("\ufffd") if self._is_there(0xFFFD) else ord("?")

    def _is_there(self, code: int) -> bool:
        return bytes(self._font.getmask(chr(code))) != self._missing

    def __missing__(self, code: int) -> int | None:
        if len(self) > self._most:
            self.clear()
        char = chr(code)
        kept: int | None = code
        if unicodedata.category(char) == "Cc":
            kept = None
        elif unicodedata.category(char) not in _INVISIBLE and not self._is_there(code):
            kept = self._instead
        self[code] = kept
        return kept


@lru_cache(maxsize=16)
def _drawable(path: str) -> _Drawable:
    return _Drawable(path)


@lru_cache(maxsize=1024)
def printable(text: str, path: str) -> str:
    """Replace what the font cannot draw (lone surrogates, too) and drop control characters but the line break."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.translate(_drawable(path))


class ShapedLabel(LabelBase):
    """A Kivy core label whose lines are drawn by Pillow."""

    def _face(self) -> tuple[str, int]:
        return self.options["font_name_r"], max(1, int(self.options["font_size"]))

    def _direction(self) -> str | None:
        base = self.options.get("base_direction") or ""
        if base.startswith("weak"):
            # What comes from outside is written as its own first letter asks.
            return self.find_base_direction(self.text) or base.removeprefix("weak_")
        return base or None

    def get_extents(self, text: str) -> tuple[int, int]:
        """Measure one line."""
        path, size = self._face()
        return _extents(path, size, printable(text, path), self._direction())

    def get_width(self, text: str) -> int:
        """Measure only how wide a line is: its height needs a look at each letter's marks."""
        path, size = self._face()
        return _width(path, size, printable(text, path), self._direction())

    def get_cached_extents(self) -> object:
        """Give the measuring function; it caches by itself."""
        return self.get_extents

    def get_ascent(self) -> int:
        """Give the height above the baseline."""
        return _font(*self._face()).getmetrics()[0]

    def get_descent(self) -> int:
        """Give the depth below the baseline, which Kivy wants negative."""
        return -_font(*self._face()).getmetrics()[1]

    def _render_begin(self) -> None:
        self._mask = Image.new("L", (max(1, int(self._size[0])), max(1, int(self._size[1]))))
        self._pen = ImageDraw.Draw(self._mask)

    def _render_text(self, text: str, x: float, y: float) -> None:
        path, size = self._face()
        text = printable(text, path)
        top = int(y) + _headroom(path, size, text)[0]
        self._pen.text((int(x), top), text, font=_font(path, size), fill=255, direction=self._direction())

    def _render_end(self) -> ImageData:
        red, green, blue, alpha = (round(255 * part) for part in self.options["color"])
        mask = self._mask.point(lambda value: value * alpha // 255)
        # One colour everywhere and the shape only in alpha: no pale fringe around the letters.
        image = Image.new("RGBA", mask.size, (red, green, blue))
        image.putalpha(mask)
        del self._mask, self._pen
        return ImageData(*mask.size, "rgba", image.tobytes())

    @staticmethod
    def find_base_direction(text: str) -> str | None:
        """Give the direction of the first letter that has one, as Unicode asks."""
        return _first_direction(text)


@lru_cache(maxsize=1024)
def _first_direction(text: str) -> str | None:
    # Kivy asks anew for each beginning of each line, and a text without letters has to be read to its end.
    return next((_DIRECTIONS[b] for char in text if (b := unicodedata.bidirectional(char)) in _DIRECTIONS), None)


_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}
