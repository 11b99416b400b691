"""Texts that break toolkits, fonts and terminals: those that are known for it, and as many invented ones as a test wants."""

from __future__ import annotations

import random

_KNOWN_MARKUP = "[size=abc]x[/size]", "[font=/etc/passwd]x[/font]", "[font=]x[/font]", "[size=3000]x[/size]"

LISTED = {
    "markup with a size that is none": _KNOWN_MARKUP[0],
    "markup with a file for a font": _KNOWN_MARKUP[1],
    "markup without a font": _KNOWN_MARKUP[2],
    "markup with a giant size": _KNOWN_MARKUP[3],
    "markup that links": "[ref=x][anchor=y][color=nothing]x",
    "brackets without an end": "[" * 500 + "&bl;&br;&amp;",
    "a lone high surrogate": "before \ud83d after",
    "a lone low surrogate": "before \udc00 after",
    "the bytes of a broken file name": b"caf\xe9".decode("utf-8", "surrogateescape"),
    "every control character": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "NUL in the middle": "a\0b",
    "bidirectional overrides": "\u202eabc\u202d def\u2066ghi\u2069\u202c" * 20,
    "zalgo": "Z" + "\u0300\u0301\u0489\u0336" * 200,
    "a combining mark and nothing else": "\u0300",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff" * 50,
    "a family of emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 30,
    "noncharacters and private use": "\ufdd0\ufffe\uffff\ue000\U0010ffff",
    "Arabic, Hebrew and Hindi": "\u0645\u0627\u0643\u064a\u0646\u0629 \u05de\u05db\u05d5\u05e0\u05d4 \u092e\u0936\u0940\u0928 "
    * 20,
    "the longest ligature": "\ufdfa" * 300,
    "escape sequences of a terminal": "\x1b[31mred\x1b]0;title\x07",
    "a megabyte in one word": "W" * 1_000_000,
    "a megabyte of words": "word " * 200_000,
    "200,000 characters of markup": "[b]bold[/b] [size=3000]" * 8_700,
    "50,000 line breaks": "\n" * 50_000,
    "50,000 lines": "x\r\n" * 50_000,
    "every kind of line break": "a\rb\r\nc\vd\fe\x85f\u2028g\u2029h",
    "nothing but spaces": " " * 5_000,
    "tabs": "\t" * 5_000,
    "a format string": "{0.__class__} %s %n {name!r} {",
    "nothing": "",
}
"""What it is -> the text."""

_SPECIAL = (
    *_KNOWN_MARKUP,
    "[b]",
    "[/b]",
    "\n",
    "\t",
    "\0",
    "\u202e",
    "\u2066",
    "\u200d",
    "\ufeff",
    "\U0001f468",
    "\u0300",
    "\ufdfa",
)
_RANGES = (
    (0x20, 0x7E),
    (0, 0x10FFFF),
    (0x300, 0x36F),
    (0x590, 0xDFF),
    (0x4E00, 0x9FFF),
    (0xD800, 0xDFFF),
    (0x1F300, 0x1FAFF),
)


def hostile_texts(number: int) -> list[str]:
    """Give the listed texts and invented ones, the same in each run: from nothing to a few hundred thousand characters."""
    rng = random.Random(1)
    return [*LISTED.values(), *(_invented(rng) for _ in range(number - len(LISTED)))]


def _invented(rng: random.Random) -> str:
    pieces = [_piece(rng) for _ in range(rng.randrange(9))]
    return "".join(pieces) * rng.choice([1, 1, 1, 1, 2, 30, 400])


def _piece(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(_SPECIAL)
    first, last = rng.choice(_RANGES)
    return "".join(chr(rng.randint(first, last)) for _ in range(rng.choice([1, 1, 3, 40])))
