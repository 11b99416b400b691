"""The icons' table and their font say the same."""

from fontTools.ttLib import TTFont

from kiosk import resources
from kiosk.ui.icons import ICONS, UNKNOWN, glyph, mirrored


def test_every_icon_of_the_table_is_in_the_font():
    glyphs = TTFont(resources.asset("fonts/KioskIcons.ttf")).getBestCmap()

    assert set(ICONS.values()) == set(glyphs)


def test_an_icon_that_nobody_knows_is_a_question_mark():
    assert glyph("no-such-icon") == glyph(UNKNOWN)


def test_arrows_point_the_other_way_when_mirrored():
    assert mirrored("arrow-left") == "arrow-right"
    assert mirrored("chevron-right") == "chevron-left"
    assert mirrored("copyright") == "copyright"
