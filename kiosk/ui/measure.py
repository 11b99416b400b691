"""How large a text becomes, and the size at which it fits its box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import kivy.core.text


@dataclass(frozen=True, slots=True)
class Style:
    """What the extent of a text depends on besides its size."""

    font_name: str
    bold: bool = False
    line_height: float = 1.0
    direction: str | None = None


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


@lru_cache(maxsize=4096)
def width(text: str, style: Style, size: float) -> int:
    """Give the width of the text's longest line, unwrapped."""
    label = _label(text, style, size, None)
    return int(max(label.get_extents(line)[0] for line in text.split("\n"))) + 2


@lru_cache(maxsize=4096)
def height(text: str, style: Style, size: float, wrap_at: float) -> int:
    """Give the height of the text wrapped at `wrap_at`."""
    # A label that is given a height silently drops the lines that do not fit, so it is given none.
    return int(_label(text, style, size, wrap_at).render()[1])


def _fits(text: str, style: Style, size: float, box: tuple[float, float]) -> bool:
    longest = max(text.split(), key=len, default="")
    return height(text, style, size, box[0]) <= box[1] and width(longest, style, size) <= box[0] + 2


@lru_cache(maxsize=4096)
def fitting_size(text: str, style: Style, base: float, least: float, box: tuple[float, float]) -> float:
    """Give the largest size from `least` to `base` at which the text fits `box`; `least` when none does."""
    if not text or _fits(text, style, base, box):
        return base
    low, high = int(least), int(base)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits(text, style, middle, box) else (low, middle - 1)
    return low


@lru_cache(maxsize=4096)
def cut(text: str, style: Style, size: float, box: tuple[float, float]) -> str:
    """Shorten the text, with an ellipsis, to what fits `box`; a text that fits comes back as it is."""
    if not text or height(text, style, size, box[0]) <= box[1]:
        return text
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = height(f"{text[:middle].rstrip()}…", style, size, box[0]) <= box[1]
        low, high = (middle, high) if fits else (low, middle - 1)
    return f"{text[:low].rstrip()}…"
