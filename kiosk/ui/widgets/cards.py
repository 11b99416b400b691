"""Cards of what more than one screen shows."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty

from kiosk.ui.present.admin import LinkRow, ScanRow
from kiosk.ui.present.home import NoticeRow
from kiosk.ui.present.report import MachineRow
from kiosk.ui.present.tickets import TicketRow
from kiosk.ui.widgets.card import Card, TapCard


class TicketCard(TapCard):
    """One open problem."""

    row = ObjectProperty(TicketRow(), rebind=True)
    is_roomy = BooleanProperty(False)
    tint = ColorProperty("#000000")


class NoticeCard(TapCard):
    """One thing worth knowing; what has no room is read in full after a touch."""

    row = ObjectProperty(NoticeRow(), rebind=True)
    tint = ColorProperty("#000000")
    pale = ColorProperty("#FFFFFF")


class MachineCard(TapCard):
    """One machine, and what is open on it."""

    row = ObjectProperty(MachineRow(), rebind=True)
    tint = ColorProperty("#000000")
    pale = ColorProperty("#FFFFFF")


class LinkCard(Card):
    """A destination, and how it is."""

    row = ObjectProperty(LinkRow(), rebind=True)
    tint = ColorProperty("#000000")
    pale = ColorProperty("#FFFFFF")


class ScanCard(Card):
    """What the scanner read; until then `asks` for a scan."""

    row = ObjectProperty(ScanRow(), rebind=True)
    asks = StringProperty("")
    hint = StringProperty("")
