"""Drives the real widgets in a real window: frames, touches, scans, finders, pictures."""

from __future__ import annotations

import time

from PIL import Image

_ENTER = 40


class Pilot:
    """A person at the terminal. Every action runs the frames it needs; nothing sleeps."""

    def __init__(self, app):
        from kivy.base import EventLoop
        from kivy.core.window import Window

        self.app, self.loop, self.window = app, EventLoop, Window

    # ------------------------------------------------------------ time

    def frames(self, count=3):
        for _ in range(count):
            self.loop.idle()

    def settle(self):
        """Run frames until the change of screens is over and every text has found its size."""
        self.frames(2)
        self.until(lambda: not self.app.stage.transition.is_active)
        self.frames(3)

    def lay_out(self, count=4):
        """Do all of a frame but the drawing, which is most of its time."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(count):
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()

    def until(self, condition, *, seconds=5, what="the condition"):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; shown: {self.texts()}"
            self.loop.idle()

    # ------------------------------------------------------------ looking

    @property
    def screen(self):
        return self.app.stage.current

    def walk(self, class_name=None, root=None):
        """Give the visible widgets, of one class if named."""
        pending = [root] if root else list(self.window.children)
        while pending:
            widget = pending.pop(0)
            if widget.opacity == 0:
                continue
            if class_name is None or any(c.__name__ == class_name for c in type(widget).__mro__):
                yield widget
            pending = list(reversed(widget.children)) + pending

    def texts(self, root=None):
        return [w.text for w in self.walk("KLabel", root) if w.text]

    def find_text(self, text, root=None):
        found = [w for w in self.walk("KLabel", root) if w.text == text]
        assert found, f"no {text!r} on the screen {self.screen!r}; shown: {self.texts()}"
        return found[0]

    def sees(self, text):
        return any(text in shown for shown in self.texts())

    def topmost(self):
        """Give what a touch can reach: the sheet, if one is open, else the screen."""
        sheets = self.app.root.ids.sheets.children
        return sheets[0] if sheets else self.app.page

    # ------------------------------------------------------------ doing

    def resize(self, width, height):
        if tuple(self.window.size) != (width, height):
            self.window.size = (width, height)
            self.frames(3)

    def touch(self, x, y):
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.frames(1)
        touch.touch_up()
        self.frames(3)

    def tap(self, widget):
        """Touch the middle of a widget, or of the widget that shows this text."""
        target = self.find_text(widget) if isinstance(widget, str) else widget
        self.touch(*target.to_window(*target.center))

    def scan(self, text, *, enter=True):
        """Type as a scanner does: physical keys of a US keyboard, all within one frame."""
        for char in text:
            self.key(*_key_of(char))
        if enter:
            self.key(_ENTER)
        self.frames(2)

    def key(self, scancode, modifiers=()):
        self.window.dispatch("on_key_down", 0, scancode, None, list(modifiers))
        self.window.dispatch("on_key_up", 0, scancode)

    def as_in_production(self, action):
        """Do what Kivy's main loop does with an exception in a callback."""
        from kivy.base import ExceptionManager

        try:
            action()
        except Exception as fault:
            if ExceptionManager.handle_exception(fault) == ExceptionManager.RAISE:
                raise

    # ------------------------------------------------------------ pictures

    def shot(self, path=None, *, is_laid_out=False):
        """Give the picture of the window; what is laid out already needs no more frames before the one that is read."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        if not is_laid_out:
            self.settle()
        width, height = self.window.size
        self.window.dispatch("on_draw")
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        picture = Image.frombytes("RGB", (width, height), pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        if path:
            picture.save(path)
        return picture


def _key_of(char):
    from kiosk.scanner.layouts import LAYOUTS

    scancode, shift = LAYOUTS["us"].key_of(char)
    return scancode, ("shift",) if shift else ()
