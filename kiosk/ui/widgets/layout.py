"""Layouts that mirror themselves for right-to-left languages, so that kv is written once."""

from __future__ import annotations

from typing import Any

from kivy.factory import Factory
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget


class Mirrored:
    """Turns a layout around after it has placed its children."""

    mirrored = BooleanProperty(False)
    """Set by the rules. Kivy takes their bindings away with the widget; those made with `THEME.bind` would pile up."""

    def on_mirrored(self, *_: object) -> None:
        """Place the children anew."""
        self._trigger_layout()  # type: ignore[attr-defined]

    def do_layout(self: Any, *args: Any, **kwargs: Any) -> None:
        """Place the children, then mirror them where the language asks for it."""
        super().do_layout(*args, **kwargs)  # type: ignore[misc]
        if self.mirrored:
            for child in self.children:
                child.x = self.x + self.right - child.right


class HBox(Mirrored, BoxLayout):
    """A row."""


class VBox(Mirrored, BoxLayout):
    """A column."""


class Split(Mirrored, BoxLayout):
    """Side by side on a wide screen, one above the other on an upright one."""


class Grid(Mirrored, GridLayout):
    """A grid."""


class Anchor(Mirrored, AnchorLayout):
    """One child held at an edge or in the middle."""


class _Repeating:
    """Shows one `view` per row of `data` and uses the widgets again when the rows change."""

    __events__ = ("on_pick",)
    view = StringProperty()
    """Name of the widget class; it has a property `row`."""
    data = ListProperty()
    slots = NumericProperty(0)
    """Keep room for this many, so that few rows do not grow."""

    def __init__(self: Any, **kwargs: Any) -> None:
        self._spare: list[Widget] = []
        super().__init__(**kwargs)
        self.bind(data=self._show, slots=self._show)
        self._show()

    def _show(self: Any, *_: object) -> None:
        cards = [child for child in reversed(self.children) if hasattr(child, "row")]
        for child in [c for c in self.children if c not in cards[: len(self.data)]]:
            self.remove_widget(child)
        # A card costs a hundred times what its row costs: those out of use wait, the first of them on top.
        self._spare += reversed(cards[len(self.data) :])
        for card, row in zip(cards, self.data, strict=False):
            card.row = row
        for row in self.data[len(cards) :]:
            self.add_widget(self._take(row))
        for _blank in range(int(self.slots) - len(self.data)):
            self.add_widget(Widget())

    def _take(self: Any, row: Any) -> Widget:
        if not self._spare:
            return self._make(row)
        card = self._spare.pop()
        card.row = row
        return card

    def _make(self: Any, row: Any) -> Widget:
        card = Factory.get(self.view)(row=row)
        if card.is_event_type("on_release"):
            card.bind(on_release=self._picked)
        return card

    def _picked(self: Any, card: Any) -> None:
        self.dispatch("on_pick", card.row)

    def on_pick(self, row: Any) -> None:
        """The card that shows `row` was touched."""


class Rows(_Repeating, VBox):
    """A column with one `view` per row of `data`."""


class Cells(_Repeating, Grid):
    """A grid with one `view` per row of `data`."""
