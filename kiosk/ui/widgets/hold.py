"""A place that answers a long touch only."""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.clock import Clock

from kiosk.ui.widgets.layout import Anchor


class Hold(Anchor):
    """Dispatches `on_held` when a finger has stayed on it for three seconds; shows nothing of that."""

    __events__ = ("on_held",)
    seconds: ClassVar[float] = 3.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ripe = Clock.create_trigger(lambda _: self.dispatch("on_held"), self.seconds)

    def on_touch_down(self, touch: Any) -> bool:
        """Begin to wait."""
        if not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._ripe()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Give up when the finger leaves."""
        if touch.grab_current is self and not self.collide_point(*touch.pos):
            self._ripe.cancel()
        return bool(touch.grab_current is self)

    def on_touch_up(self, touch: Any) -> bool:
        """Give up when the finger is lifted."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._ripe.cancel()
        return True

    def press(self) -> None:
        """Be touched by a key: nobody hides a key press under a finger."""
        self.dispatch("on_held")

    def on_held(self) -> None:
        """The finger stayed."""
