"""Asks whether somebody is still there, before what was begun is dropped."""

from __future__ import annotations

from kivy.properties import NumericProperty

from kiosk.ui.widgets.sheet import Sheet

SECONDS = 20
"""So long it can be stopped (WCAG 2.2.1 asks for as much), where the terminal waits long enough before."""


class CountdownSheet(Sheet):
    """Lies over whatever is shown; any touch stops it."""

    left = NumericProperty(SECONDS)
    """Whole seconds until the report is dropped."""
    of = NumericProperty(SECONDS)
