"""The steps of a ticket, one below the other."""

from __future__ import annotations

from kivy.properties import ColorProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.ui.present.rows import TimelineRow
from kiosk.ui.widgets.layout import HBox, Rows


class TimelineDot(Widget):
    """A dot with its piece of the line to the next."""

    row = ObjectProperty(TimelineRow(), rebind=True)
    radius = NumericProperty(26)
    tint = ColorProperty("#000000")


class TimelineStep(HBox):
    """A dot, its text and its time."""

    row = ObjectProperty(TimelineRow(), rebind=True)


class Timeline(Rows):
    """Shows `data`, a list of `TimelineRow`."""
