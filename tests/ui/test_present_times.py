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
        (timedelta(days=8), "Tue, Dec 1 12:00"),
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
        (timedelta(minutes=125), "2:05h"),
        (timedelta(hours=47, minutes=59), "47:59h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(minutes=-5), "\N{MINUS SIGN}5 min"),
        (timedelta(seconds=-30), "\N{MINUS SIGN}1 min"),
        (timedelta(hours=-3), "\N{MINUS SIGN}3:00h"),
    ],
)
def test_a_brief_span_keeps_its_minus(span, said):
    assert times.brief(span, ENGLISH) == said


@pytest.mark.parametrize(
    ("language", "day_and_time", "date_and_time", "long_date"),
    [
        ("de", "Di., 00:00", "Di., 1. Dez. 12:00", "Mo., 23. November"),
        ("fr", "mar. 00:00", "mar. 1 déc. 12:00", "lun. 23 novembre"),
        ("zh", "周二00:00", "12月1日周二 12:00", "11月23日周一"),
        ("ar", "الثلاثاء 00:00", "الثلاثاء، 1 ديسمبر 12:00", "الاثنين، 23 نوفمبر"),
    ],
)
def test_days_have_the_form_of_the_language(language, day_and_time, date_and_time, long_date):
    speak = Translator(language)
    said = [
        times.clock_time(NOW + ahead, now=NOW, zone=BERLIN, speak=speak)
        for ahead in (timedelta(hours=12), timedelta(days=8))
    ]

    assert [*said, times.date(NOW, zone=BERLIN, speak=speak)] == [day_and_time, date_and_time, long_date]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["3 Stunden", "90 Minuten", "2:05h"]),
        ("pl", ["3 godziny", "90 minut", "2:05 h"]),
        ("ar", ["3 ساعات", "90 دقيقة", "2:05 س"]),
    ],
)
def test_durations_have_the_plural_forms_of_the_language(language, said):
    spans = timedelta(hours=3), timedelta(minutes=90)
    speak = Translator(language)

    assert [*(times.duration(s, speak) for s in spans), times.brief(timedelta(minutes=125), speak)] == said


def test_a_language_that_nobody_described_has_english_forms():
    assert times.duration(timedelta(hours=3), Translator("tlh")) == "3 hours"
