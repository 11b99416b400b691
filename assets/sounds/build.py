# ruff: noqa: INP001  a script, no package
"""Make the tones: short, soft at both ends, far from any siren. Run: python assets/sounds/build.py."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
RATE = 22050
REST = 0.0

TONES: dict[str, list[tuple[float, float, float]]] = {
    # (Hertz, seconds, loudness from 0 to 1); 0 Hertz is a rest.
    "tap": [(1400, 0.025, 0.35)],
    "saved": [(880, 0.09, 0.8), (1320, 0.16, 0.8)],
    "delivered": [(1047, 0.2, 0.6)],
    "taken": [(660, 0.09, 0.8), (880, 0.09, 0.8), (1320, 0.22, 0.8)],
    "needs_you": [(990, 0.14, 0.9), (REST, 0.08, 0), (990, 0.14, 0.9)],
    "refused": [(330, 0.16, 0.9), (247, 0.24, 0.9)],
}


def samples(tones: list[tuple[float, float, float]]) -> list[int]:
    """Compute 16-bit samples; each tone fades in and out so that nothing clicks."""
    made = []
    for hertz, seconds, loudness in tones:
        count = int(seconds * RATE)
        for i in range(count):
            fade = min(1.0, i / 120, (count - i) / 400)
            wave_now = math.sin(2 * math.pi * hertz * i / RATE) + 0.25 * math.sin(4 * math.pi * hertz * i / RATE)
            made.append(int(32767 * 0.7 * loudness * fade * wave_now / 1.25))
    return made


def main() -> None:
    """Write one file per tone."""
    for name, tones in TONES.items():
        values = samples(tones)
        with wave.open(str(HERE / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(struct.pack(f"<{len(values)}h", *values))


if __name__ == "__main__":
    main()
