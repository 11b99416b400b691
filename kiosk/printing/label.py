"""One label as a picture of black and white dots, as large as the printer prints it.

Every module of the code is a whole number of the printer's dots, so no printer and no viewer has to blur an edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import qrcode
from PIL import Image, ImageDraw, ImageFont

from kiosk import resources
from kiosk.core.labels import label_text
from kiosk.core.plant import Machine
from kiosk.i18n import N_

INVITATION = N_("Problem? Scan here")

QUIET = 4
"""Modules around the code that stay white (ISO/IEC 18004)."""
_BOLD, _PLAIN = "KioskSans-Bold.ttf", "KioskSans-SemiBold.ttf"
_LEADING = 1.35
_SMALLEST = 1.8
"""Height of the smallest letters, in millimetres."""


@dataclass(frozen=True, slots=True)
class Size:
    """A label's size in millimetres, and how many dots a printer has in an inch."""

    width: float
    height: float
    dpi: int

    def dots(self, millimetres: float) -> int:
        """Give the whole dots of a length."""
        return round(millimetres * self.dpi / 25.4)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text: its height beside the others', the space above it, and whether it stands white in a black band."""

    text: str
    font: str
    scale: float
    above: float = 0.0
    is_band: bool = False


def draw(machine: Machine, invitations: Sequence[str], size: Size, *, url: str = "") -> Image.Image:
    """Draw a label: the code as large as it goes, beside it what people read."""
    picture = Image.new("1", (size.dots(size.width), size.dots(size.height)), "white")
    room = min(picture.height, picture.width // 2)
    code = _code(label_text(machine.id, url), room)
    picture.paste(code, (0, (picture.height - code.height) // 2))
    lines = [
        _Line(machine.name, _BOLD, 1.5),
        _Line("   ".join(filter(None, (machine.id, machine.place))), _PLAIN, 0.9),
        _Line(invitations[0], _BOLD, 1.0, above=0.55, is_band=True),
        *(_Line(text, _PLAIN, 0.72, above=0.3 if first else 0.0) for first, text in _marked(invitations[1:])),
    ]
    _write(picture, lines, left=code.width, smallest=size.dots(_SMALLEST), edge=size.dots(2.5))
    return picture


def _marked(texts: Sequence[str]) -> Iterator[tuple[bool, str]]:
    return ((number == 0, text) for number, text in enumerate(texts))


def _code(text: str, room: int) -> Image.Image:
    """Give the smallest code that holds `text`, with modules of whole dots.

    An id fits the smallest of all codes at the highest error correction. An address does not: there larger modules read better than more correction.
    """
    level = qrcode.constants.ERROR_CORRECT_H if text.startswith("K:") else qrcode.constants.ERROR_CORRECT_M
    code = qrcode.QRCode(error_correction=level, border=QUIET)
    code.add_data(qrcode.util.QRData(text))
    code.make(fit=True)
    code.box_size = max(1, room // (code.modules_count + 2 * QUIET))
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("1")


def _write(picture: Image.Image, lines: Sequence[_Line], *, left: int, smallest: int, edge: int) -> None:
    """Write the lines one below the other, as large as the room allows and each as wide as it goes."""
    width, height = picture.width - left - edge, picture.height - 2 * edge
    unit = height / sum(_LEADING * line.scale + line.above for line in lines)
    fonts = [_fitting(line, max(smallest, int(unit * line.scale)), smallest, width) for line in lines]
    steps = [round(_LEADING * font.size) for font in fonts]
    gaps = [round(unit * line.above) for line in lines]
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"  # black or white: a thermal printer has no grey
    top = edge + max(0, (height - sum(steps) - sum(gaps)) // 2)
    for line, font, step, gap in zip(lines, fonts, steps, gaps, strict=True):
        top += gap
        text, inset = _cut(line.text, font, width), font.size // 3 if line.is_band else 0
        if line.is_band:
            around = (left, top, left + font.getlength(text) + 2 * inset, top + step)
            pen.rounded_rectangle(around, radius=step // 5, fill=0)
        pen.text((left + inset, top + step / 2), text, fill=int(line.is_band), font=font, anchor="lm")
        top += step


def _fitting(line: _Line, largest: int, smallest: int, width: int) -> ImageFont.FreeTypeFont:
    """Give the largest font in which the text is not wider than `width`, but none that nobody can read."""
    font = _font(line.font, largest)
    needed = font.getlength(line.text) + (largest if line.is_band else 0)
    return font if needed <= width else _font(line.font, max(smallest, int(largest * width / needed)))


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.asset(f"fonts/{name}")), size)
