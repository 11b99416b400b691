"""Reads the tables of `plant.toml`, has them checked, and builds the `Plant`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from kiosk.core.errors import ConfigError, Fault
from kiosk.core.plant import (
    Area,
    Calendar,
    Contact,
    Impact,
    Kind,
    Machine,
    Notice,
    Plant,
    Priority,
    Sla,
    Step,
    Symptom,
    Words,
)
from kiosk.faults import Row, Section, TomlFile
from kiosk.plant import sections
from kiosk.plant.checks import faults_between
from kiosk.plant.labels import LabelsSection, OtherLabels
from kiosk.plant.machines_csv import read_machines
from kiosk.plant.texts_csv import Texts, read_texts, unknown_texts

Table = TypeVar("Table", bound=Section)
_TRANSLATED = frozenset({"name", "words", "text", "title"})
"""The keys that hold a text in several languages."""

_MAX_BYTES = 1024 * 1024
_LISTS = ("areas", "kinds", "machines", "symptoms")
_MISSING = {key: f"is missing; write at least one [[{key}]]" for key in _LISTS}
_MISSING["machines"] += ', or machines = "machines.csv" above the first [table]'
_KEYS = ("plant", "texts", *_LISTS, "priorities", "calendar", "notices", "labels")


def load_plant(path: Path) -> Plant:
    """Read `plant.toml`, and the `machines.csv` and `texts.csv` that it may name.

    Raises:
        ConfigError: with every fault of all of them.
    """
    file = TomlFile(path, limit=_MAX_BYTES, keys=_KEYS)
    texts = _Texts(file)
    rows = {key: file.rows(key) for key in ("areas", "kinds", "symptoms", "notices")} | {"machines": _machines(file)}
    file.faults += [Fault(str(path), key, _MISSING[key]) for key in _LISTS if not file.table.get(key)]
    plant = file.parse(sections.PlantSection, file.section("plant"))
    areas = _parse_all(file, sections.AreaSection, rows["areas"])
    kinds = _parse_all(file, sections.KindSection, rows["kinds"])
    machines = _parse_all(file, sections.MachineSection, rows["machines"])
    symptoms = _parse_all(file, sections.SymptomSection, rows["symptoms"])
    priorities = file.parse(sections.PrioritiesSection, file.section("priorities"))
    calendar = file.parse(sections.CalendarSection, file.section("calendar"))
    notices = _parse_all(file, sections.NoticeSection, rows["notices"])
    labels = file.parse(LabelsSection, file.section("labels"))
    file.faults += faults_between(rows)
    areas, kinds = texts.translated(areas), texts.translated(kinds)
    symptoms, notices = texts.translated(symptoms), texts.translated(notices)
    texts.check()
    if plant is None or priorities is None or calendar is None or labels is None or file.faults:
        raise ConfigError(file.faults)
    return Plant(
        name=plant.name,
        areas={area.id: _area(area) for area in areas},
        kinds={kind.id: Kind(id=kind.id, name=_words(kind.name), icon=kind.icon) for kind in kinds},
        machines={machine.id: Machine(**machine.model_dump()) for machine in machines},
        symptoms={symptom.id: _symptom(symptom) for symptom in symptoms},
        matrix=_matrix(priorities.matrix),
        slas={priority: _sla(getattr(priorities, priority)) for priority in Priority},
        calendar=_calendar(calendar),
        notices=tuple(_notice(notice, ZoneInfo(calendar.zone)) for notice in notices),
        other_labels=OtherLabels(labels),
        label_url=labels.url or "",
    )


def _machines(file: TomlFile) -> list[Row]:
    written = file.table.get("machines")
    if not isinstance(written, str):
        return file.rows("machines")
    try:
        return read_machines(file.path.parent / written)
    except ConfigError as error:
        file.faults += error.faults
        return []


class _Texts:
    """The sheet of translations, if the plant file names one, and which of its texts were found there."""

    def __init__(self, file: TomlFile) -> None:
        self._file, self._known = file, set[str]()
        self._path: Path | None = None
        self._texts: Texts = {}
        written = file.table.get("texts")
        if written is None:
            return
        if not isinstance(written, str):
            file.faults.append(Fault(str(file.path), "texts", 'must be a file, such as texts = "texts.csv"'))
            return
        self._path = file.path.parent / written
        try:
            self._texts = read_texts(self._path)
        except ConfigError as error:
            file.faults += error.faults

    def translated(self, tables: list[Table]) -> list[Table]:
        """Give the tables with what the sheet says; what the plant file says itself is believed first."""
        return [table.model_copy(update=self._words_of(table)) for table in tables]

    def _words_of(self, table: Section) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        for name in type(table).model_fields:
            value = getattr(table, name)
            if name in _TRANSLATED and isinstance(value, dict):
                self._known |= set(value.values())
                found = (self._texts.get(text, {}) for text in value.values())
                changed[name] = {code: text for more in found for code, text in more.items()} | value
            elif name == "steps":
                changed[name] = tuple(self.translated(list(value)))
        return changed

    def check(self) -> None:
        """Add the rows of the sheet that translate nothing to the faults."""
        if self._path is not None and not self._file.faults:
            self._file.faults += unknown_texts(self._path, self._texts, self._known)


def _parse_all(file: TomlFile, section: type[Table], rows: Iterable[Row]) -> list[Table]:
    return [table for table in (file.parse(section, row) for row in rows) if table is not None]


def _words(by_language: Mapping[str, str]) -> Words:
    return Words(by_language=by_language)


def _area(area: sections.AreaSection) -> Area:
    contacts = tuple(Contact(**contact.model_dump()) for contact in area.contacts)
    return Area(id=area.id, name=_words(area.name), icon=area.icon, contacts=contacts)


def _symptom(symptom: sections.SymptomSection) -> Symptom:
    return Symptom(
        id=symptom.id,
        words=_words(symptom.words),
        it_term=symptom.it_term,
        impact=symptom.impact,
        icon=symptom.icon,
        badge=symptom.badge,
        catch_all=symptom.catch_all,
        kinds=frozenset(symptom.kinds),
        steps=tuple(Step(text=_words(step.text), icon=step.icon) for step in symptom.steps),
    )


def _matrix(matrix: sections.MatrixSection) -> dict[tuple[Impact, bool], Priority]:
    rows: dict[Impact, sections.MatrixRow] = {impact: getattr(matrix, impact) for impact in Impact}
    return {
        (impact, stopped): row.stopped if stopped else row.running
        for impact, row in rows.items()
        for stopped in (True, False)
    }


def _sla(sla: sections.SlaSection) -> Sla:
    return Sla(
        respond=timedelta(minutes=sla.respond),
        resolve=timedelta(minutes=sla.resolve),
        around_the_clock=sla.around_the_clock,
    )


def _calendar(calendar: sections.CalendarSection) -> Calendar:
    hours = {
        n: tuple((_time(start), _time(end)) for start, end in spans) for n, spans in enumerate(calendar.week.values())
    }
    return Calendar(zone=ZoneInfo(calendar.zone), hours=hours, holidays=frozenset(calendar.holidays))


def _time(minutes: int) -> time:
    hour, minute = divmod(minutes % sections.DAY, 60)
    return time(hour, minute)


def _notice(notice: sections.NoticeSection, zone: ZoneInfo) -> Notice:
    return Notice(
        kind=notice.kind,
        title=_words(notice.title),
        text=_words(notice.text),
        starts_at=_moment(notice.starts_at, zone),
        ends_at=_moment(notice.ends_at, zone),
        areas=frozenset(notice.areas),
    )


def _moment(written: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Give the moment in UTC; one without an offset is meant on the plant's own clock."""
    if written is None:
        return None
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)
