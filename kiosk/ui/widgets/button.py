"""Buttons, chips and choices."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty

from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.label import LARGEST
from kiosk.ui.widgets.layout import HBox


class BigButton(TapCard):
    """A full-size button with an icon and a few words."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = ColorProperty("#FFFFFF")
    text_size = NumericProperty(30)
    icon_last = BooleanProperty(False)


class QuietButton(BigButton):
    """The button beside the main one: an outline instead of a fill."""


class RoundButton(TapCard):
    """A round button with an icon only."""

    icon = StringProperty("close")
    tone = ColorProperty("#000000")


class Chip(HBox):
    """A small label with an icon that states a fact; nothing happens when it is touched."""

    icon = StringProperty("check")
    text = StringProperty("")
    tone = ColorProperty("#000000")
    ground = ColorProperty("#FFFFFF")
    text_size = NumericProperty(24)
    widest = NumericProperty(LARGEST)
    foreign = BooleanProperty(False)


class Choice(TapCard):
    """One of several answers; the chosen one is filled, framed and ticked."""

    text = StringProperty("")
    icon = StringProperty("check")
    chosen = BooleanProperty(False)
    tone = ColorProperty("#000000")
    """Colour of the chosen answer."""
    pale = ColorProperty("#FFFFFF")
    foreign = BooleanProperty(False)
    is_upright = BooleanProperty(False)
    """Icon above text, where there is height for it."""


class Tab(TapCard):
    """One of several lists to look at."""

    text = StringProperty("")
    icon = StringProperty("cog")
    chosen = BooleanProperty(False)
    count = NumericProperty(0)
