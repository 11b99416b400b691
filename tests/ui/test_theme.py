"""Colours that everybody can read, sizes that gloves can hit."""

import pytest

from kiosk.ui.theme import PAIRS, PALETTES, SIZES, contrast, millimetres

MM_PER_INCH = 25.4
PX_PER_MM = (1280**2 + 800**2) ** 0.5 / 10.1 / MM_PER_INCH
"""The smallest screen we support: 10.1 inch, 1280 x 800, where one dp is one pixel."""


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS, ids=str)
def test_every_pair_has_its_contrast(palette, front, ground, least):
    colours = PALETTES[palette]

    assert contrast(colours[front], colours[ground]) >= least


def test_the_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_palettes_name_the_same_colours():
    assert len({frozenset(colours) for colours in PALETTES.values()}) == 1


def test_touch_sizes_are_15_and_20_millimetres():
    assert SIZES["touch"] / PX_PER_MM >= 15
    assert SIZES["primary"] / PX_PER_MM >= 20


def test_no_type_is_smaller_than_the_floor():
    type_sizes = ("caption", "body", "strong", "heading", "title", "hero", "clock")

    assert min(SIZES[name] for name in type_sizes) >= SIZES["least"] >= 23


def test_millimetres_come_from_the_panels_diagonal():
    assert millimetres(90, window=(1280, 800), inches=10.1) == pytest.approx(15.3, abs=0.1)
    assert millimetres(90, window=(1280, 800), inches=7) < 11
