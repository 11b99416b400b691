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

_NO_SENTENCE = re.compile(r"[\W\d]*|[A-Z0-9]{1,2}|[\u2212\d:]+h?( ?\d* (min|days?))?|\w{3}, \w+ \d+")
"""A key, a number, a time: of these the keyboard and the Unicode consortium know the forms, not our catalogues."""
_WHOLE = re.compile(r"\u2068\+\d[\d\s]{6,}\d\u2069")
_PHONE = re.compile(r"\+\d[\d\s]{6,}\d")

_STEP = 8
"""Colours nearer than this are one colour: a gradient has many."""
_GROUND = 0.2
"""What covers more of a box than this, and is not the text, is what the text stands on."""
_ILLUSTRATION = 0.5
_OWN = 60
"""Colours nearer to the text's own are the text."""


def faults_of(pilot, size):
    """Give what is wrong with the shown screen, a line each."""
    labels = shown_labels(pilot)
    yield from torn_texts(labels)
    yield from cut_numbers(labels)
    yield from turned_numbers(labels, pilot.app.translator)
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


def cut_numbers(labels):
    """A telephone number that nobody can dial, whoever's words it stands in."""
    for label in labels:
        if label.is_cut and _PHONE.search(label.text):
            yield f"the number in {label.text!r} does not fit {label.width:.0f} x {label.height:.0f}"


def turned_numbers(labels, translator):
    """A telephone number whose groups a right-to-left sentence puts in the wrong order."""
    for label in labels:
        if translator.is_rtl and _PHONE.search(label.text) and not _WHOLE.search(label.text):
            yield f"the number in {label.text!r} is read from the wrong end"


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


def carries_meaning(label):
    """Leave out what is not there, what cannot be used now, and what is only an illustration in the background."""
    is_there = bool(label.text.strip()) and label.width > 4 and label.height > 4
    return is_there and label.color[3] > _ILLUSTRATION and all(widget.opacity == 1 for widget in line_of(label))


def line_of(widget):
    while widget is not widget.parent and hasattr(widget, "opacity"):
        yield widget
        widget = widget.parent


def lies_over(upper, lower):
    """Tell whether an icon is drawn upon another one, which then is its ground."""
    (x, y), (lower_x, lower_y) = upper.to_window(*upper.center), lower.to_window(*lower.pos)
    is_inside = lower_x <= x <= lower_x + lower.width and lower_y <= y <= lower_y + lower.height
    return is_inside and type(upper) is type(lower) is kivy_icon()


def kivy_icon():
    from kiosk.ui.widgets.label import Icon

    return Icon


def upper_labels(pilot):
    """Give the texts and icons on which nothing else is drawn."""
    labels = [label for label in pilot.walk("Label", pilot.topmost()) if carries_meaning(label)]
    return [label for n, label in enumerate(labels) if not any(lies_over(other, label) for other in labels[n + 1 :])]


def pale_in(pilot, picture):
    """Give the texts and icons of the shown screen that stand out too little in its picture."""
    for label in upper_labels(pilot):
        yield from pale(label, picture)


def pale(label, picture):
    """Say which ground of a text is too near to its own colour."""
    from kiosk.ui.theme import READ, SEEN, contrast

    least = SEEN if type(label).__name__ == "Icon" else READ
    red, green, blue, alpha = label.color
    for ground in grounds(label, picture):
        mixed = zip((red, green, blue), ground, strict=True)
        ink = tuple(255 * part * alpha + under * (1 - alpha) for part, under in mixed)
        if distance(ink, ground) > 1 and (found := contrast(hexa(ink), hexa(ground))) < least:
            yield f"{label.text!r} has {found:.1f} of {least}: {hexa(ink)} on {hexa(ground)}"


def grounds(label, picture):
    """Give the colours that a text stands on."""
    x, y = label.to_window(*label.pos)
    wide, high = min(label.width, label.texture_size[0]), min(label.height, label.texture_size[1])
    left, top = x + (label.width - wide) / 2, picture.height - y - label.height + (label.height - high) / 2
    box = picture.crop(tuple(round(edge) for edge in (left, top, left + wide, top + high)))
    if not (box.width and box.height):
        return []
    coarse = box.point(lambda value: value // _STEP * _STEP + _STEP // 2)
    ink = [255 * part for part in label.color[:3]]
    counted = coarse.getcolors(box.width * box.height)
    area = box.width * box.height
    return [colour for count, colour in counted if count / area > _GROUND and distance(colour, ink) > _OWN]


def distance(first, second):
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def hexa(colour):
    return "#" + "".join(f"{min(255, max(0, round(part))):02X}" for part in colour)
