"""The big card that says who has a report."""

from __future__ import annotations

from typing import Any

from kivy.properties import ColorProperty, ObjectProperty, StringProperty

from kiosk.ui.present.ticket import RingRow, Truth
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.ring import Ring

_LOOKS = {
    "saved": ("warn_pale", "warn", "ink", "soft_ink"),
    "refused": ("bad_pale", "bad", "ink", "soft_ink"),
    "delivered": ("info_pale", "info", "ink", "soft_ink"),
    "taken": ("action", "action_ink", "action_ink", "action_soft_ink"),
    "asked": ("action", "action_ink", "action_ink", "action_soft_ink"),
    "fixed": ("good_fill", "fill_ink", "fill_ink", "fill_ink"),
    "over": ("good_pale", "good", "ink", "soft_ink"),
    "closed": ("surface", "soft_ink", "ink", "soft_ink"),
}
"""Look of a truth -> the theme's names for ground, picture, title and text."""


class TruthCard(Card):
    """The big card: who has the report, and the countdown."""

    truth = ObjectProperty(Truth(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)
    machine = StringProperty("")
    words = StringProperty("")
    tone = ColorProperty("#000000")
    ink = ColorProperty("#000000")
    soft_ink = ColorProperty("#000000")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_truth()

    def on_truth(self, *_: object) -> None:
        """Wear the colours of this truth."""
        names = zip(("ground", "tone", "ink", "soft_ink"), _LOOKS[self.truth.look], strict=True)
        for name, colour in names:
            setattr(self, name, getattr(THEME, colour))


class Dial(Ring):
    """The countdown around the picture of the truth."""

    truth = ObjectProperty(Truth(), rebind=True)
    ring = ObjectProperty(RingRow(), rebind=True)
    ink = ColorProperty("#000000")
