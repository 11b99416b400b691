"""`kiosk demo`: a terminal on the example plant with the embedded desk beside it, and nothing to configure.

Where there is no screen, a virtual one is used and one report is played through the real widgets and the real desk.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from kiosk import desk, logs, resources
from kiosk.bootstrap import Setup, read_setup
from kiosk.core.errors import KioskError
from kiosk.run import display_of, has_screen, show

_PERSON = "Jana Nowak"
_TERMINAL = "DEMO-1"
_PIN = "2580"
_CONFIG = """\
# Written by `kiosk demo`.
[terminal]
name = "{terminal}"
area = "packaging"
language = "en"
data = "terminal"
plant = "{plant}"
admin_pin = {{file = "pin"}}

[[destinations]]
type = "desk"
name = "IT desk"
url = "{url}"
token = {{file = "token"}}
"""


class DemoError(KioskError):
    """The demo's own parts do not start."""


def run_demo(*, size: tuple[int, int] | None = None, data: Path | None = None, shots: Path | None = None) -> int:
    """Show the demo; with `shots`, or without a screen, play one report and leave pictures.

    Raises:
        KioskError: a part of it does not start; the text says which and why.
    """
    folder = (data or _default_folder()).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    plays_itself = shots is not None or not has_screen()
    with contextlib.ExitStack() as cleanup:
        if not has_screen():
            print("There is no screen here, so a virtual one is used, and one report is played without a person.")
            cleanup.enter_context(_virtual_screen(size or (1280, 800)))
        it_desk = cleanup.enter_context(_running_desk(folder))
        _print_welcome(it_desk, plays_itself=plays_itself)
        setup = _setup(folder, it_desk)
        logs.configure(level="WARNING", file=folder / "kiosk.log")
        if plays_itself:
            _play(setup, it_desk, size=size or (1280, 800), shots=(shots or Path("screenshots")).absolute())
        else:
            show(setup, display_of(setup, size=size, cursor=True))
    print(f"The demo's tickets are kept. To look at the desk again: kiosk desk --data {folder / 'desk'}")
    return 0


def _default_folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share", "kiosk-demo")


def _print_welcome(it_desk: DemoDesk, *, plays_itself: bool) -> None:
    print(f"The desk of IT is at {it_desk.url}  -  log in as {it_desk.person} with the password {it_desk.password}")
    if not plays_itself:
        print(f"Report a problem at the terminal, and answer it at the desk. PIN of the admin screen: {_PIN}")
    sys.stdout.flush()


def _setup(folder: Path, it_desk: DemoDesk) -> Setup:
    plant = resources.asset("example/plant.toml")
    config = folder / "kiosk.toml"
    config.write_text(_CONFIG.format(terminal=_TERMINAL, plant=plant.as_posix(), url=it_desk.url), encoding="utf-8")
    _write_secret(folder / "token", it_desk.token)
    _write_secret(folder / "pin", _PIN)
    return read_setup(config, strict=True)


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


# ---------------------------------------------------------------- the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesk:
    """The desk's address, and who may come in."""

    url: str
    person: str
    password: str
    token: str


@contextlib.contextmanager
def _running_desk(folder: Path) -> Iterator[DemoDesk]:
    settings = desk.DeskSettings(data=folder / "desk")
    password = desk.add_person(settings, _PERSON)
    token = desk.add_terminal(settings, _TERMINAL, secrets.token_hex(16))
    process, url = _start_desk(settings.data)
    try:
        yield DemoDesk(url=url, person=_PERSON, password=password, token=token)
    finally:
        process.terminate()
        process.wait(10)


def _start_desk(data: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the desk at its usual port, or at a free one when that is taken."""
    for port in ("8642", "0"):
        command = [sys.executable, "-m", "kiosk", "desk", "--data", str(data), "--port", port]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own program
        line = process.stdout.readline() if process.stdout else ""
        if " at http" in line:
            return process, line.rpartition(" ")[2].strip()
        process.wait(10)
    raise DemoError("the desk does not start; run `kiosk desk` to see why")


class Technician:
    """A person of IT in a browser without a window: logs in to the real desk and presses its buttons."""

    def __init__(self, it_desk: DemoDesk) -> None:
        """Log in.

        Raises:
            DemoError: the desk does not let the person in.
        """
        self._url = it_desk.url.rstrip("/")
        self._browser = requests.Session()
        self._browser.trust_env = False
        self._browser.headers["Origin"] = self._url
        self._press("/login", name=it_desk.person, password=it_desk.password)

    def do(self, action: str, number: str, **fields: Any) -> None:
        """Press the button `action` of the ticket with this number.

        Raises:
            DemoError: the desk refuses it.
        """
        self._press(f"/tickets/{number.lstrip('#')}/{action}", **fields)

    def _press(self, path: str, **fields: Any) -> None:
        answer = self._browser.post(self._url + path, data=fields, timeout=20)
        if not answer.ok:
            raise DemoError(f"the desk refuses {path}: {answer.status_code}")


# ---------------------------------------------------------------- no screen, no person


@contextlib.contextmanager
def _virtual_screen(size: tuple[int, int]) -> Iterator[None]:
    """Use a virtual X server where there is one, else draw without any; nobody listens, so there is no sound."""
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    if shutil.which("Xvfb") is None:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        yield
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "{}x{}x24".format(*size), "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)  # noqa: S603  a fixed command
    os.close(writing)
    with os.fdopen(reading) as line:
        os.environ["DISPLAY"] = f":{line.readline().strip()}"
    try:
        yield
    finally:
        server.terminate()
        server.wait(10)


def _play(setup: Setup, it_desk: DemoDesk, *, size: tuple[int, int], shots: Path) -> None:
    technician = Technician(it_desk)
    tours: list[Any] = []

    def begin(app: Any) -> None:
        from kiosk.ui.tour import Tour  # noqa: PLC0415  Kivy must be locked down before anything imports it

        tours.append(Tour(app, it=technician.do, shots=shots))

    show(setup, display_of(setup, size=size), begin=begin)
    if not tours or not tours[0].is_complete:
        raise DemoError(f"the report was not played to its end: {tours[0].failure if tours else 'no window'}")
    for picture in tours[0].pictures:
        print(picture)
    print("One report was played from the scan to the confirmed fix.")
