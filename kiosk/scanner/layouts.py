"""What a key types, by the keyboard layout that a scanner is set to.

Keys are named by the usage id of USB (HID Usage Tables, keyboard page), which is also SDL's scancode: it is the *physical* key,
so the layout that the terminal itself is set to plays no part.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

_LETTERS, _DIGITS, _ISO = range(4, 30), range(30, 40), 100
_PUNCTUATION = (45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56)
"""The other keys of the main block, from the right of `0` down to the left of the right Shift."""
_KEYPAD = {84: "/", 85: "*", 86: "-", 87: "+", 99: "."} | dict(enumerate("1234567890", start=89))
_ALWAYS = {44: " "} | _KEYPAD


@dataclass(frozen=True, slots=True)
class Layout:
    """What each key types without and with Shift. What needs AltGr or a dead key no label of ours contains, and is left out."""

    plain: Mapping[int, str]
    shifted: Mapping[int, str]

    def char(self, scancode: int, *, shift: bool = False, capslock: bool = False) -> str | None:
        """Give the character; None for a key that types none."""
        plain = self.plain.get(scancode)
        if plain is not None and plain.isalpha():
            shift = shift != capslock
        return self.shifted.get(scancode, plain) if shift else plain

    def key_of(self, char: str) -> tuple[int, bool]:
        """Give the scancode, and whether Shift is held, with which a scanner types `char`.

        Raises:
            LookupError: no key of this layout types it.
        """
        for keys, shift in ((self.plain, False), (self.shifted, True)):
            for scancode, typed in keys.items():
                if typed == char and scancode not in _KEYPAD:
                    return scancode, shift
        raise LookupError(f"no key types {char!r}")


def _row(keys: tuple[int, ...] | range, chars: str) -> dict[int, str]:
    return {key: char for key, char in zip(keys, chars, strict=True) if char != "\0"}


def _made(letters: str, digits: tuple[str, str], punctuation: tuple[str, str], iso: str = "") -> Layout:
    """Give a layout from its rows; `letters` in the order of the US keys A to Z, a NUL for a dead key."""
    rows = []
    for number, written in enumerate(
        (letters, letters.upper().replace(",", "?"))
    ):  # France's comma stands among the letters
        row = _row(_LETTERS, written) | _row(_DIGITS, digits[number])
        row |= _row(_PUNCTUATION, punctuation[number])
        # The key beside Enter has two numbers: one on ANSI keyboards, one on ISO keyboards.
        row |= {50: row[49]} | _ALWAYS
        rows.append(row | ({_ISO: iso[number]} if iso else {}))
    return Layout(*rows)


LAYOUTS = {
    "us": _made(string.ascii_lowercase, ("1234567890", "!@#$%^&*()"), ("-=[]\\;'`,./", '_+{}|:"~<>?')),
    "de": _made(
        "abcdefghijklmnopqrstuvwxzy", ("1234567890", '!"§$%&/()='), ("ß\0ü+#öä\0,.-", "?\0Ü*'ÖÄ°;:_"), iso="<>"
    ),
    "fr": _made(
        "qbcdefghijkl,noparstuvzxyw", ("&é\"'(-è_çà", "1234567890"), (")=\0$*mù²;:!", "°+\0£µM%\0./§"), iso="<>"
    ),
}
"""By the name that a scanner's manual gives them: USA, Germany, France."""
