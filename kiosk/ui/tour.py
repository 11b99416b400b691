"""One report played through the real widgets, for a demo without a person: real touches, real keys, pictures on the way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from kiosk.core.model import Entry, Status
from kiosk.scanner.layouts import LAYOUTS

log = logging.getLogger(__name__)

Condition = Callable[[], Any]

_PATIENCE = 60.0
"""Seconds until the tour gives up waiting for what should be on the screen."""
_PAUSE = 0.8
"""Seconds between two things, so that an onlooker can follow; also longer than a screen stays deaf after a change."""
_LABEL = "KIOSK:P-0007"


class Tour:
    """Plays a report from the scan to the confirmed fix. Quits the app at the end, whether it went well or not."""

    def __init__(self, app: Any, *, it: Callable[..., None], shots: Path) -> None:
        """Play on the shown `app`; `it(action, number, **fields)` plays the person of IT; pictures go into `shots`."""
        self._app, self._it, self._shots = app, it, shots
        self.pictures: list[Path] = []
        self.is_complete = False
        self.failure = "the window was closed"
        """What went wrong, unless it is complete."""
        shots.mkdir(parents=True, exist_ok=True)
        self._script = self._play()
        self._waits_for: Condition = lambda: True
        self._deadline = time.monotonic() + _PATIENCE
        Clock.schedule_interval(self._step, 0.1)
        Clock.schedule_interval(self._watch, 1)

    def _step(self, _: float) -> bool:
        """Go on with the script once what it waits for is there; False ends the clock's interval."""
        try:
            if self._waits_for():
                self._waits_for = next(self._script)
                self._deadline = time.monotonic() + _PATIENCE
        except StopIteration:
            self.is_complete = True
            self._app.stop()
            return False
        return True

    def _watch(self, _: float) -> None:
        if time.monotonic() > self._deadline:
            self.failure = f"nothing more happened on the screen {self._app.page.name!r}"
            self._app.stop()

    # ------------------------------------------------------------ the script

    def _play(self) -> Iterator[Condition]:
        say = self._app.translator.tr
        yield _after(_PAUSE)
        yield self._picture("home")
        self._scan(_LABEL)
        yield from self._touch(self._first_symptom(), picture="symptoms")
        yield from self._touch(say("Yes, it is stopped"), picture="details")
        yield from self._touch(say("Send to IT"), picture="details-answered")
        yield self._is(bool)
        yield self._picture("saved")
        yield self._is(lambda entry: entry.is_delivered)
        yield _after(_PAUSE)
        yield self._picture("it-has-it")
        yield from self._let_it("way", Status.ON_THE_WAY, minutes=15)
        yield from self._let_it("fix", Status.RESOLVED, cause="Cable", solution="Cable replaced, test label printed")
        yield from self._touch(say("Yes, it works"), picture="asked")
        yield self._is(lambda entry: entry.status is Status.CLOSED and not entry.has_open_deliveries)
        yield _after(_PAUSE)
        yield self._picture("works-again")

    def _first_symptom(self) -> str:
        terminal = self._app.terminal
        symptom = terminal.symptoms(terminal.scan(_LABEL).machine)[0]
        return str(symptom.words.get(self._app.language))

    def _let_it(self, action: str, status: Status, **fields: Any) -> Iterator[Condition]:
        entry = self._entry()
        if entry is None or entry.ref is None:
            raise LookupError("the ticket that was just delivered is gone")
        number = entry.ref.label
        # A press of a button at the desk is a request over the network, which the screen must not wait for.
        threading.Thread(target=self._it, args=(action, number), kwargs=fields, name="technician").start()
        yield self._is(lambda entry: entry.status is status)
        yield _after(_PAUSE)
        yield self._picture(status.replace("_", "-"))

    def _entry(self) -> Entry | None:
        return next(iter(self._app.terminal.entries()[-1:]), None)

    def _is(self, true: Callable[[Entry], bool]) -> Condition:
        def look() -> bool:
            entry = self._entry()
            return self._app.page.name == "ticket" and entry is not None and true(entry)

        return look

    # ------------------------------------------------------------ hands and eyes

    def _touch(self, text: str, *, picture: str) -> Iterator[Condition]:
        yield lambda: _shown(text)
        yield _after(_PAUSE)
        yield self._picture(picture)
        finger = Finger(_shown(text))
        finger.press()
        yield _after(0.15)
        finger.lift()
        yield _after(0.1)

    def _scan(self, text: str) -> None:
        for char in text:
            scancode, shift = LAYOUTS["us"].key_of(char)
            Window.dispatch("on_key_down", 0, scancode, char, ["shift"] if shift else [])
        Window.dispatch("on_key_down", 13, 40, None, [])

    def _picture(self, name: str) -> Condition:
        """Keep what the window shows once it was drawn."""
        path = self._shots / f"{len(self.pictures) + 1:02}-{name}.png"

        def take() -> bool:
            written = Window.screenshot(name=str(path))
            if not written:
                raise OSError(f"the picture {path} could not be written")
            Path(written).replace(path)
            self.pictures.append(path)
            return True

        return take


class Finger(MotionEvent):
    """A touch in the middle of a widget, sent the way the window's own touches come."""

    def __init__(self, widget: Any) -> None:
        x, y = widget.to_window(*widget.center)
        place = (x / max(1, Window.width - 1), y / max(1, Window.height - 1))
        super().__init__("tour", "finger", place, is_touch=True, type_id="touch")

    def depack(self, args: Any) -> None:
        """Take the position, in parts of the window."""
        self.profile = ["pos"]
        self.sx, self.sy = args
        super().depack(args)

    def press(self) -> None:
        """Put the finger down."""
        EventLoop.post_dispatch_input("begin", self)

    def lift(self) -> None:
        """Take it away."""
        EventLoop.post_dispatch_input("end", self)


def _after(seconds: float) -> Condition:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def _shown(text: str) -> Any:
    """Give the visible widget that shows exactly `text`, None while there is none."""
    widgets = (widget for root in Window.children for widget in root.walk(restrict=True))
    return next((w for w in widgets if getattr(w, "text", "") == text and _is_visible(w)), None)


def _is_visible(widget: Any) -> bool:
    while widget is not None and widget is not Window:
        if widget.opacity == 0 or widget.disabled:
            return False
        widget = widget.parent
    return widget is Window
