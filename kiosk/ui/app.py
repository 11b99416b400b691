"""The application: language, clock, navigation, idleness and the way from core's events to the shown screen."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.app import App
from kivy.base import ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk import resources
from kiosk.core.draft import Draft
from kiosk.core.events import Event
from kiosk.core.terminal import Terminal
from kiosk.drafts import DraftFile
from kiosk.photos import PhotoFolder
from kiosk.scanner.camera import Camera, Viewfinder
from kiosk.scanner.wedge import Wedge
from kiosk.service import Service
from kiosk.ui import sounds
from kiosk.ui.admin import Admin
from kiosk.ui.first_run import FirstRun
from kiosk.ui.flow import Flow
from kiosk.ui.focus import Focus
from kiosk.ui.heartbeat import Heartbeat
from kiosk.ui.idle import Idle
from kiosk.ui.keys import Key, Keys
from kiosk.ui.light import Light
from kiosk.ui.lockdown import Display
from kiosk.ui.multilingual import MultilingualApp
from kiosk.ui.night import Night
from kiosk.ui.page import Page
from kiosk.ui.present.home import clock
from kiosk.ui.recovery import GoHome
from kiosk.ui.rules import load_widgets
from kiosk.ui.talk import Talk
from kiosk.ui.theme import THEME
from kiosk.ui.widgets.countdown import SECONDS

if TYPE_CHECKING:
    from kiosk.backlight import Backlight
    from kiosk.scanner.device import ScannerDevice
    from kiosk.ui.speech import Speaker

log = logging.getLogger(__name__)

TIDY_SECONDS = 3600.0


def publish(event: Event) -> None:
    """Hand an event of core, from whatever thread, to the shown screen on Kivy's thread."""
    Clock.schedule_once(lambda _: _deliver(event))


def _deliver(event: Event) -> None:
    app = App.get_running_app()
    if isinstance(app, KioskApp) and app.root is not None:
        app.stage.current_screen.on_event(event)


class KioskApp(MultilingualApp):
    """The screens of one terminal."""

    kv_file = str(resources.kv_root())
    use_kivy_settings = False

    clock = StringProperty("")
    dim = NumericProperty(0)
    """How much of the picture's light is taken away, from 0 to 1."""
    asleep = BooleanProperty(False)
    """Nobody is there; the next touch only wakes the screen."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        display: Display,
        language: str = "en",
        languages: tuple[str, ...] = (),
        idle_seconds: float = 60,
        check_pin: Callable[[str], bool] | None = None,
        data: Path | None = None,
        camera: Camera | None = None,
        codes: tuple[str, ...] = ("qr",),
        wedge: Wedge | None = None,
        scanners: Sequence[ScannerDevice] = (),
        badge: str = "",
        drafts: DraftFile | None = None,
        service: Service | None = None,
        first_run: FirstRun | None = None,
        inches: float | None = None,
        night: Night | None = None,
        backlight: Backlight | None = None,
        speaker: Speaker | None = None,
    ) -> None:
        """Show `terminal`; `kiosk.ui.lockdown.prepare(display)` must have run before this module was imported.

        `languages` are those that the picker offers, all of them when empty. Without `check_pin` nobody is an admin.
        `data` is the folder of the reports, for the admin to see how much room is left. Without `camera` there are no photos; `codes` are
        the kinds of code that labels have, `scanners` those with a device of their own; a code that `badge` describes says who reports.
        `first_run` asks what is still unknown of this terminal before anything else.
        `inches` is the panel's diagonal. By `night` the screen is dark, with the `backlight` where there is one to set; `speaker` says how reports stand.
        `drafts` keeps the draft for the next start; `service` is told that the terminal lives.
        """
        super().__init__()
        self.terminal, self.display = terminal, display
        self.home_language, self.languages = language, languages
        self.check_pin, self.data = check_pin, data
        self.flow, self.talk, self.admin = Flow(self), Talk(self), Admin(self)
        self.photos, self.drafts = PhotoFolder(), drafts
        self.heartbeat = Heartbeat(service or Service({}), stuck=self._stuck)
        self._scanners, self.codes = scanners, codes
        self._wedge = wedge or Wedge(time.monotonic)
        self.badge = re.compile(badge) if badge else None
        self.viewfinder = Viewfinder(camera) if camera is not None else None
        self.idle = Idle(seconds=idle_seconds, monotonic=terminal.clock.monotonic)
        self.first_run = first_run
        self.inches = inches
        self.light, self.speaker = Light(self, night=night or Night(), backlight=backlight), speaker
        self._history: list[tuple[str, dict[str, Any]]] = []

    # ------------------------------------------------------------ life

    def load_kv(self, filename: str | None = None) -> bool:
        """Load the widgets' rules, then the root."""
        THEME.use(self.display.palette)
        THEME.still = self.display.still
        THEME.fit(*Window.size)
        self.speak(self.home_language)
        load_widgets()
        self.root = Builder.load_file(filename or self.kv_file)
        return True

    def on_start(self) -> None:
        """Bind the window and show the start screen."""
        ExceptionManager.add_handler(GoHome())
        Window.bind(size=self._resized, on_request_close=lambda *_, **__: True)
        Window.bind(on_touch_down=self._felt)
        self.focus = Focus(self.root)
        self.keys = Keys(Window, self._wedge, self._scanned, typed=self._typed, monotonic=time.monotonic)
        for scanner in self._scanners:
            scanner.start(lambda text: Clock.schedule_once(lambda _: self._scanned(text)))
        Clock.schedule_interval(self._tick, 1)
        Clock.schedule_interval(lambda _: self._tidy(), TIDY_SECONDS)
        Clock.schedule_once(lambda _: sounds.warm_up(), 2)
        self.home()
        self._tick()
        self.heartbeat.start()
        if self.drafts is not None:
            self.when_done(self.drafts.take(), self.flow.restore, lambda _: None)

    def _resized(self, _: Any, size: tuple[float, float]) -> None:
        # A window manager may make the window full-screen only after it was opened.
        THEME.fit(*size)
        self.close_sheets()
        self.stage.forget()
        name, args = self._history[-1]
        self.stage.show(name, **args)

    def on_stop(self) -> None:
        """Switch the camera off, and leave no photo behind."""
        self.heartbeat.stop()
        for scanner in self._scanners:
            scanner.stop()
        if self.viewfinder is not None:
            self.viewfinder.close()
            self.viewfinder.join(2)
        self.photos.close()
        self.light.close()
        if self.speaker is not None:
            self.speaker.close()

    def open_settings(self, *_: Any) -> bool:
        """Kivy's own settings are for developers."""
        return False

    @property
    def stage(self) -> Any:
        """The screens."""
        return self.root.ids.stage

    @property
    def page(self) -> Page:
        """The screen that is shown."""
        page: Page = self.stage.current_screen
        return page

    def speak(self, language: str) -> None:
        """Switch the language of everything that is shown."""
        super().speak(language)
        if self.root is not None:
            self.page.refresh()

    def pick_language(self) -> None:
        """Open the language picker."""
        self.flow.pick_language()

    # ------------------------------------------------------------ navigation

    @property
    def place(self) -> tuple[str, dict[str, Any]]:
        """Which screen is shown, and what it was given."""
        return self._history[-1]

    def go(self, name: str, **args: Any) -> None:
        """Show a screen; `back` returns from it."""
        self.close_sheets()
        self._history.append((name, args))
        self.stage.show(name, **args)

    def back(self) -> None:
        """Show the screen before."""
        del self._history[-1:]
        if not self._history:
            self.home()
            return
        name, args = self._history[-1]
        self.close_sheets()
        self.stage.show(name, backwards=True, **args)

    def home(self) -> None:
        """Show the start screen; what was begun is dropped."""
        self.close_sheets()
        self.flow.drop()
        start = "home" if self.first_run is None else "firstrun"
        self._history = [(start, {})]
        self.stage.show(start, backwards=True)

    def open_sheet(self, sheet: Any) -> Any:
        """Put a sheet over the shown screen."""
        self.close_sheets()
        self.root.ids.sheets.add_widget(sheet)
        return sheet

    def lay_over(self, sheet: Any) -> Any:
        """Put a sheet over the shown screen and whatever lies on it already."""
        self.root.ids.sheets.add_widget(sheet)
        return sheet

    def close_sheets(self) -> None:
        """Take every sheet away."""
        self.root.ids.sheets.clear_widgets()

    # ------------------------------------------------------------ core

    def when_done(
        self, future: Future[Any], done: Callable[[Any], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Call `done` with the result, or `failed` with the error, on Kivy's thread."""

        def hop(finished: Future[Any]) -> None:
            error = finished.exception()
            call = partial(failed, error) if error is not None else partial(done, finished.result())
            Clock.schedule_once(lambda _: call())

        future.add_done_callback(hop)

    def _stuck(self) -> tuple[str, ...]:
        return self.terminal.stuck()

    def keep(self, draft: Draft | None) -> None:
        """Keep the draft in case the program ends before it is sent."""
        if self.drafts is not None:
            self.drafts.keep(draft, language=self.language)

    # ------------------------------------------------------------ people

    def _is_here(self) -> None:
        """Somebody touches, types or scans."""
        self.idle.touch()
        self.light.look_lively(is_lively=True)

    def _scanned(self, text: str) -> None:
        self._is_here()
        self._wake()
        self.flow.scan(text)

    def _typed(self, keys: Sequence[Key]) -> None:
        self._is_here()
        if not self._wake():
            self.focus.take(keys)

    def _felt(self, *_: Any) -> bool:
        self._is_here()
        self.focus.clear()
        return self._wake()

    def _wake(self) -> bool:
        """Wake the screen for somebody; False when it was awake."""
        if not self.asleep:
            return False
        self.asleep = False
        self.light.shine()
        self.flow.wake()
        return True

    def _tick(self, *_: Any) -> None:
        self.terminal.keep_time()
        self.clock = clock(self.terminal, self.translator)
        self.page.tick()
        self.light.shine()
        if self.asleep:
            return
        left = self.idle.left + self.page.patience
        if left <= 0:
            self.asleep = True
            self.flow.rest()
        else:
            self.flow.count_down(left, of=min(SECONDS, self.idle.seconds / 2))

    def announce(self, *texts: str) -> None:
        """Say aloud what the screen says, where this terminal speaks."""
        if self.speaker is not None:
            self.speaker.say(" ".join(filter(None, texts)), language=self.language)

    def _tidy(self) -> None:
        # Not waited for: the desk does it between two reports, and logs a disk that refuses.
        self.terminal.tidy()
