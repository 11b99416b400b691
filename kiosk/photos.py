"""A photo of the fault, made fit to travel: upright, bounded in size, without what the camera wrote into it."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, ImageOps

from kiosk.core.errors import KioskError

LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
"""A picture file of a few kilobytes can ask for gigabytes of memory; none with more pixels is opened."""
_QUALITY = 85


class PhotoError(KioskError):
    """The file is no photo that could be sent."""

    message_key = "This photo cannot be used. Please take another one."


def prepare_photo(source: Path, target: Path) -> Path:
    """Write `source` as a JPEG of bounded size, without EXIF, to `target`.

    Raises:
        PhotoError: `source` is missing, no picture, or too large.
    """
    try:
        with warnings.catch_warnings(), Image.open(source) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > MOST_PIXELS:
                raise PhotoError(f"{source}: {image.width} x {image.height} pixels are too many")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            photo = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoError(f"{source}: not a readable picture ({error})") from error
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    photo.save(target, "JPEG", quality=_QUALITY)
    return target
