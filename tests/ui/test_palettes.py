"""Every text is read, and every icon seen, in every palette: measured in the pixels of the drawn screens."""

import pytest
from scenes import SCENES, busy
from stagehand import example_floor

from kiosk.ui.theme import PALETTES, READ, SEEN, THEME, contrast

_STEP = 8
"""Colours nearer than this are one colour: a gradient has many."""
_GROUND = 0.2
"""What covers more of a box than this, and is not the text, is what the text stands on."""
_ILLUSTRATION = 0.5
_OWN = 60
"""Colours nearer to the text's own are the text."""


@pytest.fixture
def floor():
    return example_floor()


@pytest.fixture
def painted():
    """Give the screens another palette for one test."""
    before = THEME.palette
    yield THEME.use
    THEME.use(before)


@pytest.mark.parametrize("palette", PALETTES)
def test_texts_and_icons_stand_out_from_what_they_stand_on(pilot, floor, painted, palette):
    pilot.app.idle.seconds = 1e9
    painted(palette)
    # Rules that were applied once apply again in the order of the colours, so screens are built anew.
    pilot.app.stage.forget()
    pilot.app.home()
    busy(floor)
    faults, looked_at = [], 0
    for name, scene in SCENES.items():
        pilot.app.close_sheets()
        scene(pilot.app, floor)
        picture = pilot.shot()
        labels = [label for label in pilot.walk("Label", pilot.topmost()) if carries_meaning(label)]
        for number, label in enumerate(labels):
            if not any(lies_over(other, label) for other in labels[number + 1 :]):
                looked_at += 1
                faults += [f"{name}: {fault}" for fault in pale(label, picture)]

    assert not faults, "\n".join(faults)
    assert looked_at > 10 * len(SCENES)


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


def pale(label, picture):
    """Say which ground of a text is too near to its own colour."""
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


def test_a_pale_text_is_found(pilot):
    report = pilot.find_text("Report a problem")
    report.color = "#5577BB"

    assert list(pale(report, pilot.shot()))
