"""`texts.csv`: the agreement's words in further languages, as a sheet that translators fill in.

The first column holds each text as it stands in `plant.toml`; the other columns are its translations.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.plant import Plant, Words
from kiosk.core.text import clean_line
from kiosk.faults import suggestion
from kiosk.plant.spreadsheet import Line, read_lines

_CODE = re.compile(r"[a-z]{2,3}")
_LONGEST = 300

Texts = Mapping[str, Mapping[str, str]]
"""A text as it stands in the plant file -> its translations by language."""


def read_texts(path: Path) -> Texts:
    """Read the sheet; an empty cell is a translation that is still missing.

    Raises:
        ConfigError: with every fault of the sheet.
    """
    lines = read_lines(path)
    faults = [Fault(str(path), f"line {number}", text) for number, text in _faults(lines)]
    if faults:
        raise ConfigError(faults)
    codes = _codes(lines)
    return {cells[0]: {c: t for c, t in zip(codes, cells, strict=True) if t} for _, cells in lines[1:]}


def unknown_texts(path: Path, texts: Texts, known: Iterable[str]) -> list[Fault]:
    """Name the rows that belong to no text of the plant file: a translation that nobody would ever see."""
    there = set(known)
    return [
        Fault(str(path), clean_line(text, limit=60), f"is no text of the plant file; {suggestion(text, there)}")
        for text in texts
        if text not in there
    ]


def words_of(plant: Plant) -> Iterator[Words]:
    """Give every text of the agreement that operators read, in the order of the plant file."""
    yield from (area.name for area in plant.areas.values())
    yield from (kind.name for kind in plant.kinds.values())
    for symptom in plant.symptoms.values():
        yield symptom.words
        yield from (step.text for step in symptom.steps)
    for notice in plant.notices:
        yield from (text for text in (notice.title, notice.text) if text.by_language)


def sheet(plant: Plant, languages: Sequence[str]) -> str:
    """Write the sheet of all texts in these languages, for translators; the first language is what the plant file says."""
    first, *others = languages
    rows: dict[str, Mapping[str, str]] = {}
    for words in words_of(plant):
        rows.setdefault(words.get(first), words.by_language)
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(languages)
    table.writerows([text, *(known.get(code, "") for code in others)] for text, known in rows.items())
    return written.getvalue()


def _codes(lines: Sequence[Line]) -> list[str]:
    return [code.casefold() for code in lines[0][1]]


def _faults(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    number, codes = lines[0][0], _codes(lines)
    for code in codes:
        if not _CODE.fullmatch(code):
            yield number, f"the column {clean_line(code, limit=40)!r} is no language; write a code such as 'en' or 'uk'"
        elif codes.count(code) > 1:
            yield number, f"the column {code!r} is there twice"
    seen: dict[str, int] = {}
    for number, cells in lines[1:]:
        if len(cells) != len(codes):
            yield number, f"has {len(cells)} cells where the first line has {len(codes)}"
        elif not cells[0]:
            yield number, f"has nothing in its first column, which says what is translated ({codes[0]!r})"
        elif cells[0] in seen:
            yield number, f"is the same text as line {seen[cells[0]]}"
        seen.setdefault(cells[0], number)
        yield from (
            (number, f"is too long for a screen: at most {_LONGEST} characters") for c in cells if len(c) > _LONGEST
        )
