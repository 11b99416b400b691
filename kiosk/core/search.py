"""Find machines as the operator types: any part of name, id or place, whatever the case and the accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from kiosk.core.plant import Machine


def fold(text: str) -> str:
    """Reduce `text` to what two spellings of the same name have in common."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ł", "l")


class MachineSearch:
    """An index over the plant's machines, made once."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        """Fold every machine's words once, so that a keystroke only compares."""
        self._rows = [(fold(f"{m.name} {m.id} {m.place}"), m) for m in machines]

    def find(self, text: str, *, limit: int = 50) -> list[Machine]:
        """Give the machines that contain every word of `text`; whole starts come first."""
        words = fold(text).split()
        if not words:
            return []
        hits = [(row, machine) for row, machine in self._rows if all(word in row for word in words)]
        hits.sort(key=lambda hit: not hit[0].startswith(words[0]))
        return [machine for _, machine in hits[:limit]]
