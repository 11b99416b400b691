"""What lies over a screen and asks for one answer."""

from __future__ import annotations

from typing import Any

from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.ui.widgets.layout import VBox


class Sheet(FloatLayout):
    """Covers the screen; a touch beside its card closes it. Its content is its one child."""

    closes_on_outside = True

    def on_touch_down(self, touch: Any) -> bool:
        """Give the touch to the card, or close."""
        inside = any(child.collide_point(*touch.pos) for child in self.children)
        if inside:
            super().on_touch_down(touch)
        elif self.closes_on_outside:
            self.dismiss()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Let nothing through to the screen below."""
        super().on_touch_move(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Let nothing through to the screen below."""
        super().on_touch_up(touch)
        return True

    def dismiss(self) -> None:
        """Take it away."""
        if self.parent is not None:
            self.parent.remove_widget(self)


class SheetCard(VBox):
    """The surface of a sheet with its title; content is added below it."""

    title = StringProperty("")
    widest = NumericProperty(860)


class MessageSheet(Sheet):
    """One sentence to the operator, with an icon and a button to close; the button's touch is the event `on_done`."""

    __events__ = ("on_done",)
    icon = StringProperty("information")
    title = StringProperty("")
    text = StringProperty("")
    button = StringProperty("")
    tone = ColorProperty("#000000")
    pale = ColorProperty("#FFFFFF")

    def finish(self) -> None:
        """Go, and tell that the button was touched."""
        self.dismiss()
        self.dispatch("on_done")

    def on_done(self) -> None:
        """The operator has read it."""
