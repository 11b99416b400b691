"""From the command to the first usable start screen, beside the same screen as a web page in Chromium and as a Qt Quick window.

    make bench-start

All three run on one virtual screen without a window manager, in turns, from a warm cache. Ready is when the picture of
the virtual screen shows the dark panel where it belongs; then the memory of the whole process tree (PSS: what is shared
counts once) and the processor's use by a screen that nobody touches.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
ROUNDS = int(os.environ.get("ROUNDS", "5"))
IDLE_SECONDS = 10.0
PROBES = ((760, 460), (1230, 460), (740, 300))
"""Points in the dark panel where no text and no icon is."""
NIGHT = (0x0F, 0x1B, 0x2D)
_QML = """
import sys
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
app = QGuiApplication(sys.argv); engine = QQmlApplicationEngine(sys.argv[1]); sys.exit(app.exec())
"""


@dataclass
class Contender:
    """One way to show the start screen, and what was measured of it."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)


class Screen:
    """A virtual screen whose picture lies in a file."""

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(writing),
            "-screen",
            "0",
            "1280x800x24",
            "-fbdir",
            str(folder),
            "-nolisten",
            "tcp",
        ]
        self._server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as line:
            self.display = ":" + line.readline().strip()
        with (folder / "Xvfb_screen0").open("rb") as file:
            self._picture = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = struct.unpack(">25I", self._picture[:100])
        self._start, self._line = header[0] + 12 * header[19], header[12]

    def colour(self, x: int, y: int) -> tuple[int, int, int]:
        at = self._start + y * self._line + 4 * x
        blue, green, red = self._picture[at : at + 3]
        return red, green, blue

    def shows_the_start(self) -> bool:
        return all(self.colour(x, y) == NIGHT for x, y in PROBES)

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(10)


def processes(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def memory(group: int) -> float:
    """Give the proportional memory of a process group, in MB."""
    kilobytes = 0
    for pid in processes(group):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kilobytes / 1024


def processor(group: int) -> float:
    """Give the processor seconds that a process group has used."""
    ticks = 0
    for pid in processes(group):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(contender: Contender, screen: Screen, *, warm_up: bool) -> None:
    environment = os.environ | {
        "DISPLAY": screen.display,
        "SDL_VIDEODRIVER": "x11",
        "SDL_AUDIODRIVER": "dummy",
        "QT_QPA_PLATFORM": "xcb",
        "QSG_RHI_BACKEND": "opengl",
    }
    begun = time.monotonic()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(contender.command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        while not screen.shows_the_start():
            if process.poll() is not None or time.monotonic() - begun > 60:
                sys.exit(f"{contender.name} did not show the start screen")
            time.sleep(0.002)
        seconds = time.monotonic() - begun
        time.sleep(4)
        megabytes, before = memory(process.pid), processor(process.pid)
        time.sleep(IDLE_SECONDS)
        idle = 100 * (processor(process.pid) - before) / IDLE_SECONDS
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
    while screen.shows_the_start():
        time.sleep(0.05)
    if not warm_up:
        contender.seconds.append(seconds)
        contender.megabytes.append(megabytes)
        contender.idle.append(idle)


def contenders(folder: Path) -> list[Contender]:
    example = ROOT / "assets" / "example"
    for file in ("plant.toml", "machines.csv", "texts.csv"):
        shutil.copy(example / file, folder)
    config = folder / "kiosk.toml"
    config.write_text('[terminal]\nname = "K1"\narea = "packaging"\n[[destinations]]\ntype = "memory"\n')
    (folder / "fonts").symlink_to(ROOT / "assets" / "fonts")
    for file in ("starting.html", "starting.qml"):
        shutil.copy(HERE / file, folder)
    (folder / "qml.py").write_text(_QML)
    page = f"file://{folder}/starting.html"
    flags = "--no-sandbox --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    size = ["--window-size=1280,800", "--window-position=0,0", f"--user-data-dir={folder}/profile"]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    found = [Contender("Kiosk", [sys.executable, "-m", "kiosk", "--config", str(config), "run"])]
    if chromium:
        found.append(Contender("Chromium --kiosk", [chromium, "--kiosk", *flags.split(), *size, page]))
    found.append(Contender("Qt Quick", [sys.executable, str(folder / "qml.py"), str(folder / "starting.qml")]))
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        screen = Screen(folder)
        try:
            field = contenders(folder)
            for number in range(ROUNDS + 1):
                for contender in field:
                    measure(contender, screen, warm_up=number == 0)
        finally:
            screen.close()
    print(f"{'':18} {'s to the start':>24} {'PSS MB':>8} {'idle %':>7}   ratio to the kiosk: time, memory")
    ours = field[0]
    for contender in field:
        seconds, megabytes = statistics.median(contender.seconds), statistics.median(contender.megabytes)
        spread = f"{seconds:.2f} ({min(contender.seconds):.2f} to {max(contender.seconds):.2f})"
        ratios = [
            statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
            for mine, theirs in ((ours.seconds, contender.seconds), (ours.megabytes, contender.megabytes))
        ]
        idle = statistics.median(contender.idle)
        print(f"{contender.name:18} {spread:>24} {megabytes:8.0f} {idle:7.1f}   {ratios[0]:.2f} {ratios[1]:.2f}")


if __name__ == "__main__":
    main()
