"""When a destination may be tried again."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

from kiosk.core.errors import DeliveryError, MisconfiguredError
from kiosk.core.events import DestinationChanged, Publish
from kiosk.core.link import Link, LinkState
from kiosk.core.ports import Clock
from kiosk.forwarder.backoff import full_jitter, requested

log = logging.getLogger(__name__)

PROBE_SECONDS = 25.0
"""A paused destination is tried after this long to twice as long: what failed is asked again, and any repair shows within a minute."""
OUTAGE_CAP_SECONDS = (30.0, 120.0)
"""An outage is tried at least this often: somebody may be watching the screen. When it lasts for hours nobody watches any more,
and thousands of terminals that knock at once when it ends are the greater worry."""
_OUTAGE_SHARE = 180.0
"""The cap is this part of the outage so far: 30 s for an hour and a half, 120 s after six hours."""


class Circuit:
    """Open after a failure, for a while that grows with the failures; closed after a success."""

    def __init__(self, link: Link, *, publish: Publish, clock: Clock, random: Callable[[], float]) -> None:
        """Begin closed: the first try tells."""
        self.link = link
        self._publish, self._clock, self._random = publish, clock, random
        self._failures = 0
        self._open_until = 0.0
        self._down_since: float | None = None

    @property
    def outage(self) -> float:
        """For how many seconds the destination has not answered; 0 while it does."""
        return 0.0 if self._down_since is None else self._clock.monotonic() - self._down_since

    @property
    def wait(self) -> float:
        """Seconds until the next try is allowed; 0 or less: now."""
        return self._open_until - self._clock.monotonic()

    def close(self) -> None:
        """Allow the next try at once."""
        self._open_until = 0.0

    def succeeded(self) -> None:
        """Take note that the destination answered as it should."""
        self._failures = 0
        self._down_since = None
        self.close()
        self._become(LinkState.CONNECTED, "")

    def failed(self, error: DeliveryError) -> None:
        """Take note of a failure, and choose how long to leave the destination alone."""
        self._failures += 1
        if isinstance(error, MisconfiguredError):
            self._went_down()
            self._open(PROBE_SECONDS * (1.0 + self._random()))
            self._become(LinkState.PAUSED, str(error))
            return
        if error.busy:
            self._was_busy(error)
            return
        self._went_down()
        least, most = OUTAGE_CAP_SECONDS
        cap = min(most, max(least, self.outage / _OUTAGE_SHARE))
        wait = full_jitter(self._failures, self._random, cap=cap)
        if error.retry_after is not None:
            wait = max(wait, requested(error.retry_after))
        self._open(wait)
        self._become(LinkState.RETRYING, str(error))

    def _was_busy(self, error: DeliveryError) -> None:
        """It is there, so nothing changes on the screens; how fast to go on is the pace's business."""
        self._failures, self._down_since = 0, None
        self._open(requested(error.retry_after or 0.0))

    def _went_down(self) -> None:
        if self._down_since is None:
            self._down_since = self._clock.monotonic()

    def _open(self, seconds: float) -> None:
        self._open_until = self._clock.monotonic() + seconds

    def _become(self, state: LinkState, error: str) -> None:
        before = self.link
        if before.state is state and before.error == error:
            return
        self.link = dataclasses.replace(before, state=state, error=error, since=self._clock.now())
        if before.state is not state:
            # Said once when it goes down and once when it is back, not at every try.
            level = logging.INFO if state is LinkState.CONNECTED else logging.WARNING
            log.log(level, "%s: %s %s", self.link.destination, state, error)
        self._publish(DestinationChanged(self.link.destination))
