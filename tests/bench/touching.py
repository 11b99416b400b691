"""From a finger on a button to the first changed pixel, in the real window on a screen without a graphics chip.

make bench-touch
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.starting import Screen, contenders

TOUCHES = 60
BUTTON = (250, 440)
"""In the large button "Report a problem", beside its text: a press darkens it."""
BESIDE = (640, 20)
"""Where nothing is: the finger slides there, so that the press leads nowhere."""


def wait_until(condition, what, *, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.001)


def hand(screen, *words):
    subprocess.run(["xdotool", *words], env=os.environ | {"DISPLAY": screen.display}, check=True)


def measure(screen):
    """Touch once; gives the milliseconds until the screen answered, less what a call of the hand takes by itself."""
    hand(screen, "mousemove", *map(str, BUTTON))
    before = screen.colour(*BUTTON)
    begun = time.monotonic()
    hand(screen, "mousedown", "1")
    wait_until(lambda: screen.colour(*BUTTON) != before, "an answer to the touch")
    took = time.monotonic() - begun
    hand(screen, "mousemove", *map(str, BESIDE), "mouseup", "1")
    wait_until(lambda: screen.colour(*BUTTON) == before, "the button to come back up")
    time.sleep(0.3)
    return 1000 * took


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        screen = Screen(folder)
        kiosk = contenders(folder)[0]
        environment = os.environ | {"DISPLAY": screen.display, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(kiosk.command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
        try:
            wait_until(screen.shows_the_start, "the start screen")
            time.sleep(3)
            took = [measure(screen) for _ in range(TOUCHES)]
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
            screen.close()
    took.sort()
    print(
        f"{TOUCHES} touches, {statistics.median(took):.0f} ms to the first changed pixel at the median, 95 % within {took[int(0.95 * TOUCHES)]:.0f} ms"
    )


if __name__ == "__main__":
    main()
