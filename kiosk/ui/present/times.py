"""Times, dates and durations as an operator says them, in the form of the operator's language (Unicode CLDR, through Babel)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.units import format_unit

from kiosk.core.ports import EARLIEST
from kiosk.i18n import Translator

UNKNOWN = "--:--"
_Length = Literal["short", "long", "narrow"]
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# What CLDR calls the parts of a date that are wanted; the language decides their order and what stands between them.
_TIME, _DAY_AND_TIME, _DATE, _LONG_DATE = "Hm", "EHm", "MMMEd", "MMMMEd"


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def time_of_day(at: datetime, *, zone: ZoneInfo, speak: Translator) -> str:
    """Give `14:47`: a plant counts to 24 in every language."""
    return _form(_TIME, at.astimezone(zone), speak)


def clock_time(at: datetime, *, now: datetime, zone: ZoneInfo, speak: Translator) -> str:
    """Give `14:47`, with the day in front when it is not today's; no time at all while the terminal's clock is not set."""
    if at < EARLIEST:
        return UNKNOWN
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today or now < EARLIEST:
        return _form(_TIME, local, speak)
    if abs(local.date() - today) < timedelta(days=7):
        return _form(_DAY_AND_TIME, local, speak)
    return f"{_form(_DATE, local, speak)} {_form(_TIME, local, speak)}"


def date(at: datetime, *, zone: ZoneInfo, speak: Translator) -> str:
    """Give the weekday, the day and the month."""
    return _form(_LONG_DATE, at.astimezone(zone), speak)


def _form(skeleton: str, at: datetime, speak: Translator) -> str:
    return str(format_skeleton(skeleton, at, locale=_locale(speak.language)))


def duration(span: timedelta, speak: Translator) -> str:
    """Give an agreed span exactly where people count in minutes, else rounded up to hours or days."""
    if span > 2 * _DAY:
        return _count(ceil(span / _DAY), "day", speak)
    if span % _HOUR == timedelta(0) or span > 3 * _HOUR:
        return _count(ceil(span / _HOUR), "hour", speak)
    return _count(ceil(span / _MINUTE), "minute", speak)


def brief(span: timedelta, speak: Translator) -> str:
    """Give a countdown in as little room as possible; a negative one keeps its minus."""
    sign = "\N{MINUS SIGN}" if span < timedelta(0) else ""
    hours, minutes = divmod(ceil(abs(span) / _MINUTE), 60)
    if hours >= 48:  # noqa: PLR2004  two days
        return sign + _count(hours // 24, "day", speak, length="short")
    if hours >= 2:  # noqa: PLR2004  up to here minutes are what people count in
        return sign + _count(f"{hours}:{minutes:02}", "hour", speak, length="narrow")
    return sign + _count(60 * hours + minutes, "minute", speak, length="short")


def running(span: timedelta, speak: Translator) -> str:
    """Give a countdown: to the second in its last hundred minutes; a negative one keeps its minus."""
    seconds = ceil(abs(span).total_seconds())
    sign = "\N{MINUS SIGN}" if span < timedelta(0) else ""
    minutes, seconds = divmod(seconds, 60)
    if minutes < 100:  # noqa: PLR2004  as in `brief`
        return f"{sign}{minutes:02}:{seconds:02}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004  a day
        parts = (_count(hours, "hour", speak, length="narrow"), _count(minutes, "minute", speak, length="short"))
        return sign + " ".join(parts)
    return sign + duration(abs(span), speak)


def _count(number: int | str, unit: str, speak: Translator, *, length: _Length = "long") -> str:
    return str(format_unit(number, f"duration-{unit}", length=length, locale=_locale(speak.language)))
