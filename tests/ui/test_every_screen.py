"""What holds on every screen, in every language we ship, at every size we support."""

from itertools import combinations

import pytest
from scenes import SCENES, busy
from stagehand import example_floor

from kiosk.i18n import languages

SIZES = [(1280, 800), (1920, 1080), (800, 1280)]
LANGUAGES = [known.code for known in languages()]
BY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
PX_PER_MM = 5.88
"""At 10.1 inch and 1280 x 800."""


@pytest.fixture
def floor():
    """The example plant has more areas, machines and longer names than the small one."""
    return example_floor()


@pytest.fixture
def tour(pilot, floor):
    """Give every scene in turn, on a terminal on which something is going on."""
    busy(floor)

    def walk():
        for name, scene in SCENES.items():
            pilot.app.close_sheets()
            scene(pilot.app, floor)
            pilot.settle()
            yield name

    return walk


def shown_labels(pilot):
    top = pilot.topmost()
    return [w for w in pilot.walk("KLabel", top) if w.text.strip() and w.width > 2 and w.height > 2]


@BY_SIZE
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_ours_fits_its_box(pilot, tour, size, language):
    from kiosk.ui import measure

    pilot.resize(*size)
    pilot.app.speak(language)
    misfits = []
    for name in tour():
        for label in shown_labels(pilot):
            longest = max(label.text.split(), key=len)
            torn = measure.width(longest, label.style(), label.font_size) > label.width + 3
            if not label.foreign and (label.is_cut or torn):
                misfits.append((name, label.text, [round(v) for v in label.size], label.font_size))

    assert not misfits, "\n".join(map(str, misfits))


@BY_SIZE
def test_every_text_is_on_the_screen_and_large_enough(pilot, tour, size):
    from kivy.metrics import dp

    pilot.resize(*size)
    lost = []
    for name in tour():
        for label in shown_labels(pilot):
            x, y = label.to_window(*label.pos)
            inside = x >= -1 and y >= -1 and x + label.width <= size[0] + 1 and y + label.height <= size[1] + 1
            if not inside or label.font_size < dp(23) - 1:
                lost.append((name, label.text, round(x), round(y), label.font_size))

    assert not lost, "\n".join(map(str, lost))


@BY_SIZE
def test_every_target_is_15_millimetres_and_apart_from_the_next(pilot, tour, size):
    from kivy.metrics import dp

    pilot.resize(*size)
    faults = []
    for name in tour():
        cards = [w for w in pilot.walk("TapCard", pilot.topmost()) if not w.gone and w.width > 1]
        faults += [(name, type(c).__name__, "small", *map(round, c.size)) for c in cards if min(c.size) < dp(88) - 1]
        faults += [
            (name, type(a).__name__, "near", type(b).__name__)
            for a, b in combinations(cards, 2)
            if gap(a, b) < dp(8) - 1
        ]

    assert not faults, "\n".join(map(str, faults))


def gap(first, second):
    """Give the distance between two widgets, along the axis on which they are further apart."""
    (x, y), (other_x, other_y) = first.to_window(*first.pos), second.to_window(*second.pos)
    aside = max(x, other_x) - min(x + first.width, other_x + second.width)
    above = max(y, other_y) - min(y + first.height, other_y + second.height)
    return max(aside, above)


def test_88_dp_are_15_millimetres_on_the_smallest_screen():
    assert round(88 / PX_PER_MM) == 15
