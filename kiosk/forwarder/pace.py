"""How fast one of thousands of terminals may go when all of them come back from a long outage at the same moment.

No terminal knows how many others there are. What it knows is how long it has been since the server was there again, and whether
the server took its last requests or was busy. So every terminal has a rate of its own. A request that is taken adds to the rate,
one that finds the server busy halves it: that converges to fair shares (TCP's way). What is added is a share of the time that
the recovery has lasted, because that time grows with the number of terminals and their number is what the rate has to fit.
Whoever is nearly done finishes at once, and whoever is done leaves the server to the others before it asks for news again.

The constants are the outcome of a search with the simulation in `tests/faults/test_fleet.py`, which drives this class.
"""

from __future__ import annotations

from collections.abc import Callable

SHORT_OUTAGE, LONG_OUTAGE = 1.5 * 3600.0, 6 * 3600.0
"""Seconds: after a short outage nobody has much to tell, after a long one everybody has; in between it grows."""
FIRST_INTERVAL = 90.0
"""Seconds between the first requests after a long outage."""
FASTEST = 2.0
"""Requests per second; as fast as one answer follows the other anyway."""
FASTER, FASTER_YET = 1.25, 1.8
"""What a request that was taken multiplies the rate by while the server was never busy, and the addition by for each in a row."""
ADDITION = 0.4
"""Added to the rate (per second) for each request that was taken, divided by the seconds of the recovery so far."""
SLOWEST_TAKEN, SLOWEST_BUSY, SLOWEST_AT_FIRST = 0.06, 0.14, 900.0
"""The longest interval after a request that was taken and after one that was not, as a share of the recovery so far; and, in
seconds, before the first one was taken."""
HALVED, HUMBLED = 0.5, 0.1
"""What a busy server multiplies the rate by, and what it does before it took a single request."""
LEAST_RATE = 1e-6
"""Per second; far below every longest interval, and never nothing, however many days the server is busy."""
JITTER = 0.3
"""Every interval is longer or shorter by up to this share."""
LAST_TICKETS, LAST_INTERVAL = 5, 2.0
"""So many tickets are brought to their end in a row, so many seconds apart."""
NEWS_AFTER, NEWS_AFTER_CALM, NEWS_SOONER, NEWS_LATER = 4.0, 2.0, 0.7, 2.0
"""Who is done asks for news after so many times the recovery so far, if the server was busy and if it never was; then sooner or
later, as the server has time."""
LONGEST = 7200.0


class Pace:
    """The times of one terminal's requests to one destination. Idle, it asks for no waiting at all."""

    def __init__(self, *, monotonic: Callable[[], float], random: Callable[[], float]) -> None:
        """Begin idle."""
        self._monotonic, self._random = monotonic, random
        self._begun_at: float | None = None
        self._rate = 0.0
        self._news_interval = 0.0
        self._in_a_row = 0
        self._was_busy = self._was_taken = False
        self.next_at = 0.0
        """When the next delivery may leave, on the monotonic clock."""
        self.news_at = 0.0
        """When the next question for news may leave."""

    @property
    def is_idle(self) -> bool:
        """True while the server has time for everybody."""
        return self._begun_at is None

    def recover(self, outage: float) -> None:
        """The destination answers again after `outage` seconds: a short one was nothing, a long one means a crowd."""
        interval = FIRST_INTERVAL * min(1.0, (outage - SHORT_OUTAGE) / (LONG_OUTAGE - SHORT_OUTAGE))
        if self.is_idle and interval >= 1.0:
            self._begin(1.0 / interval)

    def _begin(self, rate: float) -> None:
        self._begun_at, self._rate = self._monotonic(), rate
        self._news_interval, self._in_a_row = 0.0, 0
        self._was_busy = self._was_taken = False

    def taken(self, left: int, *, poll_seconds: float) -> None:
        """A request was taken, and so many tickets are `left` to deliver."""
        if self.is_idle:
            return
        self._in_a_row += 1
        self._was_taken = True
        if not left and self._news_interval:
            self._news_interval *= NEWS_SOONER
        elif self._was_busy:
            self._rate += ADDITION / max(60.0, self._lasted + 60.0) * FASTER_YET ** (self._in_a_row - 1)
            self._rate = max(self._rate, 1.0 / max(60.0, SLOWEST_TAKEN * self._lasted))
        else:
            self._rate *= FASTER
        self._rate = min(self._rate, FASTEST)
        self._schedule(left, poll_seconds)

    def busy(self, left: int, *, poll_seconds: float) -> None:
        """The server was there and had no time."""
        if self.is_idle:
            self._begin(1.0)
        self._in_a_row = 0
        self._was_busy = True
        if not left and self._news_interval:
            self._news_interval = min(LONGEST, self._news_interval * NEWS_LATER)
        else:
            self._rate = max(LEAST_RATE, self._rate * (HALVED if self._was_taken else HUMBLED))
        self._schedule(left, poll_seconds)
        # Whoever has nothing to deliver asks it no more often than any other.
        self.news_at = max(self.news_at, self._monotonic() + poll_seconds)

    @property
    def _lasted(self) -> float:
        # Bounded: a server that is busy now and then for ever is not to be asked ever less often.
        return 0.0 if self._begun_at is None else min(LONGEST, self._monotonic() - self._begun_at)

    def _schedule(self, left: int, poll_seconds: float) -> None:
        now = self._monotonic()
        if left:
            self.next_at = self.news_at = now + self._jittered(self._interval(left))
            return
        if not self._news_interval:
            after = NEWS_AFTER if self._was_busy else NEWS_AFTER_CALM
            self._news_interval = min(LONGEST, after * self._lasted)
        if self._news_interval <= poll_seconds:
            self._begun_at = None
            self.next_at = self.news_at = now
            return
        self.next_at, self.news_at = now, now + self._jittered(self._news_interval)

    def _interval(self, left: int) -> float:
        if left <= LAST_TICKETS and self._in_a_row:
            return LAST_INTERVAL
        longest = max(1000.0 * SLOWEST_BUSY, SLOWEST_BUSY * self._lasted) if self._was_taken else SLOWEST_AT_FIRST
        return min(longest, 1.0 / self._rate)

    def _jittered(self, interval: float) -> float:
        return interval * (1.0 - JITTER + 2.0 * JITTER * self._random())
