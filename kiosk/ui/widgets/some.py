"""A column or row that leaves out what has nothing to say."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.ui.widgets.layout import VBox


class Some(VBox):
    """Lays out those of its children whose `shows` is true; the others wait, out of sight and out of reach."""

    def __init__(self, **kwargs: Any) -> None:
        self._all: list[Widget] = []
        # kv gives a child its `shows` only after the child was added.
        self._choose_soon = Clock.create_trigger(self._choose, -1)
        super().__init__(**kwargs)

    def add_widget(self, widget: Widget, *_: Any, **__: Any) -> None:
        """Take one more thing that may be shown; without `shows` it always is."""
        self._all.append(widget)
        self._choose_soon()

    def _choose(self, *_: object) -> None:
        chosen = []
        for child in self._all:
            if child.property("shows", quiet=True) is not None:
                child.bind(shows=self._choose_soon)
            if getattr(child, "shows", True):
                chosen.append(child)
        if chosen != list(reversed(self.children)):
            self.clear_widgets()
            for child in chosen:
                super().add_widget(child)
