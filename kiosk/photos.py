"""A photo of the fault, made fit to travel: upright, bounded in size, without what the camera wrote into it."""

from __future__ import annotations

import io
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps

from kiosk.core.errors import KioskError

LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
"""A picture file of a few kilobytes can ask for gigabytes of memory; none with more pixels is opened."""
PREVIEW = (960, 720)
"""What a screen shows of a photo is no larger."""
_QUALITY = 85


class PhotoError(KioskError):
    """The file is no photo that could be sent."""

    message_key = "This photo cannot be used. Please take another one."


def prepare_photo(source: Path, target: Path) -> Path:
    """Write `source` as a JPEG of bounded size, without EXIF, to `target`.

    Raises:
        PhotoError: `source` is missing, no picture, or too large, or `target` cannot be written.
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
    return write_photo(photo, target)


def write_photo(picture: Image.Image, target: Path) -> Path:
    """Write `picture` as a JPEG of bounded size to `target`; it is made smaller itself, because a copy may be large.

    Raises:
        PhotoError: `target` cannot be written; nothing is left there.
    """
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # What a picture knows beside its dots, such as a comment, would be saved with it.
    picture.info.clear()
    # Pillow itself does not notice when a full disk takes only a part of a small file.
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=_QUALITY)
    try:
        target.write_bytes(packed.getbuffer())
    except OSError as error:
        target.unlink(missing_ok=True)
        raise PhotoError(f"{target}: cannot be written ({error.strerror})") from error
    return target


class PhotoFolder:
    """Where photos lie until their report is sent or dropped: a temporary folder, touched by a thread of its own only."""

    def __init__(self) -> None:
        """Nothing is made before the first photo."""
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photos")
        self._names = (f"{number}.jpg" for number in itertools.count(1))
        self._previews: dict[Path, Image.Image] = {}
        self._folder: Path | None = None

    def keep(self, decode: Callable[[], Image.Image]) -> Future[Path]:
        """Make a photo file of the picture that `decode` gives.

        The future raises `PhotoError` when there is no room for it, or what `decode` raises.
        """
        return self._worker.submit(self._keep, decode)

    def preview(self, photo: Path | None) -> Image.Image | None:
        """Give a small picture of a photo that was kept here, without reading its file."""
        return self._previews.get(photo) if photo is not None else None

    def drop(self, photo: Path | None) -> None:
        """Remove a photo that no draft needs any more."""
        if photo is not None:
            self._worker.submit(self._drop, photo)

    def close(self) -> None:
        """Remove the folder; nothing is kept afterwards."""
        self._worker.shutdown(wait=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self, decode: Callable[[], Image.Image]) -> Path:
        picture = decode()
        photo = write_photo(picture, self._made() / next(self._names))
        picture.thumbnail(PREVIEW)
        self._previews[photo] = picture
        return photo

    def _made(self) -> Path:
        if self._folder is None:
            try:
                self._folder = Path(tempfile.mkdtemp(prefix="kiosk-photos-"))
            except OSError as error:
                raise PhotoError(f"there is no folder for photos ({error.strerror})") from error
        return self._folder

    def _drop(self, photo: Path) -> None:
        self._previews.pop(photo, None)
        photo.unlink(missing_ok=True)
