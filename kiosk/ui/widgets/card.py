"""Surfaces, and surfaces that are buttons."""

from __future__ import annotations

import random
import time
from functools import lru_cache
from typing import Any, ClassVar

from kivy.animation import Animation
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from kiosk.ui import sounds
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.layout import HBox

_FIRST_PUSH = 0.6


@lru_cache(maxsize=16)
def gradient(start: tuple[float, ...], end: tuple[float, ...], size: int = 64) -> Any:
    """Make a diagonal gradient; half a step of noise keeps it from showing bands."""
    noise = random.Random(1)  # noqa: S311  grain, not secrecy
    pixels = bytearray()
    for row in range(size):
        for column in range(size):
            share = column / (size - 1) * 0.55 + (1 - row / (size - 1)) * 0.45
            grain = (noise.random() - 0.5) / 255
            mixed = (a + (b - a) * share + grain for a, b in zip(start[:3], end[:3], strict=True))
            pixels += bytes(max(0, min(255, round(part * 255))) for part in mixed) + b"\xff"
    texture = Texture.create(size=(size, size), colorfmt="rgba")
    texture.mag_filter = "linear"
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return texture


class Card(HBox):
    """A rounded surface, with a soft shadow when it is `raised`."""

    ground = ColorProperty("#FFFFFF")
    radius = NumericProperty(26)
    raised = BooleanProperty(True)
    outline = ColorProperty("#00000000")
    outline_width = NumericProperty(0)
    rim = NumericProperty(0)
    sheen = ObjectProperty(None, allownone=True)
    """A texture over the ground, such as a gradient."""
    push = NumericProperty(0)
    """How far it is pressed in, from 0 to 1."""


class TapCard(ButtonBehavior, Card):
    """A card that is a button: answers in the first frame, and takes the bounce of a gloved finger for one tap."""

    bounce: ClassVar[float] = 0.18
    """Seconds after a tap in which another one on the same card does not count."""
    sound = StringProperty("tap")
    gone = BooleanProperty(False)
    """Neither to be seen nor to be touched, though still in its place."""
    _released_at = float("-inf")

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap, unless it is the bounce of the last one."""
        if self.gone:
            return False
        if time.monotonic() - self._released_at < self.bounce and self.collide_point(*touch.pos):
            return True
        return bool(super().on_touch_down(touch))

    def press(self) -> None:
        """Be touched by a key."""
        self.trigger_action(0.1)

    def on_press(self) -> None:
        """Show at once that the touch was felt."""
        sounds.play(self.sound)
        # A movement begins with the frame after the next one; the answer to a touch does not wait for it.
        self.push = max(self.push, _FIRST_PUSH)
        self._move(push=1, seconds=0.06)

    def on_release(self) -> None:
        """Note the time, to know a bounce."""
        self._released_at = time.monotonic()

    def on_state(self, _: object, state: str) -> None:
        """Come back up, also when the finger slid away."""
        if state == "normal":
            self._move(push=0, seconds=0.16)

    def _move(self, *, push: float, seconds: float) -> None:
        Animation.cancel_all(self, "push")
        if THEME.still:
            self.push = push
        else:
            Animation(push=push, d=seconds, t="out_quad").start(self)


class FocusRing(Widget):
    """Shows which card Enter would touch; it stands over everything, so that no card has to draw it."""

    card = ObjectProperty(None, allownone=True)
    radius = NumericProperty(26)

    def on_card(self, *_: object) -> None:
        """Go where the card is."""
        if self.card is not None:
            self.pos, self.size = self.card.to_window(*self.card.pos), self.card.size
            radius = getattr(self.card, "radius", 0) + 5
            self.radius = max(1, min(radius, min(self.card.size) / 2))
