"""A grid that turns pages instead of scrolling, which a gloved finger does more surely."""

from __future__ import annotations

from typing import Any

from kivy.properties import AliasProperty, BooleanProperty, ListProperty, NumericProperty, StringProperty

from kiosk.ui.widgets.layout import VBox


class PagedGrid(VBox):
    """Shows `data` through `view`, `columns` x `lines` at a time; `on_pick` gives the row that was touched."""

    __events__ = ("on_pick",)
    view = StringProperty("TapCard")
    data = ListProperty()
    columns = NumericProperty(3)
    lines = NumericProperty(2)
    page = NumericProperty(0)
    gap = NumericProperty(20)
    turns_pages = BooleanProperty(True)
    """False where the rows are only the best of what was found."""
    shows_pager = BooleanProperty(False)

    def _slots(self) -> int:
        return max(1, int(self.columns * self.lines))

    slots = AliasProperty(_slots, bind=("columns", "lines"))

    def _pages(self) -> int:
        return max(1, -(-len(self.data) // int(self.slots)))

    pages = AliasProperty(_pages, bind=("data", "slots"))

    def _shown(self) -> list[Any]:
        start = int(self.page) * self.slots
        return list(self.data[start : start + self.slots])

    shown = AliasProperty(_shown, bind=("data", "slots", "page"))

    def on_data(self, *_: object) -> None:
        """Stay on the page if there still is one."""
        self.page = min(self.page, self.pages - 1)

    def turn(self, pages: int) -> None:
        """Go on, or back for a negative number."""
        self.page = max(0, min(self.pages - 1, self.page + pages))

    def on_pick(self, row: Any) -> None:
        """A card was touched."""
