"""What stands beside the truth: what happened, what was said, and what is asked of the operator."""

from __future__ import annotations

from kivy.properties import ColorProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.ui.present.said import NoteRow
from kiosk.ui.present.ticket import AnswerRow, StepRow, TicketView
from kiosk.ui.widgets.card import Card, TapCard
from kiosk.ui.widgets.layout import HBox, VBox
from kiosk.ui.widgets.some import Some


class NoteCard(Card):
    """One thing that was said."""

    row = ObjectProperty(NoteRow(), rebind=True)
    tint = ColorProperty("#000000")


class OpenCard(TapCard):
    """A line that opens into a sheet."""

    row = ObjectProperty(NoteRow(), rebind=True)
    tint = ColorProperty("#000000")


class StepCard(TapCard):
    """Something to try, ticked off by a touch."""

    row = ObjectProperty(StepRow(), rebind=True)


class AnswerCard(TapCard):
    """One answer to a question of IT."""

    row = ObjectProperty(AnswerRow(), rebind=True)


class Finding(HBox):
    """One line of what was found and done."""

    name = StringProperty("")
    text = StringProperty("")


class WaitPanel(Some):
    """While IT is at it: what happened, what was said, what can be tried."""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class StepsPanel(Card):
    """What can be tried."""

    page = ObjectProperty(None, rebind=True)
    steps = ListProperty()


class CallPanel(VBox):
    """The report does not arrive: whom to call."""

    view = ObjectProperty(TicketView(), rebind=True)


class QuestionPanel(Card):
    """IT asks; the answers are to tap."""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class WorksPanel(Some):
    """IT says that it is fixed: does it run?"""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)


class OverPanel(Some):
    """The whole story, once it is over."""

    page = ObjectProperty(None, rebind=True)
    view = ObjectProperty(TicketView(), rebind=True)
