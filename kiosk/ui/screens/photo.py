"""One photo of the fault: look, take it, look at it, use it. The camera is on only while its picture is on the screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from kivy.app import App
from kivy.properties import BooleanProperty, StringProperty

from kiosk.core.errors import KioskError
from kiosk.scanner.camera import Frame
from kiosk.ui.looking import LookingPage
from kiosk.ui.present import report


class PhotoScreen(LookingPage):
    """Take a photo; `image` is what the camera sees now, or the photo."""

    belongs_to_report: ClassVar[bool] = True
    machine = StringProperty("")
    is_taken = BooleanProperty(False)
    is_busy = BooleanProperty(False)
    trouble_text = StringProperty("")

    # ------------------------------------------------------------ life

    def opened(self, **_: object) -> None:
        """Show the photo of the draft, or what the camera sees."""
        app = App.get_running_app()
        photo = app.photos.preview(app.flow.draft.photo) if app.flow.draft else None
        if photo is None:
            self.look()
        else:
            self.image, self.is_taken, self.is_busy = photo, True, False

    def refresh(self) -> None:
        """Name the machine, and what is wrong with the camera."""
        app = App.get_running_app()
        draft = app.flow.draft
        if draft is not None and draft.machine is not None:
            self.machine = report.machine_line(draft.machine, app.translator)
        self.trouble_text = app.tr(self.trouble.message_key) if self.trouble else ""

    def on_pre_leave(self, *_: object) -> None:
        """Switch the camera off, and forget what was not used."""
        super().on_pre_leave()
        self.is_busy = False

    # ------------------------------------------------------------ looking

    def look(self) -> None:
        """Switch the camera on."""
        self.is_taken = self.is_busy = False
        super().look()

    def again(self) -> None:
        """Take another photo; the one that was taken is gone."""
        App.get_running_app().flow.show_photo(None)
        self.look()

    # ------------------------------------------------------------ the photo

    def take(self) -> None:
        """Keep what is seen now; the camera goes off."""
        if self._frame is not None:
            self.stop_looking()
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
