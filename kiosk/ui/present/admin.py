"""What the admin reads: what waits, which destination has trouble and why, and what runs here."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk import __version__
from kiosk.core.errors import LabelError
from kiosk.core.link import Link, LinkState
from kiosk.core.model import Delivery, DeliveryState, Entry
from kiosk.core.terminal import Terminal
from kiosk.core.text import clean_line
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times

LEAST_BUTTON = 15
"""In millimetres: a gloved finger misses a smaller one."""
_GIGABYTE = 1_000_000_000

_LINKS = {
    LinkState.CONNECTED: ("cloud-check", "good", N_("Connected")),
    LinkState.UNTRIED: ("cloud-sync", "info", N_("Not tried yet")),
    LinkState.RETRYING: ("cloud-off-outline", "warn", N_("No answer. This terminal keeps trying by itself.")),
    LinkState.PAUSED: ("cloud-alert", "bad", N_("Paused: somebody has to change a setting. Every report is kept.")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A ticket of which something has not left this terminal."""

    ticket: str = ""
    title: str = ""
    when: str = ""
    icon: str = "tray-full"
    tone: str = "warn"
    text: str = ""
    can_resend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One destination, in plain words and in IT's."""

    name: str = ""
    icon: str = "cloud-sync"
    tone: str = "info"
    state: str = ""
    error: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One thing to tell the help line."""

    name: str = ""
    value: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """What the scanner typed, and what it was read as."""

    text: str = ""
    meaning: str = ""
    icon: str = "barcode-scan"
    tone: str = "info"


# ---------------------------------------------------------------- the queue


def queue(terminal: Terminal, speak: Translator, now: datetime) -> list[QueueRow]:
    """Give the tickets of which something waits or was refused; the refused ones first."""
    stuck = [(entry, _worst(entry)) for entry in terminal.entries()]
    rows = [_queued(entry, delivery, terminal, speak, now) for entry, delivery in stuck if delivery is not None]
    return sorted(rows, key=lambda row: not row.can_resend)


def _worst(entry: Entry) -> Delivery | None:
    refused = (d for d in entry.deliveries if d.state is DeliveryState.REJECTED)
    waiting = (d for d in entry.deliveries if d.is_open)
    return next(refused, None) or next(waiting, None)


def _queued(entry: Entry, delivery: Delivery, terminal: Terminal, speak: Translator, now: datetime) -> QueueRow:
    is_refused = delivery.state is DeliveryState.REJECTED
    ticket = entry.ticket
    return QueueRow(
        ticket=ticket.id,
        title=f"{ticket.machine_name} · {ticket.it_term} · {ticket.id}",
        when=times.clock_time(ticket.reported_at, now=now, zone=terminal.plant.calendar.zone, speak=speak),
        icon="alert-octagon" if is_refused else "tray-full",
        tone="bad" if is_refused else "warn",
        text=_fate(delivery, speak),
        can_resend=is_refused,
    )


def _fate(delivery: Delivery, speak: Translator) -> str:
    name, error = delivery.destination, delivery.error
    match delivery.state:
        case DeliveryState.REJECTED:
            return speak.tr("{name} refused it: {reason}", name=name, reason=error)
        case DeliveryState.UNCERTAIN:
            return speak.tr("We are finding out whether {name} has it: {reason}", name=name, reason=error)
        case _ if error:
            return speak.ntr(
                "Waits for {name}, tried {n} time: {reason}",
                "Waits for {name}, tried {n} times: {reason}",
                delivery.attempts,
                name=name,
                reason=error,
            )
        case _:
            return speak.tr("Waits for {name}.", name=name)


# ---------------------------------------------------------------- the destinations


def links(terminal: Terminal, speak: Translator, now: datetime) -> list[LinkRow]:
    """Give the destinations and how each of them is."""
    return [_link(link, terminal, speak, now) for link in terminal.links()]


def _link(link: Link, terminal: Terminal, speak: Translator, now: datetime) -> LinkRow:
    icon, tone, state = _LINKS[link.state]
    since = ""
    if link.since is not None:
        at = times.clock_time(link.since, now=now, zone=terminal.plant.calendar.zone, speak=speak)
        since = speak.tr("since {time}", time=at)
    return LinkRow(
        name=link.destination, icon=icon, tone=tone, state=speak.tr(state), error=clean_line(link.error), since=since
    )


# ---------------------------------------------------------------- the scanner


def read_scan(text: str, terminal: Terminal, speak: Translator) -> ScanRow:
    """Say what was scanned and what it would do on the other screens."""
    shown = clean_line(text, limit=120)
    try:
        machine = terminal.scan(text).machine
    except LabelError as error:
        return ScanRow(text=shown, meaning=speak.tr(error.message_key), icon="qrcode-remove", tone="warn")
    meaning = speak.tr("Machine {machine}", machine=f"{machine.name} ({machine.id})")
    return ScanRow(text=shown, meaning=meaning, icon="check-decagram", tone="good")


# ---------------------------------------------------------------- versions


def facts(
    terminal: Terminal,
    speak: Translator,
    *,
    versions: Mapping[str, str],
    folder: str,
    screen: tuple[float, float] | None = None,
) -> list[FactRow]:
    """Give what the help line asks for; `versions` are those of libraries that only the caller knows.

    `screen` is the panel's diagonal in inches, and how many millimetres its smallest button measures.
    """
    plant, area = terminal.plant, terminal.plant.areas.get(terminal.area)
    everywhere, damaged = speak.tr("the whole plant"), terminal.damaged_records
    return [
        FactRow(name=speak.tr("Terminal"), value=terminal.name),
        FactRow(name=speak.tr("Area"), value=area.name.get(speak.language) if area else everywhere),
        FactRow(
            name=speak.tr("Plant"),
            value=speak.ntr("{name}, {n} machine", "{name}, {n} machines", len(plant.machines), name=plant.name),
        ),
        FactRow(name=speak.tr("Clock"), value=_clock(terminal, speak), tone="" if terminal.clock.is_set else "bad"),
        *([_screen(*screen, speak)] if screen else []),
        FactRow(name="Kiosk", value=__version__),
        FactRow(name="Python", value=platform.python_version()),
        *(FactRow(name=name, value=version) for name, version in versions.items()),
        FactRow(name=speak.tr("Data folder"), value=folder),
        FactRow(name=speak.tr("Damaged records"), value=str(damaged), tone="bad" if damaged else ""),
    ]


def _screen(inches: float, smallest: float, speak: Translator) -> FactRow:
    size = speak.tr("smallest button: {size} mm", size=f"{smallest:.0f}")
    return FactRow(
        name=speak.tr("Screen"), value=f"{inches:g}″ · {size}", tone="bad" if round(smallest) < LEAST_BUTTON else ""
    )


def _clock(terminal: Terminal, speak: Translator) -> str:
    local = terminal.clock.now().astimezone(terminal.plant.calendar.zone)
    if not terminal.clock.is_set:
        return speak.tr("Not set: it shows {time}", time=f"{local:%Y-%m-%d %H:%M}")
    return f"{local:%Y-%m-%d %H:%M}"


def folder_state(folder: Path | None, free_bytes: int | None, speak: Translator) -> str:
    """Say where the reports are kept and how much room is left there."""
    if folder is None:
        return speak.tr("in memory only")
    if free_bytes is None:
        return speak.tr("{folder}: cannot be read", folder=folder)
    free = f"{free_bytes / _GIGABYTE:.1f}"
    return speak.tr("{folder}: {free} GB free", folder=folder, free=free)
