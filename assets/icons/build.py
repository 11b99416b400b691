# ruff: noqa: INP001  a script, no package
"""Build `assets/fonts/KioskIcons.ttf` from the names in `icons.txt`, and write each name's code point beside it.

For another icon: add a line with its name to `icons.txt`, then run this.

The source is the npm package `@mdi/font` (Material Design Icons, Apache-2.0), unpacked:

    npm pack @mdi/font && tar xzf mdi-font-*.tgz
    python assets/icons/build.py package
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
FONT = HERE.parent / "fonts" / "KioskIcons.ttf"
TABLE = HERE / "icons.txt"
_RULE = re.compile(r'\.mdi-([a-z0-9-]+)::before \{\s*content: "\\([0-9A-F]+)"')


def codes(package: Path) -> dict[str, int]:
    """Look up the code point of every name in `icons.txt`."""
    style = (package / "css" / "materialdesignicons.css").read_text()
    known = {name: int(code, 16) for name, code in _RULE.findall(style)}
    names = sorted({line.split()[0] for line in TABLE.read_text().splitlines()})
    if missing := [name for name in names if name not in known]:
        sys.exit(f"icons.txt: not in @mdi/font: {', '.join(missing)}")
    return {name: known[name] for name in names}


def build(source: Path, chosen: dict[str, int]) -> TTFont:
    """Cut the chosen glyphs out of `source` and set their bearings."""
    font = TTFont(source)
    subsetter = subset.Subsetter(subset.Options(hinting=False))
    subsetter.populate(unicodes=chosen.values())
    subsetter.subset(font)
    saved = io.BytesIO()
    font.save(saved)
    # Bounding boxes are only right in a font that was saved and read again.
    font = TTFont(io.BytesIO(saved.getvalue()))
    for name in font.getGlyphOrder():
        shape = font["glyf"][name]
        shape.expand(font["glyf"])
        # MDI says 0 for every left bearing; after the cut FreeType would move each icon to the left by the true one.
        font["hmtx"][name] = (font["hmtx"][name][0], shape.xMin if shape.numberOfContours else 0)
    font["head"].flags &= ~2
    return font


def main(package: Path) -> None:
    """Write the font and the table of its names."""
    chosen = codes(package)
    fresh = FONT.with_suffix(".new")
    build(next((package / "fonts").glob("*.ttf")), chosen).save(fresh)
    # In one step: a program that is running keeps drawing from the file it has open.
    fresh.replace(FONT)
    TABLE.write_text("".join(f"{name} {code:X}\n" for name, code in chosen.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
