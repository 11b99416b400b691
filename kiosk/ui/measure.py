"""How large a text becomes, and the size at which it fits its box."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import kivy.core.text

from kiosk.ui.text import ShapedLabel

_LONG = 100
"""What is longer gains nothing from a size between the wanted and the least one, and each try costs a layout."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the extent of a text depends on besides its size."""

    font_name: str
    bold: bool = False
    line_height: float = 1.0
    direction: str | None = None


@lru_cache(maxsize=64)
def style_of(font_name: str, bold: bool, line_height: float, direction: str | None) -> Style:  # noqa: FBT001
    """Give the one style of these values: thousands of remembered texts share a handful."""
    return Style(font_name, bold, line_height, direction)


def _label(text: str, style: Style, size: float, width: float | None) -> Any:
    label = kivy.core.text.Label(
        text=text,
        font_name=style.font_name,
        bold=style.bold,
        font_size=size,
        line_height=style.line_height,
        base_direction=style.direction,
        text_size=(width, None),
    )
    label.resolve_font_name()
    return label


def _across(label: Any, line: str) -> float:
    return label.get_width(line) if isinstance(label, ShapedLabel) else label.get_extents(line)[0]


@lru_cache(maxsize=2048)
def width(text: str, style: Style, size: float) -> int:
    """Give the width of the text's longest line, unwrapped."""
    label = _label(text, style, size, None)
    return int(max(_across(label, line) for line in text.split("\n"))) + 2


_HAN = "\u2e80-\u2fff\u3003-\u3007\u3021-\u9fff\uf900-\ufaff"
_OPENING, _CLOSING = "（《〈「『【〔“‘([{", "，。、；：？！）》〉」』】〕”’…—·,.;:?!)]}%"
_UNIT = re.compile(rf"[{re.escape(_OPENING)}]{{0,2}}(?:[{_HAN}][{re.escape(_CLOSING)}]{{0,3}}|[^\s{_HAN}]+)|\s+|.")
_HAS_HAN = re.compile(f"[{_HAN}]")
"""Chinese is written without spaces: a line may end after any character, but not before a full stop, nor after an opening bracket."""


def _units(text: str) -> list[str]:
    """Give what must stay on one line: words, and the characters of Chinese with the marks that belong to them."""
    return _UNIT.findall(text) if _HAS_HAN.search(text) else text.split(" ")


def widest(text: str, style: Style, size: float) -> int:
    """Give the width of the widest part of a text that cannot be divided."""
    return max((width(unit, style, size) for unit in _units(text) if unit.strip()), default=0)


@lru_cache(maxsize=2048)
def wrapped(text: str, style: Style, size: float, wrap_at: float) -> str:
    """Give a Chinese text with line breaks where it may have them; any other text as it is, for Kivy knows words."""
    if not _HAS_HAN.search(text):
        return text
    lines = list[str]()
    for paragraph in text.split("\n"):
        line, reach = "", 0
        for unit in _UNIT.findall(paragraph):
            reach += width(unit, style, size) - 2
            # A line is never wider than its parts together, and those are remembered: most lines need no measuring of their own.
            if line and reach > wrap_at and width(line + unit.rstrip(), style, size) - 2 > wrap_at:
                lines.append(line)
                line, reach = "", width(unit, style, size) - 2
            line += unit if line else unit.lstrip()
        lines.append(line)
    return "\n".join(lines)


@lru_cache(maxsize=2048)
def height(text: str, style: Style, size: float, wrap_at: float) -> int:
    """Give the height of the text wrapped at `wrap_at`."""
    # A label that is given a height silently drops the lines that do not fit, so it is given none.
    return int(_label(wrapped(text, style, size, wrap_at), style, size, wrap_at).render()[1])


def _overflows(text: str, style: Style, size: float, box: tuple[float, float]) -> bool:
    """Tell that a text is certainly too long, at a small part of the cost of laying it out."""
    label = _label(text, style, size, None)
    lines = text.split("\n")
    room = 1 + box[1] // (label.get_extents(" ")[1] * min(1.0, style.line_height))
    # Spaces at the ends of lines take no room; a tenth more is more than they ever are.
    return len(lines) > room or bool(sum(_across(label, line) for line in lines) > 1.1 * room * box[0])


def _longest_start(text: str, limit: int, fits: Callable[[str], bool]) -> int:
    """Give the most characters, up to `limit`, with which the beginning of the text fits."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return low


def _fits(text: str, style: Style, size: float, box: tuple[float, float]) -> bool:
    if _overflows(text, style, size, box):
        return False
    return widest(text, style, size) <= box[0] + 2 and height(text, style, size, box[0]) <= box[1]


@lru_cache(maxsize=2048)
def fitting_size(text: str, style: Style, base: float, least: float, box: tuple[float, float]) -> float:
    """Give the largest size from `least` to `base` at which the text fits `box`; `least` when none does."""
    if not text or _fits(text, style, base, box):
        return base
    if len(text) > _LONG:
        return least
    low, high = int(least), int(base)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits(text, style, middle, box) else (low, middle - 1)
    return low


@lru_cache(maxsize=2048)
def cut(text: str, style: Style, size: float, box: tuple[float, float]) -> str:
    """Shorten the text, with an ellipsis, to what fits `box`; a text that fits comes back as it is."""
    if not text or (not _overflows(text, style, size, box) and height(text, style, size, box[0]) <= box[1]):
        return text
    near = _longest_start(text, len(text) - 1, lambda start: not _overflows(start, style, size, box))
    low = _longest_start(text, near, lambda start: height(f"{start.rstrip()}…", style, size, box[0]) <= box[1])
    return f"{text[:low].rstrip()}…"
