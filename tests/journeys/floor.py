"""The real things of a journey: a virtual screen, the terminal's process, a hand, the desk's process."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from needs import program

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "assets" / "example" / "plant.toml"
PATIENCE = 60.0
"""Seconds until a journey gives up waiting; machines are slow and noisy, so this bounds and never measures."""


def until(look, what: str, *, seconds: float = PATIENCE):
    """Wait until `look()` is true, and give what it gave."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.1)
    return seen


class VirtualScreen:
    """An X server without a monitor, with a window manager, for one test run."""

    def __init__(self, size: str = "1280x800") -> None:
        reading, writing = os.pipe()
        command = [program("Xvfb"), "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as line:
            self.display = ":" + line.readline().strip()
        self.environment = os.environ | {"DISPLAY": self.display}
        self._manager = subprocess.Popen([program("openbox")], env=self.environment, stderr=subprocess.DEVNULL)

    def close(self) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)

    def hand(self, *words: str) -> None:
        """Make real key and pointer events."""
        subprocess.run([program("xdotool"), *words], env=self.environment, check=True, timeout=30)

    def listens_to(self, pid: int) -> bool:
        """Tell whether the keys go to a window of this process."""
        words = [program("xdotool"), "getactivewindow", "getwindowpid"]
        found = subprocess.run(words, env=self.environment, check=False, capture_output=True, text=True, timeout=30)
        return found.stdout.strip() == str(pid)


class TerminalProcess:
    """`kiosk run` as a real process in a real window."""

    def __init__(self, screen: VirtualScreen, config: Path, **environment: str) -> None:
        self._screen = screen
        # The name of a socket is at most 107 characters long, which the folder of a test alone may be.
        self._socket = Path(tempfile.mkdtemp(prefix="kiosk-"), "socket")
        environment |= screen.environment | {"KIOSK_OBSERVED": str(self._socket), "SDL_VIDEODRIVER": "x11"}
        command = [sys.executable, str(HERE / "observed.py"), "--config", str(config), "run"]
        with config.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=HERE.parents[1])
        try:
            until(lambda: self.ask("screen"), "the first screen")
            until(lambda: screen.listens_to(self.process.pid), "the window to get the keyboard")
        except BaseException:
            self.close()
            raise

    def ask(self, question: str, **details):
        assert self.process.poll() is None, f"the terminal ended with {self.process.returncode}"
        with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self._socket))
            with connection.makefile("rw") as line:
                line.write(json.dumps({"ask": question, **details}) + "\n")
                line.flush()
                return json.loads(line.readline())
        return None

    def sees(self, text: str) -> bool:
        return any(text in shown for shown in self.ask("texts") or [])

    def wait_for(self, text: str) -> None:
        until(lambda: self.sees(text), f"{text!r} on the screen, which shows {self.ask('texts')}")

    def touch(self, text: str) -> None:
        """Touch what shows exactly this text, as a finger does: down, a moment, up."""
        x, y = until(lambda: self._standing(text), f"{text!r} to touch; there is {self.ask('texts')}")
        self._screen.hand("mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.12", "mouseup", "1")

    def _standing(self, text: str):
        """Give where `text` is, once it moves no more and the screen, deaf just after a change, listens again."""
        before = self.ask("where", text=text)
        time.sleep(0.5)
        return before if before == self.ask("where", text=text) else None

    def scan(self, code: str) -> None:
        """Type a code as a keyboard scanner does."""
        self._screen.hand("type", "--delay", "4", code)
        self._screen.hand("key", "Return")

    def kill(self) -> None:
        """Take the power away."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        shutil.rmtree(self._socket.parent, ignore_errors=True)


class DeskProcess:
    """`kiosk desk` as a real process."""

    def __init__(self, data: Path, *, port: int = 0) -> None:
        self.data = data
        command = [sys.executable, "-m", "kiosk", "desk", "--data", str(data), "--port", str(port)]
        self._log = data.with_suffix(".log").open("ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self.process.stdout.readline()
        assert "the desk is at " in line, f"the desk did not start: {line!r}, see {data.with_suffix('.log')}"
        self.url = line.split("the desk is at ")[1].strip()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
            self.process.stdout.close()
            self._log.close()


def kiosk(
    *words: str, environment: dict[str, str] | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run one command of the command line; it may take `timeout` seconds."""
    command = [sys.executable, "-m", "kiosk", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, env=environment)


def free_port() -> int:
    """Give a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_config(folder: Path, destination: str, *, name: str = "K07", area: str = "") -> Path:
    """Write the kiosk.toml of a terminal on the example plant."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "kiosk.toml"
    place = f'area = "{area}"\n' if area else ""
    config.write_text(
        f'[terminal]\nname = "{name}"\n{place}plant = "{EXAMPLE}"\ndata = "data"\nundo_seconds = 0\n\n{destination}\n'
    )
    return config
