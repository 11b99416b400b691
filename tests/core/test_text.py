import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.core.text import clean_line, clean_text

ANY_TEXT = st.text(alphabet=st.characters(), max_size=400)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("Drucker druckt nicht", "Drucker druckt nicht"),
        ("zażółć gęślą jaźń", "zażółć gęślą jaźń"),
        ("a\x00b\x1b[31mc\x7f\x9bd", "ab[31mcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\tb", "a b"),
        ("safe\u202egnp.exe\u2066x\u2069", "safegnp.exex"),
        ("lone \ud83d here \udc00", "lone  here "),
        ("pair \ud83d\ude00", "pair \N{GRINNING FACE}"),
        ("e\N{COMBINING ACUTE ACCENT}", "\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("\ufeffname", "name"),
        ("\N{FAMILY}\u200d\N{BABY}", "\N{FAMILY}\u200d\N{BABY}"),
    ],
)
def test_what_people_wrote_stays_and_what_machines_smuggle_goes(dirty, clean):
    assert clean_text(dirty) == clean


def test_a_text_of_the_full_length_is_kept_whole():
    assert clean_text("x" * 2000) == "x" * 2000


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("abcd", "abc"),
        ("abx\N{COMBINING DOUBLE VERTICAL LINE ABOVE}", "ab"),
        ("ab\N{WOMAN}\u200d\N{WRENCH}", "ab"),
        ("a\N{COMBINING DOUBLE VERTICAL LINE ABOVE}" + "b", "a\N{COMBINING DOUBLE VERTICAL LINE ABOVE}b"),
    ],
)
def test_a_cut_leaves_accents_and_joined_emoji_whole(text, kept):
    assert clean_text(text, limit=3) == kept


def test_a_tower_of_combining_marks_is_brought_down_to_what_a_script_may_need():
    mark = "\N{COMBINING DOUBLE VERTICAL LINE ABOVE}"

    assert clean_text("a" + mark * 1_000_000 + "b") == "a" + mark * 10
    assert clean_text("a" + mark * 10 + "b" + mark) == "a" + mark * 10 + "b" + mark


def test_a_line_has_single_spaces_and_no_breaks():
    assert clean_line("  Halle 2\r\n\tPlatz\u00a0B-14 ") == "Halle 2 Platz B-14"


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, st.integers(1, 50))
@example("\ud800" * 9, 3)
@example("\U0002f800" * 9, 3)
def test_every_text_comes_out_valid_normalised_short_and_clean_for_good(text, limit):
    clean = clean_text(text, limit=limit)

    assert clean.encode().decode() == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert len(clean) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in clean.replace("\n", ""))
    assert clean_text(clean, limit=limit) == clean
