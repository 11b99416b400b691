"""One photo of the fault: look, take it, look at it, use it. The camera is on only while its picture is on the screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.core.errors import KioskError
from kiosk.scanner.camera import Frame, Viewfinder
from kiosk.ui.page import Page
from kiosk.ui.present import report

_LOOKS_PER_SECOND = 15


class PhotoScreen(Page):
    """Take a photo."""

    belongs_to_report: ClassVar[bool] = True
    machine = StringProperty("")
    image = ObjectProperty(None, allownone=True, force_dispatch=True)
    """What is seen: what the camera sees now, or the photo."""
    is_taken = BooleanProperty(False)
    is_busy = BooleanProperty(False)
    trouble = ObjectProperty(None, allownone=True)
    """Why the camera gives no picture."""
    trouble_text = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._frame: Frame | None = None
        self._viewfinder: Viewfinder | None = None
        self._looking = Clock.create_trigger(self._look, 1 / _LOOKS_PER_SECOND, interval=True)

    # ------------------------------------------------------------ life

    def opened(self, **_: object) -> None:
        """Show the photo of the draft, or what the camera sees."""
        app = App.get_running_app()
        photo = app.photos.preview(app.flow.draft.photo) if app.flow.draft else None
        if photo is None:
            self.look()
        else:
            self._show(photo, taken=True)

    def refresh(self) -> None:
        """Name the machine, and what is wrong with the camera."""
        app = App.get_running_app()
        draft = app.flow.draft
        if draft is not None and draft.machine is not None:
            self.machine = report.machine_line(draft.machine, app.translator)
        self.trouble_text = app.tr(self.trouble.message_key) if self.trouble else ""

    def on_trouble(self, *_: object) -> None:
        """Say it in the operator's language."""
        self.refresh()

    def on_pre_leave(self, *_: object) -> None:
        """Switch the camera off, and forget what was not used."""
        self._stop_looking()
        self._frame, self.is_busy = None, False

    # ------------------------------------------------------------ looking

    def look(self) -> None:
        """Switch the camera on."""
        self._frame, self.trouble = None, None
        self._show(None, taken=False)
        viewfinder = App.get_running_app().viewfinder
        viewfinder.open()
        self._viewfinder = viewfinder
        self._looking()

    def again(self) -> None:
        """Take another photo; the one that was taken is gone."""
        App.get_running_app().flow.show_photo(None)
        self.look()

    def _look(self, _: float) -> None:
        app = App.get_running_app()
        if app.page is not self or self._viewfinder is None:
            self._looking.cancel()
            return
        if app.root.ids.sheets.children:
            # What lies over the picture hides it; a camera at which nobody looks goes off by itself.
            return
        view, self.trouble = self._viewfinder.look(), self._viewfinder.trouble
        if view is None:
            self._frame, self.image = None, None
        elif view.frame is not self._frame:
            self._frame, self.image = view.frame, view.preview

    def _stop_looking(self) -> None:
        self._looking.cancel()
        if self._viewfinder is not None:
            self._viewfinder.close()
            self._viewfinder = None

    # ------------------------------------------------------------ the photo

    def take(self) -> None:
        """Keep what is seen now; the camera goes off."""
        if self._frame is not None:
            self._stop_looking()
            self.is_taken = True

    def use(self) -> None:
        """Put the photo into the report."""
        app = App.get_running_app()
        if self._frame is None:
            app.back()
        elif not self.is_busy:
            self.is_busy = True
            making = app.photos.keep(self._frame.image)
            app.when_done(making, partial(self._made, self._frame), partial(self._not_made, self._frame))

    def delete(self) -> None:
        """Report without a photo."""
        app = App.get_running_app()
        app.flow.show_photo(None)
        app.back()

    def _made(self, frame: Frame, photo: Path) -> None:
        app = App.get_running_app()
        if frame is not self._frame:
            app.photos.drop(photo)  # the operator went on meanwhile
            return
        app.flow.show_photo(photo)
        app.back()

    def _not_made(self, frame: Frame, error: BaseException) -> None:
        if frame is self._frame:
            self.is_busy = False
            key = error.message_key if isinstance(error, KioskError) else KioskError.message_key
            App.get_running_app().flow.tell(key, icon="camera-off")

    def _show(self, image: object, *, taken: bool) -> None:
        self.image, self.is_taken, self.is_busy = image, taken, False
