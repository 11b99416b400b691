"""Reads the codes in a picture, for proofs of what was printed."""

from __future__ import annotations

from collections.abc import Iterable

import zxingcpp
from PIL import Image

from kiosk.core.errors import KioskError

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class LabelUnreadableError(KioskError):
    """A label that was drawn cannot be read back; it must not be printed."""


def read_codes(picture: Image.Image) -> list[str]:
    """Give the texts of all QR codes in a picture, in no particular order."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=_FORMATS)
    return [code.text for code in found]


def must_show(picture: Image.Image, texts: Iterable[str]) -> None:
    """Make sure that a picture shows exactly these codes.

    Raises:
        LabelUnreadableError: with those that differ.
    """
    wanted, shown = sorted(texts), sorted(read_codes(picture))
    if wanted != shown:
        differing = ", ".join(sorted(set(wanted) ^ set(shown))) or "one of several copies"
        raise LabelUnreadableError(f"what was drawn does not read back: {differing}")
