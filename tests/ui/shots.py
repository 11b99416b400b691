"""Writes a picture of every screen: python tests/ui/shots.py FOLDER [--size 1280x800] [--language en] [--palette light] [--only a,b]."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIZES = ("1280x800", "800x1280", "1366x768", "1920x1080", "1080x1920")
sys.path[:0] = [str(ROOT), str(HERE.parent), str(HERE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES)
    parser.add_argument("--language", default="en")
    parser.add_argument("--palette", default="light")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.size:
        from scenes import take_all
        from stagehand import example_floor

        width, height = map(int, options.size.split("x"))
        take_all(options, size=(width, height), floor=example_floor())
        return
    for size in SIZES:
        # One window per process: every size is a process of its own.
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--size", size], check=True, env=os.environ)


if __name__ == "__main__":
    main()
