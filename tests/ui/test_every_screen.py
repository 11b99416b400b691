"""What holds on every screen, in every language we ship, at every size we support."""

from itertools import combinations

import pytest
from scenes import SCENES, busy
from stagehand import example_floor

from kiosk.i18n import languages

SIZES = [(1280, 800), (1920, 1080), (800, 1280)]
LANGUAGES = [known.code for known in languages()]
PX_PER_MM = 5.88
"""At 10.1 inch and 1280 x 800."""
LEAST_TARGET, LEAST_GAP = 88, 8
"""In dp: 15 mm on the smallest screen, and what keeps a finger from touching two."""


@pytest.fixture
def floor():
    """The example plant has more areas, machines and longer names than the small one."""
    return example_floor()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_texts_fit_and_fingers_find_their_targets(pilot, floor, size, language):
    busy(floor)
    pilot.resize(*size)
    pilot.app.speak(language)
    faults = []
    for name, scene in SCENES.items():
        pilot.app.close_sheets()
        scene(pilot.app, floor)
        pilot.lay_out()
        found = [*torn_texts(pilot), *lost_texts(pilot, size), *small_targets(pilot), *close_targets(pilot)]
        faults += [f"{name}: {fault}" for fault in found]

    assert not faults, "\n".join(faults)


def shown_labels(pilot):
    labels = pilot.walk("KLabel", pilot.topmost())
    return [label for label in labels if label.text.strip() and label.width > 2 and label.height > 2]


def torn_texts(pilot):
    """A text of ours that is cut with an ellipsis, or in the middle of a word."""
    from kiosk.ui import measure

    for label in shown_labels(pilot):
        longest = max(label.text.split(), key=len)
        is_torn = measure.width(longest, label.style(), label.font_size) > label.width + 3
        if not label.foreign and (label.is_cut or is_torn):
            yield f"{label.text!r} does not fit {label.width:.0f} x {label.height:.0f} at {label.font_size:.0f}"


def lost_texts(pilot, size):
    """A text beyond the edge of the screen, or too small to read."""
    from kivy.metrics import dp

    for label in shown_labels(pilot):
        x, y = label.to_window(*label.pos)
        if x < -1 or y < -1 or x + label.width > size[0] + 1 or y + label.height > size[1] + 1:
            yield f"{label.text!r} is off the screen at {x:.0f}, {y:.0f}"
        if label.font_size < dp(23) - 1:
            yield f"{label.text!r} is only {label.font_size:.0f} high"


def targets(pilot):
    return [card for card in pilot.walk("TapCard", pilot.topmost()) if not card.gone and card.width > 1]


def small_targets(pilot):
    from kivy.metrics import dp

    for card in targets(pilot):
        if min(card.size) < dp(LEAST_TARGET) - 1:
            yield f"{type(card).__name__} is only {card.width:.0f} x {card.height:.0f}"


def close_targets(pilot):
    from kivy.metrics import dp

    for first, second in combinations(targets(pilot), 2):
        if gap(first, second) < dp(LEAST_GAP) - 1:
            yield f"{type(first).__name__} is too near to {type(second).__name__}"


def gap(first, second):
    """Give the distance between two widgets, along the axis on which they are further apart."""
    (x, y), (other_x, other_y) = first.to_window(*first.pos), second.to_window(*second.pos)
    aside = max(x, other_x) - min(x + first.width, other_x + second.width)
    above = max(y, other_y) - min(y + first.height, other_y + second.height)
    return max(aside, above)


def test_the_least_target_is_15_millimetres_on_the_smallest_screen():
    assert round(LEAST_TARGET / PX_PER_MM) == 15
