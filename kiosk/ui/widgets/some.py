"""A column or row that leaves out what has nothing to say."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.ui.widgets.layout import VBox


class Some(VBox):
    """Leaves out the children whose `shows` is False; they wait, out of sight and out of reach."""

    def __init__(self, **kwargs: Any) -> None:
        self._all: list[Widget] = []
        # kv gives a child its `shows` only after the child was added.
        self._choose_soon = Clock.create_trigger(self._choose, -1)
        super().__init__(**kwargs)

    def add_widget(self, widget: Widget, *_: Any, **__: Any) -> None:
        """Take one more child; without `shows` it is always there."""
        self._all.append(widget)
        self._choose_soon()

    def _choose(self, *_: object) -> None:
        chosen = []
        for child in self._all:
            if child.property("shows", quiet=True) is not None:
                child.bind(shows=self._choose_soon)
            # A rule that gives one child a property gives it, as None, to every child of that class.
            if getattr(child, "shows", None) is not False:
                chosen.append(child)
        if chosen != list(reversed(self.children)):
            self.clear_widgets()
            for child in chosen:
                super().add_widget(child)
