"""Whom to call."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.ui.present.calling import CallRow
from kiosk.ui.widgets.card import Card


class CallCard(Card):
    """A name and a telephone number that can be read while dialling."""

    row = ObjectProperty(CallRow(), rebind=True)
