"""Finds what a demanding eye would find on the shown screen: torn, lost and overlapping texts, small and close targets."""

from __future__ import annotations

import re
from itertools import combinations

import pseudo

from kiosk.plant.texts_csv import words_of

PX_PER_MM = 5.88
"""At 10.1 inch and 1280 x 800."""
LEAST_TARGET, LEAST_GAP = 88, 8
"""In dp: 15 mm on the smallest screen, and what keeps a finger from touching two."""

_NO_SENTENCE = re.compile(r"[\W\d]*|[A-Z0-9]|[\u2212\d:]+h?( ?\d* (min|days?))?|\w{3}, \w+ \d+")
"""A key, a number, a time: of these the keyboard and the Unicode consortium know the forms, not our catalogues."""


def faults_of(pilot, size):
    """Give what is wrong with the shown screen, a line each."""
    labels = shown_labels(pilot)
    yield from torn_texts(labels)
    yield from lost_texts(labels, size)
    yield from overlapping_texts(labels)
    yield from missing_glyphs(labels)
    yield from small_targets(pilot)
    yield from close_targets(pilot)


def shown_labels(pilot):
    labels = pilot.walk("KLabel", pilot.topmost())
    return [label for label in labels if label.text.strip() and label.width > 2 and label.height > 2]


def torn_texts(labels):
    """A text of ours that is cut with an ellipsis, or in the middle of a word."""
    from kiosk.ui import measure

    for label in labels:
        is_torn = measure.widest(label.text, label.style(), label.font_size) > label.width + 3
        if not label.foreign and (label.is_cut or is_torn):
            yield f"{label.text!r} does not fit {label.width:.0f} x {label.height:.0f} at {label.font_size:.0f}"


def lost_texts(labels, size):
    """A text beyond the edge of the screen, or too small to read."""
    from kivy.metrics import dp

    for label in labels:
        x, y = label.to_window(*label.pos)
        if x < -1 or y < -1 or x + label.width > size[0] + 1 or y + label.height > size[1] + 1:
            yield f"{label.text!r} is off the screen at {x:.0f}, {y:.0f}"
        if label.font_size < dp(23) - 1:
            yield f"{label.text!r} is only {label.font_size:.0f} high"


def overlapping_texts(labels):
    """Two texts of which one lies over the other."""
    from kivy.metrics import dp

    for first, second in combinations(labels, 2):
        if gap(first, second) < -dp(4):
            yield f"{first.text!r} and {second.text!r} overlap"


def missing_glyphs(labels):
    """A character that the font has no picture of."""
    from kiosk.ui.text import printable

    for label in labels:
        path = label._label.options["font_name_r"]
        lost = {was for was, now in zip(label.text, printable(label.text, path), strict=False) if was != now}
        if lost:
            yield f"{label.text!r} has no picture of {sorted(lost)}"


def untranslated(pilot, plant):
    """A text of ours that no catalogue was asked for. The plant's own words are in the plant's own file."""
    plants = {words.get("en") for words in words_of(plant)}
    for label in shown_labels(pilot):
        is_said = label.foreign or pseudo.OPEN in label.text or label.text == pseudo.CODE or label.text in plants
        if not is_said and not _NO_SENTENCE.fullmatch(label.text):
            yield f"{label.text!r} is in no catalogue"


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
