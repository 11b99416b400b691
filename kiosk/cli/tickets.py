"""`kiosk report`, `forward`, `tickets`, `confirm`: the terminal without its screen."""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from kiosk.cli.codes import DONE, FAILED, UsageError
from kiosk.core.document import to_document
from kiosk.core.errors import LabelError
from kiosk.core.model import Delivery, DeliveryState, Entry


def _open(options: argparse.Namespace) -> Any:
    from kiosk.bootstrap import build_kiosk, read_setup  # noqa: PLC0415  as above

    return build_kiosk(read_setup(options.config, strict=False))


def report(options: argparse.Namespace) -> int:
    """File a ticket without a screen."""
    from kiosk.photos import prepare_photo  # noqa: PLC0415  Pillow is needed for photos only

    kiosk = _open(options)
    try:
        draft = _draft(kiosk, options)
        with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
            if options.photo:
                draft = draft.show(prepare_photo(options.photo, Path(folder, "photo.jpg")))
            language = kiosk.setup.config.terminal.language
            entry = kiosk.terminal.report(draft, language=language).result()
    finally:
        kiosk.close()
    if options.json:
        print(json.dumps(_row(entry), indent=2))
    else:
        print(f"{entry.ticket.id} saved: {entry.ticket.machine_name}, {entry.ticket.words}, {entry.priority}")
    return DONE


def _draft(kiosk: Any, options: argparse.Namespace) -> Any:
    plant = kiosk.setup.plant
    try:
        machine = kiosk.terminal.scan(options.machine).machine
    except LabelError as error:
        raise UsageError(f"machine {options.machine!r}: {error or 'is not in the plant file'}") from error
    offered = {symptom.id: symptom for symptom in kiosk.terminal.symptoms(machine)}
    symptom = offered.get(options.symptom)
    if symptom is None:
        known = (
            "is not offered for this kind of machine"
            if options.symptom in plant.symptoms
            else "is not in the plant file"
        )
        raise UsageError(f"symptom {options.symptom!r} {known}; for {machine.name} there are: {', '.join(offered)}")
    draft = kiosk.terminal.new_draft().choose_machine(machine).choose_symptom(symptom)
    return draft.say(stopped=options.stopped, note=options.note, who=options.who)


def forward(options: argparse.Namespace) -> int:
    """Deliver what is due and fetch changes."""
    kiosk = _open(options)
    try:
        kiosk.terminal.tidy().result()
        threads = [
            threading.Thread(target=f.run_once, kwargs={"timeout": options.timeout}, name=f"forwarder:{f.name}")
            for f in kiosk.terminal.forwarders
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries, links = kiosk.terminal.entries(), kiosk.terminal.links()
    finally:
        kiosk.close()
    deliveries = [delivery for entry in entries for delivery in entry.deliveries]
    waiting = [d for d in deliveries if d.is_open]
    refused = [d for d in deliveries if d.state is DeliveryState.REJECTED]
    if options.json:
        shown = {"links": links, "waiting": waiting, "refused": refused}
        print(json.dumps({name: to_document(values, whole=True) for name, values in shown.items()}, indent=2))
    else:
        for link in links:
            print(f"{link.destination}: {link.state}{': ' + link.error if link.error else ''}")
        print(f"still to deliver: {len(waiting)}")
        if refused:
            print(f"refused, and not tried again by itself: {len(refused)}; `kiosk tickets` shows why")
    return FAILED if waiting or refused or any(link.error for link in links) else DONE


def tickets(options: argparse.Namespace) -> int:
    """List tickets with their deliveries."""
    kiosk = _open(options)
    entries = kiosk.terminal.entries()
    kiosk.close()
    if options.json:
        print(json.dumps([_row(entry) for entry in entries], indent=2))
        return DONE
    for entry in entries:
        who = f", {entry.progress.assignee}" if entry.progress.assignee else ""
        print(
            f"{entry.ticket.id}  {entry.ticket.machine_name}: {entry.ticket.it_term}  [{entry.priority}] {entry.status}{who}"
        )
        for delivery in entry.deliveries:
            print(f"    {_delivery_line(delivery)}")
    if not entries:
        print("no tickets")
    return DONE


def _delivery_line(delivery: Delivery) -> str:
    where = f" as {delivery.ref.label}" if delivery.ref else ""
    error = f" ({delivery.error})" if delivery.error else ""
    return f"{delivery.kind} to {delivery.destination}: {delivery.state}{where}{error}"


def _row(entry: Entry) -> Any:
    return to_document(entry, whole=True) | {"priority": str(entry.priority), "delivered": entry.is_delivered}


def confirm(options: argparse.Namespace) -> int:
    """Answer "Is it running again?"."""
    kiosk = _open(options)
    try:
        known = kiosk.terminal.entry(options.ticket)
        if known is None:
            raise UsageError(f"there is no ticket {options.ticket!r} on this terminal; `kiosk tickets` lists them")
        entry = _answered(kiosk.terminal, known, works=options.answer == "yes")
    finally:
        kiosk.close()
    text = f"{entry.ticket.id} {entry.status}{' already; nothing was changed' if entry is known else ''}"
    print(json.dumps(_row(entry), indent=2) if options.json else text)
    return DONE


def _answered(terminal: Any, entry: Entry, *, works: bool) -> Entry:
    """Give the entry after the answer: the same one where there was nothing left to confirm."""
    if works and not entry.status.is_open:
        return entry
    said = terminal.confirm(entry.ticket.id, works=True) if works else terminal.still_broken(entry.ticket.id)
    answered: Entry = said.result()
    return answered
