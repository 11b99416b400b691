"""The look in one place: colours, sizes of type, spacing. Kv files use it as `theme`."""

from __future__ import annotations

from math import hypot

from kivy.event import EventDispatcher
from kivy.metrics import Metrics, dp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty

PALETTES: dict[str, dict[str, str]] = {
    "light": {
        "page": "#EDF1F6", "surface": "#FFFFFF", "sunken": "#E2E8F0", "ink": "#0F1B2D", "soft_ink": "#3A4960",
        "line": "#C3CEDC", "edge": "#75859B", "shadow": "#0F1B2D24",
        "action": "#1448BB", "action_deep": "#0B3589", "action_ink": "#FFFFFF", "action_soft_ink": "#EEF4FF",
        "info": "#1042AE", "info_pale": "#DFE9FD",
        "good": "#085A38", "good_pale": "#D9F3E5", "good_fill": "#0B6440",
        "warn": "#724300", "warn_pale": "#FFEBC2", "warn_fill": "#7E4D00",
        "bad": "#961216", "bad_pale": "#FCE1E0", "bad_fill": "#AC1E1E", "fill_ink": "#FFFFFF",
        "night": "#0F1B2D", "night_raised": "#1C2C45", "night_ink": "#FFFFFF", "night_soft_ink": "#B9C7DA",
        "night_info": "#86B5FF", "night_good": "#5FD9A0", "night_warn": "#F5B942", "night_bad": "#FF918A",
        "night_fill_ink": "#08101A", "beam": "#3FE3CB",
    },
    "dark": {
        "page": "#0A111B", "surface": "#162132", "sunken": "#22314A", "ink": "#F4F7FB", "soft_ink": "#B9C7DA",
        "line": "#3B4D68", "edge": "#8496B0", "shadow": "#00000066",
        "action": "#86B5FF", "action_deep": "#6BA2FA", "action_ink": "#08101A", "action_soft_ink": "#08101A",
        "info": "#96C0FF", "info_pale": "#152B50",
        "good": "#6BE3A8", "good_pale": "#12382A", "good_fill": "#5FD9A0",
        "warn": "#FFCB66", "warn_pale": "#3F300E", "warn_fill": "#F5B942",
        "bad": "#FF9C96", "bad_pale": "#4A1C1E", "bad_fill": "#FF918A", "fill_ink": "#08101A",
        "night": "#060B13", "night_raised": "#162132", "night_ink": "#FFFFFF", "night_soft_ink": "#B9C7DA",
        "night_info": "#86B5FF", "night_good": "#5FD9A0", "night_warn": "#F5B942", "night_bad": "#FF918A",
        "night_fill_ink": "#08101A", "beam": "#3FE3CB",
    },
    "contrast": {
        "page": "#000000", "surface": "#000000", "sunken": "#1E1E1E", "ink": "#FFFFFF", "soft_ink": "#FFFFFF",
        "line": "#FFFFFF", "edge": "#FFFFFF", "shadow": "#00000000",
        "action": "#FFE500", "action_deep": "#FFE500", "action_ink": "#000000", "action_soft_ink": "#000000",
        "info": "#9CCBFF", "info_pale": "#000000",
        "good": "#5CFFB0", "good_pale": "#000000", "good_fill": "#5CFFB0",
        "warn": "#FFD84D", "warn_pale": "#000000", "warn_fill": "#FFD84D",
        "bad": "#FFA6A1", "bad_pale": "#000000", "bad_fill": "#FFA6A1", "fill_ink": "#000000",
        "night": "#000000", "night_raised": "#1E1E1E", "night_ink": "#FFFFFF", "night_soft_ink": "#FFFFFF",
        "night_info": "#9CCBFF", "night_good": "#5CFFB0", "night_warn": "#FFD84D", "night_bad": "#FFA6A1",
        "night_fill_ink": "#000000", "beam": "#FFE500",
    },
}  # fmt: skip

READ, SEEN = 7.0, 3.0
"""The least contrast of what is read, and of a shape that carries meaning."""

_TONES, _FILLS = ("info", "good", "warn", "bad"), ("action", "good_fill", "warn_fill", "bad_fill")
_NIGHT_FILLS = ("night_info", "night_good", "night_warn", "night_bad")

PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, READ) for ink in ("ink", "soft_ink") for ground in ("page", "surface")),
    ("ink", "sunken", READ),
    *((ink, f"{tone}_pale", READ) for ink in ("ink", "soft_ink") for tone in _TONES),
    *((ink, ground, READ) for ink in ("action_ink", "action_soft_ink") for ground in ("action", "action_deep")),
    *((tone, ground, READ) for tone in _TONES for ground in (f"{tone}_pale", "surface")),
    *(("fill_ink", fill, READ) for fill in _FILLS if fill != "action"),
    *((ink, ground, READ) for ink in ("night_ink", "night_soft_ink", "beam") for ground in ("night", "night_raised")),
    *(("night_fill_ink", fill, READ) for fill in _NIGHT_FILLS),
    *((fill, "night_raised", SEEN) for fill in _NIGHT_FILLS),
    *((shape, ground, SEEN) for shape in ("edge", *_FILLS) for ground in ("page", "surface")),
)
"""(foreground, background, least contrast): everything that is read, and every shape that carries meaning."""

SIZES: dict[str, float] = {
    # Type: nothing that is read is smaller than `least`, the floor at arm's length on a 10 inch screen.
    "least": 23, "caption": 24, "body": 26, "strong": 28, "heading": 34, "title": 42, "hero": 84, "clock": 132,
    # Space.
    "margin": 28, "gap": 20, "tight": 12, "radius": 26, "big_radius": 36, "stroke": 2, "thick": 4,
    # Touch: 15 mm and 20 mm on a 10.1 inch screen of 1280 x 800.
    "touch": 90, "primary": 118,
}  # fmt: skip
"""Every size in density-independent pixels; 1280 x 800 has one pixel each."""


class Theme(EventDispatcher):
    """The colours and sizes of now: one property per name in `PALETTES` and `SIZES`, and how the screen stands."""

    palette = StringProperty("")
    frame = NumericProperty(0)
    """Width of the outline that surfaces have in the high-contrast palette."""
    portrait = BooleanProperty(False)
    rtl = BooleanProperty(False)
    still = BooleanProperty(False)
    """Nothing moves."""

    def __init__(self) -> None:
        super().__init__()
        self.apply_property(**{name: ColorProperty("#000000") for name in PALETTES["light"]})
        self.apply_property(**{name: NumericProperty(value) for name, value in SIZES.items()})
        self.use("light")

    def use(self, palette: str) -> None:
        """Change all colours."""
        for name, value in PALETTES[palette].items():
            setattr(self, name, value)
        self.frame = dp(3) if palette == "contrast" else 0
        self.palette = palette

    def fit(self, width: float, height: float) -> None:
        """Scale everything so that a window of this size shows what the drawing of 1280 x 800 shows."""
        self.portrait = height > width
        Metrics.density = min(width / 800, height / 1280) if self.portrait else min(width / 1280, height / 800)
        Metrics.fontscale = 1
        for name, value in SIZES.items():
            setattr(self, name, dp(value))
        self.frame = dp(3) if self.palette == "contrast" else 0


def millimetres(pixels: float, *, window: tuple[float, float], inches: float) -> float:
    """Give how long so many pixels are on a panel with this diagonal, which the window fills."""
    return pixels / hypot(*window) * inches * 25.4


def contrast(first: str, second: str) -> float:
    """Compute the contrast of two `#RRGGBB` colours as WCAG defines it, from 1 to 21."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)  # noqa: PLR2004  the WCAG formula
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


THEME = Theme()
