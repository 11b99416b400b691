"""Hold the machine's label in front of the camera. The camera is on only while its picture is on the screen."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.scanner.decode import FORMATS, Decoder
from kiosk.scanner.reading import LabelReader
from kiosk.ui.looking import LookingPage
from kiosk.ui.present import scan
from kiosk.ui.present.scan import AdviceRow


class ScanScreen(LookingPage):
    """Read a label with the camera."""

    advice = ObjectProperty(AdviceRow(), rebind=True)
    has_trouble = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._reader: LabelReader | None = None

    def opened(self, **_: object) -> None:
        """Switch the camera on and read what it sees."""
        self.look()
        app = App.get_running_app()
        formats = [FORMATS[code] for code in app.codes]
        self._reader = LabelReader(app.viewfinder, decoder=lambda: Decoder(formats))
        self._reader.open()

    def refresh(self) -> None:
        """Say what helps now."""
        if self._reader is not None:
            self.advice = scan.advice(self._reader.hint, self.trouble, App.get_running_app().translator)
        self.has_trouble = self.trouble is not None

    def on_pre_leave(self, *_: object) -> None:
        """Read no more."""
        super().on_pre_leave()
        if self._reader is not None:
            self._reader.close()

    def looked(self) -> None:
        """Go on with what was read."""
        self.refresh()
        if self._reader is not None and self._reader.text:
            text, self._reader.text = self._reader.text, ""
            self._reader.close()
            App.get_running_app().flow.seen(text)
