"""A screen on which one sees what the camera sees. The camera is on only while this is so."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.scanner.camera import Frame, Viewfinder
from kiosk.ui.page import Page

_LOOKS_PER_SECOND = 15


class LookingPage(Page):
    """Shows the camera's newest picture from `look` until it is left."""

    image = ObjectProperty(None, allownone=True, force_dispatch=True)
    """What is seen."""
    trouble = ObjectProperty(None, allownone=True)
    """Why the camera gives no picture."""
    has_others = BooleanProperty(False)
    """There are other cameras to look through."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._frame: Frame | None = None
        self._viewfinder: Viewfinder | None = None
        self._looking = Clock.create_trigger(self._look, 1 / _LOOKS_PER_SECOND, interval=True)

    def on_trouble(self, *_: object) -> None:
        """Say it in the operator's language."""
        self.refresh()

    def on_pre_leave(self, *_: object) -> None:
        """Switch the camera off."""
        self.stop_looking()
        self._frame = None

    def look(self) -> None:
        """Switch the camera on."""
        self._frame, self.trouble, self.image = None, None, None
        viewfinder = App.get_running_app().viewfinder
        viewfinder.open()
        self._viewfinder = viewfinder
        self._looking()

    def turn(self) -> None:
        """Look through the next camera."""
        if self._viewfinder is not None:
            self._frame, self.image = None, None
            self._viewfinder.turn()

    def stop_looking(self) -> None:
        """Switch the camera off; what it saw last stays to be seen."""
        self._looking.cancel()
        if self._viewfinder is not None:
            self._viewfinder.close()
            self._viewfinder = None

    def looked(self) -> None:
        """The camera was looked through once more."""

    def _look(self, _: float) -> None:
        app = App.get_running_app()
        if app.page is not self or self._viewfinder is None:
            self._looking.cancel()
            return
        if app.root.ids.sheets.children:
            # What lies over the picture hides it; a camera at which nobody looks goes off by itself.
            return
        view, self.trouble = self._viewfinder.look(), self._viewfinder.trouble
        self.has_others = self._viewfinder.has_others
        if view is None:
            self._frame, self.image = None, None
        elif view.frame is not self._frame:
            self._frame, self.image = view.frame, view.preview
        self.looked()
