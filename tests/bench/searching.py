"""`make bench-search`: from a key to the picture with what was found, among 10,000 machines.

Beside it the plain way: a grid that makes a card for everything that was found, as one would write it first.
"""

from __future__ import annotations

import dataclasses
import os
import random
import statistics
import time

from fakes import Floor, small_plant
from stagehand import open_app

from kiosk.core.plant import Machine

MACHINES, WORDS = 10_000, ("zebra", "press", "p-0420", "łódź", "waage 77", "zebar", "pres 12", "d-07")
_NAMES = ("Zebra printer", "Press", "Waage Łódź", "CNC mill", "Robot cell", "Conveyor")


def plant():
    rng = random.Random(1)
    machines = {
        f"P-{n:05d}": Machine(
            id=f"P-{n:05d}",
            name=f"{rng.choice(_NAMES)} {n}",
            area=rng.choice(("pack", "mill")),
            kind=rng.choice(("printer", "cnc")),
            place=f"{rng.choice('ABCD')}-{rng.randrange(100):02d}",
        )
        for n in range(MACHINES)
    }
    return dataclasses.replace(small_plant(), machines=machines)


def main() -> None:
    os.environ["KIVY_NO_CONSOLELOG"] = "1"
    floor = Floor(plant=plant())
    app = open_app(floor)
    from kivy.base import EventLoop
    from kivy.factory import Factory
    from kivy.uix.gridlayout import GridLayout

    from kiosk.ui.present import report

    app.flow.begin()
    app.flow.look_for_machine()
    for _ in range(10):
        EventLoop.idle()
    found_in, shown_in, plain_in, drawn_in, counts = [], [], [], [], []
    for _ in range(20):
        app.root.canvas.ask_update()
        began = time.perf_counter()
        EventLoop.idle()
        drawn_in.append(time.perf_counter() - began)
    for word in WORDS:
        app.page.text = ""
        for key in word.upper():
            began = time.perf_counter()
            counts.append(len(floor.terminal.search((app.page.text + key)[:30])))
            found_in.append(time.perf_counter() - began)
            began = time.perf_counter()
            app.page.type(key)
            EventLoop.idle()
            shown_in.append(time.perf_counter() - began)
            began = time.perf_counter()
            grid = GridLayout(cols=3)
            rows = report.machines(floor.terminal.search(app.page.text), floor.terminal, app.translator)
            for row in rows:
                grid.add_widget(Factory.MachineCard(row=row))
            app.page.add_widget(grid)
            EventLoop.idle()
            plain_in.append(time.perf_counter() - began)
            app.page.remove_widget(grid)
            EventLoop.idle()
    for name, times in (
        ("searched", found_in),
        ("on the screen", shown_in),
        ("a plain grid", plain_in),
        ("drawn again", drawn_in),
    ):
        print(
            f"{name:<14} {1000 * statistics.median(times):6.1f} ms in the middle, {1000 * max(times):6.1f} ms at most"
        )
    print(f"{len(counts)} keys, {statistics.median(counts):.0f} machines found in the middle")
    app.on_stop()


if __name__ == "__main__":
    main()
