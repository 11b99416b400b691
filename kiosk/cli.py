"""The command line: `kiosk run`, `check`, `report`, `forward`, `tickets`, `confirm`, `desk`, `demo`.

Exit code 0: done. 1: it did not work, and the reason was printed. 2: the command was not understood.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kiosk import __version__, logs
from kiosk.core.document import to_document
from kiosk.core.errors import ConfigError, DeliveryError, Fault, KioskError, LabelError
from kiosk.core.model import Delivery, DeliveryState, Entry
from kiosk.core.ports import Destination

log = logging.getLogger(__name__)

DONE, FAILED, MISUSED = 0, 1, 2


class UsageError(KioskError):
    """The command names something that is not there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    logs.configure(level="DEBUG" if options.verbose else "WARNING")
    try:
        code: int = options.run(options)
    except UsageError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return MISUSED
    except ConfigError as error:
        _print_faults(error.faults)
        return FAILED
    except KioskError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) had enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk", description="One reporting channel between the floor and IT.", parents=[_shared()]
    )
    parser.set_defaults(config=Path(os.environ.get("KIOSK_CONFIG", "kiosk.toml")), json=False, verbose=False)
    parser.add_argument("--version", action="version", version=f"kiosk {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[_shared()])
        sub.set_defaults(run=run)
        return sub

    run = command("run", _run, "show the terminal")
    run.add_argument(
        "--size", type=_size, metavar="WIDTHxHEIGHT", help="a window of this size instead of the full screen"
    )
    demo = command(
        "demo", _demo, "show the terminal with an example plant and the desk beside it; nothing to configure"
    )
    demo.add_argument(
        "--size", type=_size, metavar="WIDTHxHEIGHT", help="a window of this size instead of the full screen"
    )
    demo.add_argument("--data", type=Path, metavar="FOLDER", help="keep the demo's data here")
    demo.add_argument(
        "--shots", type=Path, metavar="FOLDER", help="play one report without a person and leave pictures here"
    )
    check = command("check", _check, "check both files and ask every destination")
    check.add_argument(
        "--try",
        dest="trial",
        action="store_true",
        help="also make one marked test ticket in every ticket system, with a photo and a comment, and close it",
    )
    report = command("report", _report, "file a ticket without a screen")
    report.add_argument("--machine", required=True, metavar="ID", help="id or label text of the machine")
    report.add_argument("--symptom", required=True, metavar="ID", help="id of the symptom in plant.toml")
    report.add_argument("--stopped", action="store_true", help="the machine is stopped")
    report.add_argument("--photo", type=Path, metavar="FILE", help="a picture of the fault")
    report.add_argument("--note", default="", metavar="TEXT", help="what else IT should know")
    report.add_argument("--who", default="", metavar="NAME", help="whom to ask for")
    forward = command("forward", _forward, "deliver what is due and fetch changes")
    forward.add_argument("--once", action="store_true", required=True, help="end when that is done")
    forward.add_argument("--timeout", type=float, default=0.0, metavar="SECONDS", help="keep trying for this long")
    command("tickets", _tickets, "list tickets, deliveries and statuses")
    confirm = command("confirm", _confirm, 'answer "Is it running again?"')
    confirm.add_argument("ticket", metavar="TICKET", help="id of the ticket, as `kiosk tickets` lists it")
    confirm.add_argument("answer", choices=("yes", "no"))
    desk = command("desk", _desk, "serve the embedded IT desk")
    desk.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    desk.add_argument("--port", type=int, default=8642)
    desk.add_argument(
        "--data", type=Path, default=Path("desk-data"), metavar="FOLDER", help="where the desk keeps its tickets"
    )
    desk.add_argument("--database", metavar="URL", help="a database other than SQLite in the data folder")
    desk.add_argument("--title", default="IT desk", help="what the pages call the desk")
    desk.add_argument("--add-person", metavar="NAME", help="let a person in (or give a new password), and end")
    desk.add_argument("--add-terminal", metavar="NAME", help="let a terminal in, print its token once, and end")
    return parser


def _shared() -> argparse.ArgumentParser:
    """Options that may stand before or after the command; unset ones are left out, so neither place undoes the other."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--config", type=Path, metavar="FILE", help="kiosk.toml of this terminal")
    shared.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print data as JSON")
    shared.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help="log every step")
    return shared


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1280x800")
    return int(width), int(height)


# ---------------------------------------------------------------- the terminal


def _run(options: argparse.Namespace) -> int:
    from kiosk.run import run_terminal  # noqa: PLC0415  Kivy is loaded for the commands that show something

    return run_terminal(options.config, size=options.size)


def _demo(options: argparse.Namespace) -> int:
    from kiosk.demo import run_demo  # noqa: PLC0415  as above

    return run_demo(size=options.size, data=options.data, shots=options.shots)


# ---------------------------------------------------------------- without a screen


def _check(options: argparse.Namespace) -> int:
    from kiosk.bootstrap import examine_setup  # noqa: PLC0415  pydantic costs a tenth of a second

    found = examine_setup(options.config)
    rows = [_asked(destination) for destination in found.destinations]
    is_sound = not found.faults and not any(row["error"] for row in rows)
    # Where something is wrong already, a test ticket would tell nothing new.
    steps = _tried(options.config) if options.trial and is_sound else iter(())
    if options.json:
        faults, tried = [to_document(f, whole=True) for f in found.faults], list(steps)
        print(json.dumps({"faults": faults, "destinations": rows, "trial": tried}, indent=2))
    else:
        _print_check(options.config, found.faults, rows)
        tried = [step for step in steps if _print_step(step)]
        if options.trial and not is_sound:
            print("no test ticket was made: put this right first")
    return DONE if is_sound and not any(step["error"] for step in tried) else FAILED


def _tried(config: Path) -> Iterator[dict[str, Any]]:
    """Send a test ticket through every ticket system, and give each step as it is done."""
    from kiosk.bootstrap import read_setup  # noqa: PLC0415  as above
    from kiosk.core.ports import Backend  # noqa: PLC0415  as above
    from kiosk.trial import Trial  # noqa: PLC0415  Pillow is needed for photos only

    setup = read_setup(config, strict=True)
    for backend in setup.destinations:
        if isinstance(backend, Backend):
            trial = Trial(backend, setup.plant, terminal=setup.config.terminal.name)
            try:
                for step in trial.run():
                    yield {"destination": backend.name, "ticket": trial.label, **dataclasses.asdict(step)}
            finally:
                backend.close()


def _print_step(step: dict[str, Any]) -> bool:
    where = f"{step['destination']} {step['ticket']}".strip()
    print(f"{where:<24} {step['name']:<32} {step['seconds']:6.1f} s  {step['error'] or 'works'}", flush=True)
    return True


def _asked(destination: Destination) -> dict[str, str]:
    error = ""
    try:
        destination.check()
    except DeliveryError as refusal:
        error = str(refusal) or "it gave no reason"
    except Exception as bug:  # plugins are other people's code, and the next destination is asked all the same
        log.debug("checking %s", destination.name, exc_info=True)
        error = f"a bug in this plugin, not in your settings ({type(bug).__name__}); --verbose shows where"
    finally:
        destination.close()
    return {"destination": destination.name, "state": "problem" if error else "ok", "error": error}


def _print_check(config: Path, faults: Sequence[Fault], rows: Sequence[dict[str, str]]) -> None:
    if faults:
        _print_faults(faults)
    else:
        print(f"{config}: both files are correct")
    for row in rows:
        print(f"{row['destination']}: {row['state']}{': ' + row['error'] if row['error'] else ''}")
    if not rows and not faults:
        print("there is no [[destinations]] yet: reports are kept on this terminal and go nowhere")


def _open(options: argparse.Namespace) -> Any:
    from kiosk.bootstrap import build_kiosk, read_setup  # noqa: PLC0415  as above

    return build_kiosk(read_setup(options.config, strict=False))


def _report(options: argparse.Namespace) -> int:
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


def _forward(options: argparse.Namespace) -> int:
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


def _tickets(options: argparse.Namespace) -> int:
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


def _confirm(options: argparse.Namespace) -> int:
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


def _desk(options: argparse.Namespace) -> int:
    from kiosk import desk  # noqa: PLC0415  an extra

    settings = desk.DeskSettings(
        data=options.data, host=options.host, port=options.port, database_url=options.database, title=options.title
    )
    if options.add_person:
        print(f"{options.add_person} may log in with the password {desk.add_person(settings, options.add_person)}")
    if options.add_terminal:
        print(f"token of terminal {options.add_terminal}: {desk.add_terminal(settings, options.add_terminal)}")
    if not (options.add_person or options.add_terminal):
        desk.serve(settings, ready=lambda url: print(f"the desk is at {url}", flush=True))
    return DONE


def _print_faults(faults: Sequence[Fault]) -> None:
    for fault in faults:
        print(fault, file=sys.stderr)
