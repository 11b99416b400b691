"""Renders every screen x language x palette x size, looks for faults, and writes contact sheets.

    python tests/ui/screens.py FOLDER [--size 1280x800] [--language de,ar] [--palette light]

Exit code 1 when a text is cut, lost, overlaps another or has no picture, a target is too small or too near to another, or a
text or icon stands out too little; each fault is printed. Every screen in everything takes about half an hour.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = ("1280x800", "800x1280", "1366x768", "1920x1080", "1080x1920")
WIDTH, COLUMNS, GAP = 320, 8, 6
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent), str(HERE)]


def render(size, options):
    """Look at everything at one size; gives the faults."""
    from faults_of_screens import faults_of, pale_in
    from pilot import Pilot
    from scenes import busy
    from stagehand import example_floor, open_app
    from views import each_view

    from kiosk.i18n import languages
    from kiosk.ui.theme import PALETTES, THEME

    spoken = options.language.split(",") if options.language else [known.code for known in languages()]
    app = open_app(example_floor(), size=size, idle_seconds=1e9)
    faults = []
    for palette in options.palette.split(",") if options.palette else PALETTES:
        THEME.use(palette)
        app.stage.forget()
        floor = example_floor()
        app.terminal = floor.terminal
        app.home()
        busy(floor)
        pilot, pictures = Pilot(app), {language: [] for language in spoken}
        for name, language in each_view(pilot, floor, spoken):
            picture = pilot.shot(is_laid_out=True)
            found = [*faults_of(pilot, size), *pale_in(pilot, picture)]
            faults += [f"{size[0]}x{size[1]} {palette} {language} {name}: {fault}" for fault in found]
            pictures[language].append(picture.resize((WIDTH, round(WIDTH * size[1] / size[0]))))
        for language, taken in pictures.items():
            contact_sheet(taken).save(options.folder / f"{size[0]}x{size[1]}-{palette}-{language}.png")
    app.on_stop()
    return faults


def contact_sheet(pictures):
    """Put small pictures side by side on one."""
    from PIL import Image

    height = pictures[0].height
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + GAP) + GAP, rows * (height + GAP) + GAP), "#808080")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, COLUMNS)
        sheet.paste(picture, (GAP + column * (WIDTH + GAP), GAP + row * (height + GAP)))
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES)
    parser.add_argument("--language", default="", help="such as de,ar; all of them when it is left out")
    parser.add_argument("--palette", default="", help="light, dark or contrast; all of them when it is left out")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if not options.size:
        # One window per process: every size is a process of its own.
        runs = [
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--size", size], check=False) for size in SIZES
        ]
        return max(run.returncode for run in runs)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    width, height = map(int, options.size.split("x"))
    faults = render((width, height), options)
    print("\n".join(faults) or f"{options.size}: no fault; the contact sheets are in {options.folder}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
