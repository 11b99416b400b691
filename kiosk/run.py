"""`kiosk run`: the terminal in its window."""

from __future__ import annotations

import faulthandler
import gc
import hmac
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kiosk import firstrun, logs
from kiosk.backlight import find_backlight
from kiosk.bootstrap import SYSTEM_CLOCK, Setup, build_kiosk, find_camera, find_scanners, find_wedge, read_setup
from kiosk.config import Config
from kiosk.drafts import DraftFile
from kiosk.service import Service
from kiosk.ui.first_run import FirstRun
from kiosk.ui.lockdown import Display, prepare
from kiosk.ui.night import Night
from kiosk.ui.speech import Speaker

log = logging.getLogger(__name__)


def run_terminal(config: Path, *, size: tuple[int, int] | None = None) -> int:
    """Show the terminal that `config` describes until an admin ends it.

    Raises:
        ConfigError: with every fault of both files.
        StorageError: the data folder cannot be used, or another process holds it.
    """
    if firstrun.is_needed(config):
        return _ask_who_this_is(config, size=size)
    # What a start makes, it keeps: looking through it for rubbish again and again costs a twentieth of the start.
    gc.disable()
    setup = read_setup(config, strict=False)
    logs.configure(level="INFO", file=setup.config.terminal.data / "kiosk.log")
    leave_traces(setup.config.terminal.data / "crash.log")
    show(setup, display_of(setup, size=size))
    return 0


def _ask_who_this_is(config: Path, *, size: tuple[int, int] | None) -> int:
    """Show the questions of the first start, and begin again with the answers."""
    is_answered = threading.Event()

    def begin_again() -> None:
        is_answered.set()
        begun.stop()

    begun: Any = None

    def know(app: Any) -> None:
        nonlocal begun
        begun = app

    with ThreadPoolExecutor(1, thread_name_prefix="firstrun") as pool:
        setup, missing = firstrun.provisional(config)
        first_run = FirstRun(
            name=setup.config.terminal.name,
            save=lambda answers: pool.submit(firstrun.save, config, answers),
            restart=begin_again,
            missing=missing,
        )
        show(setup, display_of(setup, size=size), begin=know, first_run=first_run)
    if is_answered.is_set():
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  ourselves
    return 0


def display_of(setup: Setup, *, size: tuple[int, int] | None, cursor: bool = False) -> Display:
    """Describe the screen: full, or a window of `size`."""
    width, height = size or (1280, 800)
    palette = setup.config.terminal.theme
    return Display(width=width, height=height, fullscreen=size is None, cursor=cursor, palette=palette)


def show(
    setup: Setup,
    display: Display,
    *,
    begin: Callable[[Any], None] | None = None,
    first_run: FirstRun | None = None,
) -> None:
    """Run the screens until they are closed; `begin` gets the app once it is on screen.

    Raises:
        StorageError: the data folder cannot be used, or another process holds it.
    """
    prepare(display)
    from kiosk.ui.app import KioskApp, publish  # noqa: PLC0415  importing it opens the window
    from kiosk.ui.sounds import VOLUME  # noqa: PLC0415  likewise

    kiosk = build_kiosk(setup, publish=publish, undo_seconds=setup.config.terminal.undo_seconds)
    # What was loaded stays for the life of the process; the collector need not look through it between two frames.
    gc.freeze()
    gc.enable()
    settings = setup.config.terminal
    drafts = DraftFile(
        settings.data / "draft.json", plant=setup.plant, seconds=settings.idle_seconds, clock=SYSTEM_CLOCK
    )
    service = Service()
    try:
        app = KioskApp(
            kiosk.terminal,
            display=display,
            language=settings.language,
            languages=settings.languages,
            idle_seconds=settings.idle_seconds,
            check_pin=_pin_check(settings.admin_pin),
            data=settings.data,
            camera=find_camera(setup.config.camera),
            codes=setup.config.camera.codes,
            wedge=find_wedge(setup.config.scanner),
            scanners=find_scanners(setup.config.scanner),
            badge=setup.config.scanner.badge,
            drafts=drafts,
            service=service,
            first_run=first_run,
            inches=setup.config.screen.inches,
            night=_night(setup.config),
            backlight=find_backlight() if setup.config.screen.night else None,
            speaker=Speaker() if setup.config.sound.speech else None,
        )
        VOLUME.share = setup.config.sound.volume / 100
        if begin is not None:
            app.bind(on_start=begin)
        signal.signal(signal.SIGTERM, lambda *_: app.stop())
        kiosk.terminal.start()
        app.run()
    finally:
        service.stopping()
        drafts.close()
        kiosk.close()


def _night(config: Config) -> Night:
    screen = config.screen
    return Night(
        hours=screen.night,
        brightness=screen.night_brightness / 100,
        blank_seconds=60 * screen.blank_minutes,
        is_silent=config.sound.silent_at_night,
    )


def leave_traces(file: Path) -> None:
    """Let whatever ends the process or one of its threads be found in the log, what Python cannot catch included.

    A crash of the interpreter, and a watchdog's signal, leave in `file` where every thread was; the next start moves
    that into the log, where it is kept as long as any line and no longer.
    """
    threading.excepthook = _log_thread
    try:
        trace = file.read_text(errors="replace") if file.exists() else ""
        if trace:
            log.error("the run before this one was ended: %s", trace)
        faulthandler.enable(_private(file))
    except OSError as error:
        log.warning("a crash would leave no trace in %s: %s", file, error.strerror)


def _private(file: Path) -> int:
    """Open `file` empty, for this user alone; it stays open as long as the process lives."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def _log_thread(fault: threading.ExceptHookArgs) -> None:
    name = fault.thread.name if fault.thread else "?"
    error = fault.exc_value or fault.exc_type()
    log.critical("the thread %s has ended by a fault", name, exc_info=error)


def _pin_check(pin: SecretStr | None) -> Callable[[str], bool] | None:
    if pin is None:
        return None
    return lambda typed: hmac.compare_digest(typed.encode(), pin.get_secret_value().encode())


def has_screen() -> bool:
    """Tell whether there is something to draw a window on: X, Wayland, or a display of the machine itself."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    return any(Path("/sys/class/drm").glob("card*-*/status")) and os.access("/dev/dri/card0", os.R_OK | os.W_OK)
