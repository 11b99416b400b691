"""How long to wait before the next try: full jitter, bounded, on the monotonic clock."""

from __future__ import annotations

from collections.abc import Callable

BASE_SECONDS = 2.0
CAP_SECONDS = 300.0
RETRY_AFTER_CAP_SECONDS = 6 * 3600.0
"""A destination that asks for more is asked again after this long."""


def full_jitter(
    failures: int, random: Callable[[], float], *, base: float = BASE_SECONDS, cap: float = CAP_SECONDS
) -> float:
    """Give a wait in seconds, uniform between 0 and a ceiling that doubles with each of `failures`.

    The whole range is used (AWS calls it full jitter), so that a thousand terminals whose network
    comes back in the same second do not knock in the same second.
    """
    ceiling = min(cap, base * 2 ** min(failures - 1, 30)) if failures > 0 else 0.0
    return random() * ceiling


def requested(retry_after: float) -> float:
    """Bound what a destination asked for; nonsense counts as nothing."""
    return min(max(retry_after, 0.0), RETRY_AFTER_CAP_SECONDS)
