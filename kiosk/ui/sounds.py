"""Short tones. Sound is a bonus on a loud floor: a terminal without a sound card is simply silent."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

from kiosk import resources

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Volume:
    """How loud the tones are, from 0 to 1; `is_silent` by night."""

    share: float = 1.0
    is_silent: bool = False


VOLUME = Volume()


def play(name: str) -> None:
    """Play `assets/sounds/<name>.wav`; an empty name is silence."""
    loudness = 0.0 if VOLUME.is_silent else VOLUME.share
    sound = _sound(name) if name and loudness else None
    if sound is not None:
        sound.volume = loudness
        sound.play()


def warm_up() -> None:
    """Open the sound device and read every tone, so that the first touch does not wait for them."""
    for path in resources.asset("sounds").glob("*.wav"):
        _sound(path.stem)


@cache
def _sound(name: str) -> Any:
    from kivy.core.audio import SoundLoader  # noqa: PLC0415  opens the sound device, which takes its time

    sound = SoundLoader.load(str(resources.asset(f"sounds/{name}.wav")))
    if sound is None or not sound.length:
        log.info("no sound %r on this terminal", name)
        return None
    return sound
