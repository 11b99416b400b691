"""The plant: the agreement both sides share, as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Priority(StrEnum):
    """How urgent a ticket is, by the agreed matrix; the order of the members is the order of urgency."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"


class Impact(StrEnum):
    """How much of the work a symptom takes away, as both sides rated it in `plant.toml`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in the floor's languages, keyed by language code."""

    by_language: Mapping[str, str]

    def get(self, language: str) -> str:
        """Give the text in `language`, else in English, else in whichever language there is."""
        words = self.by_language
        return words.get(language) or words.get("en") or next(iter(words.values()), "")

    def has(self, language: str) -> bool:
        """Tell whether `language` has words of its own, so that a fallback can be made visible."""
        return language in self.by_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A named person or desk that an area can call; `phone` is shown when a critical report cannot leave."""

    name: str
    phone: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the plant that operators know by name."""

    id: str
    name: Words
    icon: str = "factory"
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of machine; it decides which symptoms are offered."""

    id: str
    name: Words
    icon: str = "cog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An asset with a label."""

    id: str
    name: str
    area: str
    kind: str
    place: str = ""
    tags: tuple[str, ...] = ()
    """What else it is called on labels that are there already: an inventory number, a GIAI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something the operator can try while waiting."""

    text: Words
    icon: str = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """A plain-language choice with a pictogram, and IT's own term for it."""

    id: str
    words: Words
    it_term: str
    impact: Impact
    icon: str = "help-circle"
    badge: str = ""
    kinds: frozenset[str] = frozenset()
    """Kinds of machine it is offered for; empty means every kind."""
    steps: tuple[Step, ...] = ()
    catch_all: bool = False
    """True for "something else": two such reports on one machine are two problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The plant's working time. Minutes outside it do not count against a response time."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[time, time], ...]]
    """Weekday (0 = Monday) -> working spans; a span that ends at 00:00 ends at midnight."""
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The agreed times of one priority, both counted from the operator's tap."""

    respond: timedelta
    resolve: timedelta
    around_the_clock: bool = False
    """True: the clock ignores the working calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Planned work or a shared win that production should see; shown until `ends_at`."""

    kind: str
    """`planned` or `win`."""
    title: Words
    text: Words
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The agreement: what `plant.toml` says, checked and indexed."""

    name: str
    areas: Mapping[str, Area]
    kinds: Mapping[str, Kind]
    machines: Mapping[str, Machine]
    symptoms: Mapping[str, Symptom]
    matrix: Mapping[tuple[Impact, bool], Priority]
    """(impact, machine stopped) -> priority."""
    slas: Mapping[Priority, Sla]
    calendar: Calendar
    notices: tuple[Notice, ...] = ()
    label_url: str = ""
    """What our own labels begin with, where they lead a phone somewhere."""
    other_labels: Callable[[str], Iterable[str]] = lambda _: ()
    """What a label that is not ours may mean: ids and tags of machines."""
