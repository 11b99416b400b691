"""The one sanitiser for every text that comes from outside: scanners, keyboards, servers, files."""

from __future__ import annotations

import re
import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_MOST_MARKS = 10
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but the line feed; bidi embeddings, overrides and isolates; lone surrogates; byte order mark; noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)


def clean_text(text: str, *, limit: int = 2000) -> str:
    """Give `text` fit for every screen, file and request: valid Unicode in NFC, no controls but line feeds, no towers of accents, at most `limit` characters.

    It never raises, whatever `text` holds, and cleaning twice changes nothing more.
    """
    # Cut first: CPython's normalisation is quadratic in a run of combining marks.
    text = _join_surrogates(text[: 4 * limit]).replace("\t", " ")
    text = _UNWANTED.sub("", _LINE_BREAK.sub("\n", text))
    return _cut(_unstacked(unicodedata.normalize("NFC", text[: 2 * limit])), limit)


def clean_line(text: str, *, limit: int = 200) -> str:
    """Give `text` cleaned, on one line, with single spaces: a name, a title, a phone number."""
    return clean_text(" ".join(clean_text(text, limit=4 * limit).split()), limit=limit)


def _join_surrogates(text: str) -> str:
    """Turn pairs of surrogates into the character they stand for; lone ones are dropped."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _unstacked(text: str) -> str:
    """Leave at most `_MOST_MARKS` marks on one letter: no script needs more, and a tower of them costs seconds to draw."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    # A few steps back keep an accent or an emoji whole; a wall of combining marks is simply cut.
    back = (end for end in range(limit, max(limit - 16, 0), -1) if not _belongs_together(text, end))
    return text[: next(back, limit)]


def _belongs_together(text: str, end: int) -> bool:
    """Tell whether a cut before `text[end]` would split what is read as one character."""
    return unicodedata.category(text[end]).startswith("M") or _ZERO_WIDTH_JOINER in (text[end - 1], text[end])
