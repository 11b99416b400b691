"""A place that shows one of several things."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets.layout import VBox


class OneOf(VBox):
    """Shows the child whose `case` is `shown`; the others keep what they know, unseen and out of reach."""

    shown = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._cases: list[Widget] = []
        # kv gives a child its `case` only after the child was added.
        self._choose_soon = Clock.create_trigger(self._choose, -1)
        super().__init__(**kwargs)
        self.bind(shown=self._choose_soon)

    def add_widget(self, widget: Widget, *_: Any, **__: Any) -> None:
        """Take one more thing that may be shown."""
        self._cases.append(widget)
        self._choose_soon()

    def _choose(self, *_: object) -> None:
        for child in self._cases:
            if child.parent is None and child.case == self.shown:
                super().add_widget(child)
            elif child.parent is not None and child.case != self.shown:
                self.remove_widget(child)
