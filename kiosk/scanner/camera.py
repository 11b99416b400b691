"""A camera that shows what it sees: its newest picture, and nothing that is older.

A camera is on only while somebody looks: `Viewfinder` switches it on and off. How a real one is driven is in `v4l2`.
"""

from __future__ import annotations

import io
import itertools
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Thread
from typing import Protocol

from PIL import Image

from kiosk.core.errors import KioskError

log = logging.getLogger(__name__)

PREVIEW = (960, 720)
"""No preview is larger: it is drawn many times a second."""
PATIENCE = 2.0
"""Seconds after the last look in which the camera goes off, whatever else went wrong."""
_LONGEST_PAUSE = 30.0
_MOST_BROKEN = 30
"""So many broken pictures in a row are a fault of the camera."""


class CameraError(KioskError):
    """The camera gives no picture."""

    message_key = "The camera does not work right now. You can send the report without a photo."


class CameraGoneError(CameraError):
    """The camera is not there, or was unplugged."""

    message_key = "The camera is not connected. You can send the report without a photo."


class Encoding(StrEnum):
    """How a camera packs a picture; each is known by its four letters."""

    MJPG = "MJPG"
    YUYV = "YUYV"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture as the camera gave it, decoded only when and as far as it is needed."""

    encoding: Encoding
    width: int
    height: int
    data: bytes
    stride: int = 0
    """Bytes from one YUYV line to the next; 0: the lines follow each other."""
    full_range: bool = False
    """True where YUYV brightness runs from 0 to 255 instead of the usual 16 to 235."""

    def image(self, *, within: tuple[int, int] | None = None) -> Image.Image:
        """Decode it; where it must be no larger than `within`, it is halved, thirded ... which is quicker than to fit it.

        Raises:
            CameraError: it came broken from the camera.
        """
        try:
            image = _from_jpeg(self.data, within) if self.encoding is Encoding.MJPG else _from_yuyv(self)
        except (OSError, ValueError, SyntaxError) as error:
            raise CameraError(f"a broken picture: {error}") from error
        return image.reduce(_share(image, within))

    def grey(self) -> Image.Image:
        """Decode only its brightness, which is all that a label has; that is quicker.

        Raises:
            CameraError: it came broken from the camera.
        """
        try:
            if self.encoding is Encoding.YUYV:
                stride = self.stride or self.width * 2
                size = (stride // 2, self.height)
                bright = Image.frombytes("L", size, self.data[0 : stride * self.height : 2])
                return bright if bright.width == self.width else bright.crop((0, 0, self.width, self.height))
            with Image.open(io.BytesIO(self.data), formats=["JPEG"]) as image:
                image.draft("L", image.size)
                return image.convert("L")
        except (OSError, ValueError, SyntaxError) as error:
            raise CameraError(f"a broken picture: {error}") from error


def _share(image: Image.Image, within: tuple[int, int] | None) -> int:
    if within is None:
        return 1
    return max(math.ceil(image.width / within[0]), math.ceil(image.height / within[1]))


def _from_jpeg(data: bytes, within: tuple[int, int] | None) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        share = _share(image, within)
        image.draft("RGB", (image.width // share, image.height // share))
        return image.convert("RGB")


def _from_yuyv(frame: Frame) -> Image.Image:
    stride = frame.stride or frame.width * 2
    end, size, half = stride * frame.height, (stride // 2, frame.height), (stride // 4, frame.height)
    bright = Image.frombytes("L", size, frame.data[0:end:2])
    # Two neighbours share their colour.
    pairs = [Image.frombytes("L", half, frame.data[first:end:4]) for first in (1, 3)]
    colours = [pair.resize(size, Image.Resampling.NEAREST) for pair in pairs]
    if not frame.full_range:
        bright, colours = bright.point(_BRIGHT), [colour.point(_COLOUR) for colour in colours]
    picture = Image.merge("YCbCr", (bright, *colours)).convert("RGB")
    return picture.crop((0, 0, frame.width, frame.height))


def _stretched(*, middle: float, span: float) -> list[int]:
    return [min(255, max(0, round((value - middle) * 255 / span + 127.5))) for value in range(256)]


_BRIGHT, _COLOUR = _stretched(middle=125.5, span=219), _stretched(middle=127.5, span=224)
"""What 16 to 235 and 16 to 240 are on the scale from 0 to 255."""


class Camera(Protocol):
    """Where pictures come from; used by one thread at a time."""

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Switch it on, give its newest picture again and again, and switch it off once `stop` is set.

        Raises:
            CameraError: it gives none, or no more.
        """

    @property
    def others(self) -> int:
        """How many other cameras could be used instead, as far as is known since it was switched on last."""

    def turn(self) -> None:
        """Use the next one of these from now on; who looks has to switch it on anew."""


def pauses() -> Iterator[float]:
    """Give the seconds to wait before each new try: 1, 2, 4 ... 30."""
    for doubled in itertools.count():
        yield min(_LONGEST_PAUSE, 2.0**doubled)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the camera saw last, and the same small enough to be drawn."""

    frame: Frame
    preview: Image.Image


@dataclass(slots=True)
class _Watch:
    """What one run of the thread knows: the newest picture, or why there is none."""

    stop: Event = field(default_factory=Event)
    view: View | None = None
    trouble: CameraError | None = None


class Viewfinder:
    """Keeps the newest picture of a camera that is on, in a thread named `camera`; no picture ever waits in a queue.

    The camera is on from `open` to `close`, and goes off by itself when nobody calls `look` any more.
    """

    def __init__(
        self,
        camera: Camera,
        *,
        pauses: Callable[[], Iterator[float]] = pauses,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look through `camera`; nothing is switched on before `open`."""
        self._camera, self._pauses, self._monotonic = camera, pauses, monotonic
        self._thread: Thread | None = None
        self._watch: _Watch | None = None
        self._looked_at = monotonic()

    @property
    def trouble(self) -> CameraError | None:
        """Why there is no picture now; the camera is tried again and again meanwhile."""
        return self._watch.trouble if self._watch else None

    def open(self) -> None:
        """Switch the camera on; does not wait for it."""
        self.close()
        self._looked_at = self._monotonic()
        self._watch = _Watch()
        self._thread = Thread(target=self._run, args=(self._watch, self._thread), name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Switch the camera off; does not wait for it, see `join`."""
        if self._watch is not None:
            self._watch.stop.set()
            self._watch = None

    @property
    def has_others(self) -> bool:
        """True when there are other cameras to look through."""
        return self._camera.others > 0

    def turn(self) -> None:
        """Look through the next camera."""
        self._camera.turn()
        self.open()

    def join(self, timeout: float) -> None:
        """Wait until the camera is off."""
        if self._thread is not None:
            self._thread.join(timeout)

    @property
    def newest(self) -> View | None:
        """What the camera saw last, for who does not keep it on by looking."""
        return self._watch.view if self._watch else None

    def look(self) -> View | None:
        """Give what the camera saw last; None before its first picture, while there is trouble, and when it is off."""
        if self._watch is not None and self._watch.stop.is_set():
            self.open()
        self._looked_at = self._monotonic()
        return self._watch.view if self._watch else None

    def _run(self, watch: _Watch, before: Thread | None) -> None:
        if before is not None:
            before.join()  # a camera can be opened once
        waits = self._pauses()
        while not self._is_over(watch):
            try:
                for view in self._unbroken(watch):
                    watch.view, watch.trouble = view, None
                    waits = self._pauses()
            except CameraError as error:
                log.warning("%s", error)
                watch.view, watch.trouble = None, error
                watch.stop.wait(next(waits))

    def _unbroken(self, watch: _Watch) -> Iterator[View]:
        broken = 0
        for frame in self._camera.frames(watch.stop):
            try:
                yield View(frame=frame, preview=frame.image(within=PREVIEW))
                broken = 0
            except CameraError:
                broken += 1
                if broken == _MOST_BROKEN:
                    raise
            self._is_over(watch)

    def _is_over(self, watch: _Watch) -> bool:
        # A screen that hangs, or that forgot to close, must not leave a camera on.
        if self._monotonic() - self._looked_at > PATIENCE:
            watch.stop.set()
        return watch.stop.is_set()
