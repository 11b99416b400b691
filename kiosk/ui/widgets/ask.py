"""A sheet that asks one question with two answers."""

from __future__ import annotations

from kivy.properties import OptionProperty, StringProperty

from kiosk.ui.widgets.sheet import Sheet


class AskSheet(Sheet):
    """Asks; the answer is one of the events `on_yes` and `on_no`, and a touch beside it is neither."""

    __events__ = ("on_yes", "on_no")

    icon = StringProperty("help-circle")
    title = StringProperty("")
    text = StringProperty("")
    yes_text = StringProperty("")
    yes_icon = StringProperty("check-bold")
    no_text = StringProperty("")
    no_icon = StringProperty("close-thick")
    mood = OptionProperty("plain", options=("plain", "good", "bad"))
    """Whether yes is good news."""

    def answer(self, event: str) -> None:
        """Take the answer and go away."""
        self.dismiss()
        self.dispatch(event)

    def on_yes(self) -> None:
        """The answer is yes."""

    def on_no(self) -> None:
        """The answer is no."""
