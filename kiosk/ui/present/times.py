"""Times and durations as an operator says them."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from kiosk.core.ports import EARLIEST
from kiosk.i18n import N_, Translator

UNKNOWN = "--:--"
_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def clock_time(at: datetime, *, now: datetime, zone: ZoneInfo, speak: Translator) -> str:
    """Give `14:47`, with the day in front when it is not today's; no time at all while the terminal's clock is not set."""
    if at < EARLIEST:
        return UNKNOWN
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today or now < EARLIEST:
        return time
    day = speak.tr(_DAYS[local.weekday()])
    if abs(local.date() - today) < timedelta(days=7):
        return f"{day} {time}"
    return f"{day} {local.day}.{local.month}. {time}"


def duration(span: timedelta, speak: Translator) -> str:
    """Give an agreed span exactly where people count in minutes, else rounded up to hours or days."""
    if span > 2 * _DAY:
        return speak.ntr("{n} day", "{n} days", ceil(span / _DAY))
    if span % _HOUR == timedelta(0) or span > 3 * _HOUR:
        return speak.ntr("{n} hour", "{n} hours", ceil(span / _HOUR))
    return speak.ntr("{n} minute", "{n} minutes", ceil(span / _MINUTE))


def brief(span: timedelta, speak: Translator) -> str:
    """Give a countdown in as little room as possible; a negative one keeps its minus."""
    sign = "\N{MINUS SIGN}" if span < timedelta(0) else ""
    hours, minutes = divmod(ceil(abs(span) / _MINUTE), 60)
    if hours >= 48:  # noqa: PLR2004  two days
        return sign + speak.tr("{n} d", n=hours // 24)
    if hours >= 2:  # noqa: PLR2004  up to here minutes are what people count in
        return sign + speak.tr("{n} h", n=f"{hours}:{minutes:02}")
    return sign + speak.tr("{n} min", n=60 * hours + minutes)


def running(span: timedelta, speak: Translator) -> str:
    """Give a countdown: to the second in its last hundred minutes; a negative one keeps its minus."""
    seconds = ceil(abs(span).total_seconds())
    sign = "\N{MINUS SIGN}" if span < timedelta(0) else ""
    minutes, seconds = divmod(seconds, 60)
    if minutes < 100:  # noqa: PLR2004  as in `brief`
        return f"{sign}{minutes:02}:{seconds:02}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004  a day
        return sign + speak.tr("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return sign + duration(abs(span), speak)
