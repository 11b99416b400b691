"""The bars at the top of the screens."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

import kiosk.ui.widgets.hold  # noqa: F401  the rules use it
from kiosk.ui.widgets.button import Chip
from kiosk.ui.widgets.card import TapCard
from kiosk.ui.widgets.layout import HBox, VBox


class StepDots(Widget):
    """How far the report is: three bars, `step` of them lit."""

    step = NumericProperty(0)


class PillButton(TapCard):
    """A small button of the header, as wide as its word."""

    icon = StringProperty("magnify")
    text = StringProperty("")


class LanguageButton(PillButton):
    """Opens the language picker; shows the current language in its own words."""

    brief = BooleanProperty(False)
    """Show the code only, where there is little room."""


class Header(HBox):
    """Back, title, progress, language, close."""

    title = StringProperty("")
    sub = StringProperty("")
    step = NumericProperty(0)
    """1 to 3 within a report, 0 outside of one."""
    can_close = BooleanProperty(True)
    can_search = BooleanProperty(False)


class ConnectionChip(Chip):
    """Says what its `bar` knows of the connection."""

    bar = ObjectProperty(None, allownone=True, rebind=True)
    gone = BooleanProperty(False)


class TopBar(VBox):
    """The bar of the start screen: where we are, the truth about the connection, language, time."""

    title = StringProperty("")
    sub = StringProperty("")
    connected = BooleanProperty(True)
    connection = StringProperty("")
    connection_icon = StringProperty("cloud-check")
    needs_banner = BooleanProperty(False)
    """An upright screen has no room for the chip; bad news gets a line of its own there."""
