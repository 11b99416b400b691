"""`make bench-scan`: how many labels are read, and how long that takes, beside the other decoders that one would pick.

All see the same pictures, one right after the other, so that a machine's moods meet all alike. The second table is a film of a hand that
brings a label before the camera: how many pictures go by until it is read.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable

import cv2
import numpy as np
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from scanner.label_pictures import KINDS, SIZES, footage, shots

from kiosk.scanner.decode import QR, Decoder

FILMS = 12
_QR = zxingcpp.BarcodeFormats(list(QR))


def zxing(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture, formats=_QR)}


def zbar(picture: Image.Image) -> set[str]:
    return {code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])}


_opencv = cv2.QRCodeDetector()


def opencv(picture: Image.Image) -> set[str]:
    return {_opencv.detectAndDecode(np.asarray(picture))[0]} - {""}


class Ours:
    """All ways of the camera's thread at once, and the second look that makes sure that there is one label only."""

    def __init__(self) -> None:
        self._decoder = Decoder()

    def __call__(self, picture: Image.Image) -> set[str]:
        return set(self._decoder.look_thoroughly(picture).texts)


READERS: dict[str, Callable[[Image.Image], set[str]]] = {
    "kiosk": Ours(),
    "zxing-cpp": zxing,
    "zbar": zbar,
    "OpenCV": opencv,
}


def measure_pictures() -> None:
    read: dict[str, Counter[str]] = {name: Counter() for name in READERS}
    wrong, took = Counter[str](), defaultdict[tuple[str, tuple[int, int]], list[float]](list)
    for shot in shots():
        for name, reader in READERS.items():
            began = time.process_time()
            texts = reader(shot.picture)
            took[name, shot.size].append(1000 * (time.process_time() - began))
            read[name][shot.kind] += texts == {shot.text}
            wrong[name] += bool(texts - {shot.text})
    print(f"{'':12}" + "".join(f"{name:>12}" for name in READERS))
    for kind in KINDS:
        print(f"{kind:12}" + "".join(f"{read[name][kind]:12}" for name in READERS))
    print(f"{'all read':12}" + "".join(f"{read[name].total():12}" for name in READERS))
    print(f"{'misread':12}" + "".join(f"{wrong[name]:12}" for name in READERS))
    for size in SIZES:
        label = f"ms {size[0]}x{size[1]}"
        print(f"{label:12}" + "".join(f"{statistics.median(took[name, size]):12.1f}" for name in READERS))
        print(f"{'  the slowest':12}" + "".join(f"{max(took[name, size]):12.1f}" for name in READERS))


def measure_films() -> None:
    """Compare the ways that take turns with the one way that reads most, both with one picture at a time."""
    ways = {"four ways": lambda: Decoder()._ways, "one way": lambda: iter(lambda: Decoder()._plain, None)}
    for name, make in ways.items():
        needed = []
        for seed in range(FILMS):
            turns = make()
            pictures = enumerate(footage(seed), 1)
            needed.append(next((n for n, (text, picture) in pictures if next(turns)(picture).texts == (text,)), 0))
        seen = [n for n in needed if n]
        print(f"{name}: {len(seen)} of {FILMS} films read, after {statistics.median(seen):.0f} pictures in the middle")


def main() -> None:
    measure_pictures()
    measure_films()


if __name__ == "__main__":
    main()
