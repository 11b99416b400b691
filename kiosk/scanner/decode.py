"""A camera's picture becomes the text of the label in it.

One way of looking does not read every label, and all of them cost too much for every picture. So they take turns: a label that is held
still for a moment is looked at in each way. Which ways, and in which order, was measured on moving pictures (`make bench-scan`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import zxingcpp
from PIL import Image, ImageFilter, ImageStat

from kiosk.scanner.camera import Frame

CodeFormat = zxingcpp.BarcodeFormat
QR = (CodeFormat.QRCode,)
FORMATS = {"qr": CodeFormat.QRCode, "datamatrix": CodeFormat.DataMatrix, "code128": CodeFormat.Code128}
"""What `kiosk.toml` calls them; plants have these on their machines."""
_BLUR = ImageFilter.GaussianBlur(1.2)
_FEWEST_DOTS = 60
"""A code whose edge is shorter than so many dots of the picture has modules of fewer than three, which is what reading takes."""
_DARK = 40
"""Mean brightness (0 to 255) below which noise drowns the modules."""


class Hint(StrEnum):
    """What would help."""

    NOTHING = ""
    CLOSER = "closer"
    LIGHT = "light"
    ONE = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one picture shows."""

    texts: tuple[str, ...] = ()
    """The texts of the codes in it, each once."""
    hint: Hint = Hint.NOTHING

    @property
    def text(self) -> str:
        """The label's text; empty where there is none, or where there are several: nobody knows which one is meant."""
        return self.texts[0] if len(self.texts) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    texts: tuple[str, ...]
    edges: tuple[int, ...]
    """How long the edges of the codes are that are seen and cannot be read, in dots."""


class Decoder:
    """Reads one picture after the other, each in the way whose turn it is."""

    def __init__(self, formats: Sequence[CodeFormat] = QR) -> None:
        """Look for codes of these `formats`; all there are would take fourteen times as long as QR codes alone."""
        self._formats = zxingcpp.BarcodeFormats(list(formats))
        self._ways = itertools.cycle((self._plain, self._plain, self._smoothed, self._enlarged))

    def look(self, frame: Frame) -> Sight:
        """Look at a camera's picture.

        Raises:
            CameraError: it came broken from the camera.
        """
        grey = frame.grey()
        return self._sight(grey, next(self._ways)(grey))

    def look_thoroughly(self, picture: Image.Image) -> Sight:
        """Look at a picture in every way."""
        grey = picture.convert("L")
        found = self._plain(grey)
        for way in (self._smoothed, self._enlarged):
            found = found if found.texts else way(grey)
        return self._sight(grey, found)

    def _sight(self, grey: Image.Image, found: _Found) -> Sight:
        texts = found.texts
        if texts:
            # There may be a second label that only another way reads, or that is not in the middle: then neither is taken.
            ways = (self._plain, self._smoothed, self._enlarged)
            texts = tuple(sorted({*texts, *(text for way in ways for text in way(grey).texts)}))
        return Sight(texts=texts, hint=_hint(grey, texts, found.edges))

    def _plain(self, grey: Image.Image) -> _Found:
        return self._read(grey)

    def _smoothed(self, grey: Image.Image) -> _Found:
        return self._read(grey.filter(_BLUR))

    def _enlarged(self, grey: Image.Image) -> _Found:
        """Look at the middle, where people hold a label, with twice the dots."""
        width, height = grey.size
        middle = grey.crop((width // 4, height // 4, width - width // 4, height - height // 4))
        large = middle.resize((middle.width * 2, middle.height * 2), Image.Resampling.BICUBIC)
        found = self._read(large, inverted=False)
        return _Found(texts=found.texts, edges=tuple(edge // 2 for edge in found.edges))

    def _read(self, grey: Image.Image, *, inverted: bool = True) -> _Found:
        codes = zxingcpp.read_barcodes(grey, formats=self._formats, try_invert=inverted, return_errors=True)
        return _Found(
            texts=tuple(sorted({code.text for code in codes if code.valid and code.text})),
            edges=tuple(_edge(code) for code in codes if not code.valid),
        )


def _edge(code: zxingcpp.Barcode) -> int:
    first, second = code.position.top_left, code.position.top_right
    return round(math.hypot(first.x - second.x, first.y - second.y))


def _hint(grey: Image.Image, texts: tuple[str, ...], edges: tuple[int, ...]) -> Hint:
    if len(texts) > 1:
        return Hint.ONE
    if texts:
        return Hint.NOTHING
    if edges and max(edges) < _FEWEST_DOTS:
        return Hint.CLOSER
    if ImageStat.Stat(grey.resize((32, 18))).mean[0] < _DARK:
        return Hint.LIGHT
    return Hint.NOTHING
