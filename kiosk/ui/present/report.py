"""What the three steps of a report show: machine, symptom, details."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kiosk.core.draft import Draft
from kiosk.core.plant import Area, Machine, Plant, Priority, Symptom, Words
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times
from kiosk.ui.present.tickets import standing

_PRIORITIES = {
    Priority.CRITICAL: (N_("Critical"), "bad", "alert-octagon"),
    Priority.HIGH: (N_("High"), "warn", "alert"),
    Priority.NORMAL: (N_("Normal"), "info", "information"),
}

LATIN = string.ascii_uppercase

_BEYOND_LATIN = {
    "cs": "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ", "de": "ÄÖÜ", "es": "ÁÉÍÑÓÚ", "fr": "ÀÇÉÈÊ", "hu": "ÁÉÍÓÖŐÚÜŰ", "it": "ÀÈÉÌÒÙ", "pl": "ĄĆĘŁŃÓŚŹŻ",
    "pt": "ÁÂÃÇÉÊÍÓÔÕÚ", "ro": "ĂÂÎȘȚ", "sk": "ÁÄČĎÉÍĽĹŇÓÔŔŠŤÚÝŽ", "tr": "ÇĞİÖŞÜ", "vi": "ĂÂĐÊÔƠƯ",
}  # fmt: skip
"""Letters beyond A to Z that names are written with. Chinese names are typed in Pinyin, Hindi ones in Latin letters."""

_MOST_BESIDE = 9
"""So many more letters fit beside A to Z with keys that a glove hits; more have a page of their own."""

_OWN_ALPHABETS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءأةى",
    "ru": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "uk": "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ",
}
"""Alphabets that stand in front of the Latin one, which a key leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area to look into."""

    area: str = ""
    name: str = ""
    icon: str = "factory"
    is_chosen: bool = False
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRow:
    """One machine, and what is already known about it."""

    machine: str = ""
    name: str = ""
    place: str = ""
    icon: str = "cog"
    status: str = ""
    tone: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRow:
    """One thing that may be wrong."""

    symptom: str = ""
    words: str = ""
    icon: str = "help-circle"
    badge: str = ""
    lent: str = ""
    """The language that the words are in where the operator's own has none yet, such as `EN`; empty where it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One line of what will be sent."""

    icon: str = "check"
    text: str = ""
    tone: str = "ink"


def areas(terminal: Terminal, speak: Translator, *, chosen: str) -> list[AreaRow]:
    """Give the areas, with how many problems are open in each."""
    return [_area(area, terminal, speak, chosen) for area in terminal.areas()]


def _area(area: Area, terminal: Terminal, speak: Translator, chosen: str) -> AreaRow:
    return AreaRow(
        area=area.id,
        name=area.name.get(speak.language),
        icon=area.icon,
        is_chosen=area.id == chosen,
        problems=len(terminal.board(area=area.id)),
    )


def machines(found: Iterable[Machine], terminal: Terminal, speak: Translator) -> list[MachineRow]:
    """Give a row per machine, with what is open on it."""
    return [_machine(machine, terminal, speak) for machine in found]


def _machine(machine: Machine, terminal: Terminal, speak: Translator) -> MachineRow:
    kind, open_here = terminal.plant.kinds.get(machine.kind), terminal.on_machine(machine.id)
    stands = standing(open_here[0], speak) if open_here else None
    return MachineRow(
        machine=machine.id,
        name=machine.name,
        place=" · ".join(filter(None, (machine.id, machine.place))),
        icon=kind.icon if kind else "cog",
        status=speak.tr("Reported") if stands else "",
        tone=stands.tone if stands else "warn",
    )


def search_result(text: str, count: int, speak: Translator) -> str:
    """Say how many machines were found."""
    if not text.strip():
        return speak.tr("Touch a few letters or digits.")
    if not count:
        return speak.tr("No machine found. Try fewer letters.")
    return speak.ntr("{n} machine found", "{n} machines found", count)


def machine_line(machine: Machine, speak: Translator) -> str:
    """Name a machine and its place."""
    if not machine.place:
        return machine.name
    return speak.tr("{machine} · place {place}", machine=machine.name, place=machine.place)


def symptoms(offered: Iterable[Symptom], speak: Translator) -> list[SymptomRow]:
    """Give a row per symptom, in the order in which it is offered."""
    return [
        SymptomRow(
            symptom=s.id,
            words=s.words.get(speak.language),
            icon=s.icon,
            badge=s.badge,
            lent=_lent(s.words, speak.language),
        )
        for s in offered
    ]


def _lent(words: Words, language: str) -> str:
    if words.has(language):
        return ""
    return next((code.upper() for code, text in words.by_language.items() if text == words.get(language)), "")


def summary(draft: Draft, speak: Translator) -> list[SummaryRow]:
    """Give the lines of what will be sent."""
    rows = []
    if draft.symptom is not None:
        rows.append(SummaryRow(icon=draft.symptom.icon, text=draft.symptom.words.get(speak.language)))
    if draft.stopped is not None:
        rows.append(_stopped(draft.stopped, speak))
    if draft.who:
        rows.append(SummaryRow(icon="account", text=draft.who))
    if draft.note:
        rows.append(SummaryRow(icon="message-text", text=draft.note))
    if draft.photo:
        rows.append(SummaryRow(icon="camera", text=speak.tr("1 photo")))
    return rows


def _stopped(stopped: bool, speak: Translator) -> SummaryRow:  # noqa: FBT001  the answer itself
    if stopped:
        return SummaryRow(icon="alert-octagon", text=speak.tr("The machine is stopped"), tone="bad")
    return SummaryRow(icon="play-circle", text=speak.tr("The machine still runs"), tone="good")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRow:
    """What both sides agreed for this report."""

    icon: str = "help-circle"
    tone: str = "info"
    title: str = ""
    text: str = ""


def promise(terminal: Terminal, draft: Draft, speak: Translator, now: datetime) -> PromiseRow:
    """Say when help comes by agreement, before the report is sent."""
    agreed = terminal.promise(draft)
    if agreed is None:
        return PromiseRow(title=speak.tr("One more answer"), text=speak.tr("Is the machine stopped?"))
    word, tone, icon = _PRIORITIES[agreed.priority]
    by = times.clock_time(agreed.respond_by, now=now, zone=terminal.plant.calendar.zone, speak=speak)
    within = times.duration(agreed.respond_within, speak)
    return PromiseRow(
        icon=icon,
        tone=tone,
        title=speak.tr(word),
        text=speak.tr("Answer from IT: {duration}, at the latest {time}.", duration=within, time=by),
    )


def alphabets(speak: Translator) -> list[str]:
    """Give the letters that the operator's language is written with; where that is not the Latin alphabet, that as well."""
    own = _OWN_ALPHABETS.get(speak.language)
    if own:
        return [own, LATIN]
    beyond = _BEYOND_LATIN.get(speak.language, "")
    return [LATIN, beyond] if len(beyond) > _MOST_BESIDE else [LATIN + beyond]


def search_alphabets(speak: Translator) -> list[str]:
    """Give the letters to search with: machines have Latin names nearly everywhere, and accents do not matter."""
    own = _OWN_ALPHABETS.get(speak.language)
    return [LATIN, own] if own else [LATIN]


def area_of(plant: Plant, machine: Machine | None, default: str) -> str:
    """Choose the area to open the list with."""
    if machine is not None:
        return machine.area
    return default if default in plant.areas else next(iter(plant.areas), "")
