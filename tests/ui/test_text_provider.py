"""Text is shaped, ordered, measured and cut as its language wants."""

import gettext

import needs
import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont

from kiosk import resources
from kiosk.i18n import OWN_NAMES, languages

ALEF_LAM = "السلام"


@pytest.fixture
def style(open_window):
    from kiosk.ui.measure import Style
    from kiosk.ui.text import SANS

    return Style(SANS)


def drawn(text, **options):
    """Draw `text` as the screens do and give the picture's alpha."""
    import kivy.core.text
    from PIL import Image

    label = kivy.core.text.Label(text=text, font_name="Kiosk", font_size=40, **options)
    label.resolve_font_name()
    label._size = label.render()
    label._render_begin()
    label._render_text(text, 0, 0)
    data = label._render_end()
    return Image.frombytes("RGBA", (data.width, data.height), data.data).getchannel("A")


def test_the_provider_is_ours_where_raqm_is_installed(open_window):
    import kivy.core.text
    from PIL import features

    if not features.check("raqm"):
        needs.missing("libfribidi0, with which Pillow shapes text; without it SDL2 draws")
    assert kivy.core.text.Label.__name__ == "ShapedLabel"


def test_arabic_letters_join(open_window):
    from kiosk.ui.measure import Style, width

    joined = width(ALEF_LAM, Style("Kiosk", direction="rtl"), 40)
    apart = sum(width(letter, Style("Kiosk", direction="rtl"), 40) for letter in ALEF_LAM)

    assert joined < 0.9 * apart


def test_a_sentence_from_right_to_left_begins_at_the_right(open_window):
    word = drawn("Zebra").size[0] - 4

    in_english = drawn("Zebra שלום", base_direction="ltr")
    in_hebrew = drawn("Zebra שלום", base_direction="rtl")

    left_part, right_part = (
        (0, 0, word, in_english.height),
        (in_hebrew.width - word, 0, in_hebrew.width, in_hebrew.height),
    )
    assert ink(in_english.crop(left_part)) == pytest.approx(ink(drawn("Zebra")), rel=0.05)
    assert ink(in_hebrew.crop(right_part)) == pytest.approx(ink(drawn("Zebra")), rel=0.05)
    assert in_hebrew.tobytes() != in_english.tobytes()


def ink(picture):
    return sum(value * count for value, count in enumerate(picture.histogram()))


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\x00\x07", "👷🏽", "\u202e", "ก\u0e33" * 50])
def test_no_text_from_outside_stops_the_screen(open_window, text):
    drawn(text)


@pytest.mark.parametrize("text", ["TIẾNG VIỆT ẾỖ", "إصلاحِ", "हिन्दी", "العربية", "Čeština", "Ag"])
def test_no_mark_is_cut_off_above_or_below(style, text):
    face = ImageFont.truetype(str(resources.asset("fonts/KioskSans-Regular.ttf")), 40)
    _, top, _, bottom = face.getbbox(text)

    _, first, _, last = drawn(text).getbbox()

    assert abs((last - first) - (bottom - top)) <= 1


def test_a_line_is_no_higher_than_its_marks_need(style):
    from kiosk.ui.measure import height

    assert height("العربية", style, 40, 500) == height("Arabic", style, 40, 500) < height("إصلاحِ", style, 40, 500)


def test_a_name_from_outside_is_written_as_its_own_letters_ask(style):
    """In a right-to-left language "Mira K." keeps its full stop behind it."""
    assert drawn("Mira K.", base_direction="weak_rtl").tobytes() == drawn("Mira K.").tobytes()
    assert drawn("Mira K.", base_direction="rtl").tobytes() != drawn("Mira K.").tobytes()


def test_a_text_keeps_its_size_where_there_is_room(style):
    from kiosk.ui.measure import fitting_size

    assert fitting_size("Report a problem", style, 40, 23, (600, 80)) == 40


def test_a_text_shrinks_until_it_fits(style):
    from kiosk.ui.measure import fitting_size, height, width

    size = fitting_size("Report a problem", style, 84, 23, (260, 140))

    assert 23 < size < 84
    assert height("Report a problem", style, size, 260) <= 140
    assert width("problem", style, size) <= 262
    assert height("Report a problem", style, size + 1, 260) > 140 or width("problem", style, size + 1) > 262


def test_a_text_that_cannot_fit_is_cut_with_an_ellipsis(style):
    from kiosk.ui.measure import cut, height

    shown = cut("word " * 400, style, 24, (300, 70))

    assert shown.endswith("…")
    assert height(shown, style, 24, 300) <= 70
    assert len(shown) > 20


def test_a_text_that_fits_is_not_cut(style):
    from kiosk.ui.measure import cut

    assert cut("Zebra L7", style, 24, (300, 70)) == "Zebra L7"


@pytest.mark.parametrize("language", [known.code for known in languages()] + ["ar", "hi", "he", "uk", "zh"])
@pytest.mark.parametrize("weight", ["Regular", "SemiBold", "Bold"])
def test_the_fonts_have_every_letter_of_the_screens(language, weight):
    glyphs = TTFont(resources.asset(f"fonts/KioskSans-{weight}.ttf")).getBestCmap()
    catalogue = gettext.translation("kiosk", resources.translations(), [language], fallback=True)
    texts = [OWN_NAMES[language], *getattr(catalogue, "_catalog", {}).values()]

    missing = {char for text in texts for char in str(text) if ord(char) > 32 and ord(char) not in glyphs}

    assert missing <= {"\u2068", "\u2069"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("请把设备标签对准摄像头。", ["请把设备标签", "对准摄像头。"]),
        ("请把设备标签对，准摄像头", ["请把设备标签", "对，准摄像头"]),
        ("请把设备标签，对准", ["请把设备标", "签，对准"]),  # no line begins with a comma
        ("请把设备标（签对准）", ["请把设备标", "（签对准）"]),  # nor ends with an opening bracket
        ("IT部门30分钟内", ["IT部门30分", "钟内"]),
        ("Report a problem", ["Report a problem"]),  # Kivy knows words
    ],
)
def test_chinese_breaks_where_it_may(style, text, lines):
    from kiosk.ui import measure

    assert measure.wrapped(text, style, 20, 122).split("\n") == lines
