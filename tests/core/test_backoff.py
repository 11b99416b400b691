"""Waiting grows, spreads and is bounded."""

import pytest

from kiosk.forwarder.backoff import CAP_SECONDS, RETRY_AFTER_CAP_SECONDS, full_jitter, requested


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(0, 0), (1, 2), (2, 4), (5, 32), (30, CAP_SECONDS), (10**6, CAP_SECONDS)]
)
def test_the_ceiling_doubles_up_to_the_cap(failures, ceiling):
    assert full_jitter(failures, lambda: 1.0) == ceiling
    assert full_jitter(failures, lambda: 0.0) == 0


@pytest.mark.parametrize(("asked", "granted"), [(0, 0), (120, 120), (1e9, RETRY_AFTER_CAP_SECONDS), (-1, 0)])
def test_what_a_destination_asks_for_is_bounded(asked, granted):
    assert requested(asked) == granted
