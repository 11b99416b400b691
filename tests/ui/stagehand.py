"""Puts a whole terminal on fakes into a window; used by the tests and by the pictures."""

from __future__ import annotations

import os

from fakes import Floor


def example_floor():
    """Give a terminal of the example plant on fakes."""
    from kiosk import resources
    from kiosk.plant import load_plant

    return Floor(plant=load_plant(resources.asset("example/plant.toml")), area="packaging")


def open_app(floor, *, size=(1280, 800), language="en", palette="light", **settings):
    """Start the app of `floor` in a window of this size, without running its loop."""
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    from kiosk.ui import lockdown

    display = lockdown.Display(width=size[0], height=size[1], palette=palette, still=True, max_fps=0)
    lockdown.prepare(display)
    from kivy.base import runTouchApp
    from kivy.clock import Clock

    from kiosk.ui.app import KioskApp

    # A test module that imports Kivy at its head made the clock before it could be told: it would sleep in every frame.
    Clock._max_fps = 0
    app = KioskApp(floor.terminal, display=display, language=language, **settings)
    app._run_prepare()
    runTouchApp(embedded=True)
    return app


def reset(app, floor):
    """Give the app another terminal and begin anew."""
    from kivy.core.window import Window

    from kiosk.ui.idle import Idle

    if tuple(Window.size) != (1280, 800):
        Window.size = (1280, 800)
    take_camera_away(app)
    app.terminal = floor.terminal
    app.asleep = False
    app.idle = Idle(seconds=60, monotonic=floor.terminal.clock.monotonic)
    app.speak("en")
    app.home()


def take_camera_away(app):
    """Let the terminal have no camera, as at first."""
    if app.viewfinder is not None:
        app.viewfinder.close()
        app.viewfinder.join(5)
        app.viewfinder = None
