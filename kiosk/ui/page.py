"""One screen, and the stage that builds screens when they are first shown."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from kivy.clock import Clock
from kivy.uix.screenmanager import NoTransition, Screen, ScreenManager, SlideTransition

from kiosk.core.events import Event
from kiosk.ui.rules import load_screen
from kiosk.ui.screens import SCREENS
from kiosk.ui.theme import THEME

SLIDE_SECONDS = 0.2


class Page(Screen):
    """A screen of ours. It holds properties, fills them in `refresh`, and tells `app.flow` what the operator did."""

    belongs_to_report: ClassVar[bool] = False
    """True for the steps of a report: they are left for the start screen when nobody answers."""
    patience: float = 0.0
    """How many seconds longer than others this screen waits for a touch before the board takes its place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refresh_soon = Clock.create_trigger(lambda _: self.refresh())

    def opened(self, *args: Any, **kwargs: Any) -> None:
        """Take what `app.go` was given by name, before `refresh` and before the screen is seen."""

    def refresh(self) -> None:
        """Fill the properties anew: after `opened`, after an event, after the language changed."""

    def tick(self) -> None:
        """A second has passed while this screen is shown."""

    def scanned(self, text: str) -> bool:
        """Take a scan for this screen alone; True when it did, and nobody else gets it."""
        del text
        return False

    def on_event(self, event: Event) -> None:
        """Core told something while this screen is shown."""
        del event
        # Many events of one moment are one refresh.
        self.refresh_soon()


class Stage(ScreenManager):
    """Shows one screen; swallows touches that were meant for the screen before."""

    transition: Any
    settle: ClassVar[float] = SLIDE_SECONDS + 0.1
    """Seconds after a change in which a touch does not count: it was aimed at what is gone."""
    _changed_at = float("-inf")

    def show(self, name: str, *, backwards: bool = False, **args: Any) -> Page:
        """Show the screen called `name`, built if need be."""
        page = self.page(name)
        page.opened(**args)
        page.refresh()
        # A transition that is replaced before it ends leaves neither screen in the tree.
        self.transition.stop()
        moves = not THEME.still and self.current_screen is not None
        self.transition = _slide(backwards=backwards) if moves else NoTransition()
        self._changed_at = time.monotonic()
        self.current = name
        return page

    def forget(self) -> None:
        """Drop every screen that was built: sizes in their rules are computed when they are built."""
        self.transition.stop()
        self.transition = NoTransition()
        self.clear_widgets(self.screens[:])

    def page(self, name: str) -> Page:
        """Give the screen called `name`, built if need be."""
        if not self.has_screen(name):
            module, class_name = SCREENS[name].split(":")
            self.add_widget(getattr(load_screen(module), class_name)(name=name))
        page: Page = self.get_screen(name)
        return page

    @property
    def is_settled(self) -> bool:
        """False just after a change: what was touched then was meant for the screen before."""
        return time.monotonic() - self._changed_at >= self.settle

    def on_touch_down(self, touch: Any) -> bool:
        """Let a touch through once the screen has settled."""
        if not self.is_settled:
            return True
        return bool(super().on_touch_down(touch))


def _slide(*, backwards: bool) -> SlideTransition:
    return SlideTransition(duration=SLIDE_SECONDS, direction="right" if backwards != THEME.rtl else "left")
