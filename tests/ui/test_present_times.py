"""Times as an operator says them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.i18n import Translator
from kiosk.ui.present import times

ENGLISH = Translator()
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=47), "12:47"),
        (timedelta(hours=12), "Tue 00:00"),
        (timedelta(days=5), "Sat 12:00"),
        (timedelta(days=8), "Tue 1.12. 12:00"),
        (timedelta(days=-1), "Sun 12:00"),
    ],
)
def test_a_time_names_its_day_only_when_that_is_not_today(ahead, said):
    assert times.clock_time(NOW + ahead, now=NOW, zone=BERLIN, speak=ENGLISH) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=1), "1 minute"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=3, minutes=30), "4 hours"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_duration_is_in_the_unit_that_matters(span, said):
    assert times.duration(span, ENGLISH) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=30), "1 min"),
        (timedelta(minutes=99), "99 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(minutes=125), "2:05 h"),
        (timedelta(hours=47, minutes=59), "47:59 h"),
        (timedelta(hours=48), "2 d"),
        (timedelta(minutes=-5), "\N{MINUS SIGN}5 min"),
        (timedelta(seconds=-30), "\N{MINUS SIGN}1 min"),
        (timedelta(hours=-3), "\N{MINUS SIGN}3:00 h"),
    ],
)
def test_a_brief_span_keeps_its_minus(span, said):
    assert times.brief(span, ENGLISH) == said
