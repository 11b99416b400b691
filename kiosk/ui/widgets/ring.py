"""The countdown of the agreed time."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout


class Ring(AnchorLayout):
    """A ring that runs out; late, it is a filled octagon, which no eye can take for a ring."""

    share = NumericProperty(1.0)
    """What is left of the agreed time, from 1 to 0."""
    late = BooleanProperty(False)
    tone = ColorProperty("#1453D1")
    track = ColorProperty("#E2E8F0")
    thickness = NumericProperty(14)
    reach = NumericProperty(10)
    """Radius of the middle of the line."""


class RingIcon(Ring):
    """A small ring around an icon."""

    icon = StringProperty("timer-sand")
