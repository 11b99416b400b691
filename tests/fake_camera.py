"""A camera that works without one: it shows what it is given, can be unplugged, and knows whether it is on."""

from __future__ import annotations

import io

from PIL import Image

from kiosk.scanner.camera import CameraGoneError, Encoding, Frame


def jpeg(image):
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=90)
    return packed.getvalue()


def frame_of(image):
    """Give a picture as a camera with MJPG packs it."""
    return Frame(encoding=Encoding.MJPG, width=image.width, height=image.height, data=jpeg(image))


def plain(colour="teal", size=(1280, 720)):
    return frame_of(Image.new("RGB", size, colour))


class FakeCamera:
    """Implements `Camera`."""

    def __init__(self, frame=None):
        self.frame = frame or plain()
        self.is_unplugged = False
        self.on = 0
        """How many times it is on now; a real one can be opened once."""
        self.most_on = 0
        self.given = 0
        self.others = 0
        self.turns = 0

    def turn(self):
        self.turns += 1

    def frames(self, stop):
        self._plugged()
        self.on += 1
        self.most_on = max(self.on, self.most_on)
        try:
            while not stop.is_set():
                self._plugged()
                self.given += 1
                yield self.frame
                stop.wait(1 / 30)
        finally:
            self.on -= 1

    def _plugged(self):
        if self.is_unplugged:
            raise CameraGoneError("the fake camera was unplugged")
