"""Text for Kivy through Pillow and libraqm, which shape and order Arabic, Hebrew and Indic scripts correctly.

Kivy's own SDL2 provider gives HarfBuzz one script and one direction for a whole string, so it cannot.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from math import ceil

import kivy.core.text
from kivy.core.image import ImageData
from kivy.core.text import LabelBase
from PIL import Image, ImageDraw, ImageFont, features

from kiosk import resources

SANS, SEMI, ICONS = "Kiosk", "KioskSemi", "KioskIcons"
_TALL = (("\u0590", "\u0dff"), ("\ufb1d", "\ufeff"))
"""Scripts whose marks reach above and below the Latin line."""


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


@lru_cache(maxsize=16384)
def _extents(path: str, size: int, text: str, direction: str | None) -> tuple[int, int]:
    font = _font(path, size)
    ascent, descent = font.getmetrics()
    width = ceil(font.getlength(text, direction=direction)) if text else 0
    return width, ascent + descent + 2 * _headroom(path, size, text)


def _headroom(path: str, size: int, text: str) -> int:
    if path.endswith("Icons.ttf"):
        return 0
    is_tall = any(first <= char <= last for char in text for first, last in _TALL)
    return round(size * (0.17 if is_tall else 0.05))


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """Replace what no font can draw (lone surrogates) and drop control characters but the line break."""
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(char for char in sound if char == "\n" or unicodedata.category(char) != "Cc")


class ShapedLabel(LabelBase):
    """A Kivy core label whose lines are drawn by Pillow."""

    def _face(self) -> tuple[str, int]:
        return self.options["font_name_r"], max(1, int(self.options["font_size"]))

    def _direction(self) -> str | None:
        base = self.options.get("base_direction") or ""
        return "rtl" if "rtl" in base else "ltr" if "ltr" in base else None

    def get_extents(self, text: str) -> tuple[int, int]:
        """Measure one line."""
        return _extents(*self._face(), printable(text), self._direction())

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
        text = printable(text)
        top = int(y) + _headroom(*self._face(), text)
        self._pen.text((int(x), top), text, font=_font(*self._face()), fill=255, direction=self._direction())

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
        directions = {"L": "ltr", "R": "rtl", "AL": "rtl"}
        return next((directions[b] for char in text if (b := unicodedata.bidirectional(char)) in directions), None)
