"""Find machines as the operator types: any part of name, id or place, whatever the case and the accents, and with a wrong letter in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from kiosk.core.plant import Machine

SHORTEST_WITH_A_TYPO = 3
"""Of fewer letters nobody can say what was meant."""
LIKENESS = 75.0
"""How much of what was typed must be found again, in percent: one wrong letter of four."""
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Letters that Unicode does not take apart."""


def fold(text: str) -> str:
    """Reduce `text` to what two spellings of the same name have in common."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)


class MachineSearch:
    """An index over the plant's machines, made once."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        """Fold every machine's words once, so that a keystroke only compares."""
        self._machines = list(machines)
        self._rows = [fold(f"{m.name} {m.id} {m.place} {' '.join(m.tags)}") for m in self._machines]

    def find(self, text: str, *, limit: int = 50) -> list[Machine]:
        """Give the machines that contain every word of `text`, whole starts first; where there is none, those that nearly do."""
        words = fold(text).split()
        if not words:
            return []
        hits = [n for n, row in enumerate(self._rows) if all(word in row for word in words)]
        if hits:
            hits.sort(key=lambda n: not self._rows[n].startswith(words[0]))
        elif len("".join(words)) >= SHORTEST_WITH_A_TYPO:
            hits = self._alike(" ".join(words), limit)
        return [self._machines[n] for n in hits[:limit]]

    def _alike(self, text: str, limit: int) -> list[int]:
        found = process.extract(text, self._rows, scorer=fuzz.partial_ratio, score_cutoff=LIKENESS, limit=limit)
        return [number for _, _, number in found]
