"""What may stand in `plant.toml`: one class per table, each value checked by itself."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kiosk.core.labels import is_machine_id
from kiosk.core.plant import Impact, Priority
from kiosk.core.text import clean_line
from kiosk.faults import Section, matching

DAY = 24 * 60


def _identifier(text: str) -> str:
    if not is_machine_id(text):
        raise ValueError("must be 1 to 40 letters, digits and - _ . and start with a letter or digit")
    return text


def _line(longest: int, *, empty: bool = False) -> AfterValidator:
    def check(text: str) -> str:
        line = clean_line(text, limit=2 * longest)
        if not line and not empty:
            raise ValueError("must not be empty")
        if len(line) > longest:
            raise ValueError(f"is too long for a screen: at most {longest} characters")
        return line

    return AfterValidator(check)


def _for_all_languages(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


def _some_language(words: dict[str, str]) -> dict[str, str]:
    if not words:
        raise ValueError('must have a text in at least one language, such as {en = "..."}')
    return words


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write one such as 'Europe/Berlin'") from None
    return name


def _span(text: Any) -> tuple[int, int]:
    """Read `06:00-14:00` as minutes; a span that ends earlier than it starts runs past midnight."""
    try:
        start, end = (_minutes(part.strip()) for part in text.split("-"))
    except (AttributeError, ValueError):
        raise ValueError("must be a span of time such as '06:00-22:00'") from None
    if start in (end, DAY):
        raise ValueError("must end after it starts; a whole day is '00:00-24:00'")
    return start, end if end > start else end + DAY


def _minutes(text: str) -> int:
    if text == "24:00":
        return DAY
    at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007  a time of day has no zone
    return at.hour * 60 + at.minute


def _parted(value: Any) -> Any:
    """Read a cell of the CSV file, which holds several as `4711|4712`."""
    return [part for part in value.split("|") if part.strip()] if isinstance(value, str) else value


Identifier = Annotated[str, AfterValidator(_identifier)]
Line = Annotated[str, _line(80)]
OptionalLine = Annotated[str, _line(80, empty=True)]
Code = Annotated[str, matching(r"[a-z]{2,3}", "must be a language code such as 'en' or 'de'")]
Icon = Annotated[str, matching(r"[a-z0-9-]{0,40}", "must be the name of an icon, such as 'printer-alert'")]
Phone = Annotated[str, matching(r"[0-9+()/. -]{0,40}", "must be a phone number: digits, spaces and + ( ) / . -")]
ByLanguage = (BeforeValidator(_for_all_languages), AfterValidator(_some_language))
Short = Annotated[dict[Code, Line], *ByLanguage]
Long = Annotated[dict[Code, Annotated[str, _line(300)]], *ByLanguage]
Span = Annotated[tuple[int, int], BeforeValidator(_span)]
"""Minutes from the start of the day; the end may lie in the next day."""
Minutes = Annotated[int, Field(ge=1, le=366 * DAY)]
Day = Annotated[date, Field(strict=True)]
Moment = Annotated[datetime, Field(strict=True)]


class PlantSection(Section):
    """`[plant]`."""

    name: Line


class ContactSection(Section):
    """`[[areas.contacts]]`."""

    name: Line
    phone: Phone = ""
    role: OptionalLine = ""


class AreaSection(Section):
    """`[[areas]]`."""

    id: Identifier
    name: Short
    icon: Icon = "factory"
    contacts: tuple[ContactSection, ...] = ()


class KindSection(Section):
    """`[[kinds]]`."""

    id: Identifier
    name: Short
    icon: Icon = "cog"


class MachineSection(Section):
    """`[[machines]]`, or a row of the CSV file."""

    id: Identifier
    name: Line
    area: Line
    kind: Line
    place: OptionalLine = ""
    tags: Annotated[tuple[Line, ...], BeforeValidator(_parted)] = ()


class StepSection(Section):
    """`[[symptoms.steps]]`."""

    text: Long
    icon: Icon = "check"


class SymptomSection(Section):
    """`[[symptoms]]`."""

    id: Identifier
    words: Short
    it_term: Line
    impact: Impact
    icon: Icon = "help-circle"
    badge: Icon = ""
    kinds: tuple[str, ...] = ()
    steps: tuple[StepSection, ...] = ()
    catch_all: bool = False


class SlaSection(Section):
    """`[priorities.critical]` and its siblings; both times in minutes."""

    respond: Minutes
    resolve: Minutes
    around_the_clock: bool = False

    @model_validator(mode="after")
    def _responds_before_it_resolves(self) -> Self:
        if self.respond > self.resolve:
            raise ValueError(f"respond ({self.respond}) must not be longer than resolve ({self.resolve})")
        return self


class MatrixRow(Section):
    """One impact of `priorities.matrix`."""

    stopped: Priority
    running: Priority


class MatrixSection(Section):
    """`priorities.matrix`."""

    high: MatrixRow
    medium: MatrixRow
    low: MatrixRow


class PrioritiesSection(Section):
    """`[priorities]`."""

    matrix: MatrixSection
    critical: SlaSection
    high: SlaSection
    normal: SlaSection


class CalendarSection(Section):
    """`[calendar]`."""

    zone: Annotated[str, AfterValidator(_zone)]
    mon: tuple[Span, ...] = ()
    tue: tuple[Span, ...] = ()
    wed: tuple[Span, ...] = ()
    thu: tuple[Span, ...] = ()
    fri: tuple[Span, ...] = ()
    sat: tuple[Span, ...] = ()
    sun: tuple[Span, ...] = ()
    holidays: tuple[Day, ...] = ()

    @property
    def week(self) -> dict[str, tuple[Span, ...]]:
        """The spans of each day in order, Monday first."""
        return {day: tuple(sorted(getattr(self, day))) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

    @model_validator(mode="after")
    def _works_at_times_that_do_not_overlap(self) -> Self:
        spans = [
            (n * DAY + start, n * DAY + end, day) for n, day in enumerate(self.week) for start, end in self.week[day]
        ]
        if not spans:
            raise ValueError('has no working hours; write some, such as mon = ["06:00-22:00"]')
        # Sunday's night shift runs into Monday's first one: the week is a ring.
        start, end, day = spans[0]
        for (_, ends, one), (starts, _, other) in pairwise([*spans, (start + 7 * DAY, end + 7 * DAY, day)]):
            if ends > starts:
                raise ValueError(f"two spans overlap: one of {one} with one of {other}")
        return self


class NoticeSection(Section):
    """`[[notices]]`."""

    kind: Literal["planned", "win"]
    title: Short
    text: Long = Field(default_factory=dict)
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    areas: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.starts_at is None or self.ends_at is None:
            return self
        if (self.starts_at.tzinfo is None) != (self.ends_at.tzinfo is None):
            raise ValueError("starts_at and ends_at: write both with an offset such as +01:00, or both without")
        if self.starts_at >= self.ends_at:
            raise ValueError("starts_at must be earlier than ends_at")
        return self
