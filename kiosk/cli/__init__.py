"""The command line: `kiosk run`, `setup`, `check`, `texts`, `labels`, `scan`, `report`, `tickets`, `desk`, `demo` ...

Exit code 0: done. 1: it did not work, and the reason was printed. 2: the command was not understood.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiosk import __version__, logs
from kiosk.cli import check, tickets
from kiosk.cli.codes import DONE, FAILED, MISUSED, UsageError
from kiosk.core.errors import ConfigError, KioskError


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
        check.print_faults(error.faults)
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
    asking = command("setup", _setup, "ask what a ticket system needs, try it, and write it into kiosk.toml")
    asking.add_argument("type", metavar="TYPE", help="jira, redmine, ...; an unknown one names those that there are")
    asking.add_argument("--name", metavar="NAME", help="what people call it, where there are two of a type")
    checking = command("check", check.check, "check both files and ask every destination")
    checking.add_argument(
        "--try",
        dest="trial",
        action="store_true",
        help="also make one marked test ticket in every ticket system, with a photo and a comment, and close it",
    )
    wording = command("texts", _texts, "print the agreement's words as a sheet for translators: texts.csv")
    wording.add_argument("--languages", metavar="CODES", help="such as en,de,uk; the first is the plant file's own")
    printing = command("labels", _labels, "write the machines' labels, each read back before it is written")
    printing.add_argument(
        "machines", nargs="*", metavar="MACHINE", help="an id, or FIRST..LAST as in the plant file; all"
    )
    printing.add_argument("--area", metavar="AREA", help="only the machines of this area")
    printing.add_argument(
        "--on", default="a4-14", metavar="MEDIUM", help="a sheet or printer; an unknown one lists them"
    )
    printing.add_argument("--output", type=Path, metavar="PATH", help="file, or folder where each machine has a file")
    scan = command("scan", _scan, "read the codes in pictures, as the terminal would")
    scan.add_argument("pictures", nargs="+", type=Path, metavar="IMAGE")
    report = command("report", tickets.report, "file a ticket without a screen")
    report.add_argument("--machine", required=True, metavar="ID", help="id or label text of the machine")
    report.add_argument("--symptom", required=True, metavar="ID", help="id of the symptom in plant.toml")
    report.add_argument("--stopped", action="store_true", help="the machine is stopped")
    report.add_argument("--photo", type=Path, metavar="FILE", help="a picture of the fault")
    report.add_argument("--note", default="", metavar="TEXT", help="what else IT should know")
    report.add_argument("--who", default="", metavar="NAME", help="whom to ask for")
    forward = command("forward", tickets.forward, "deliver what is due and fetch changes")
    forward.add_argument("--once", action="store_true", required=True, help="end when that is done")
    forward.add_argument("--timeout", type=float, default=0.0, metavar="SECONDS", help="keep trying for this long")
    command("tickets", tickets.tickets, "list tickets, deliveries and statuses")
    confirm = command("confirm", tickets.confirm, 'answer "Is it running again?"')
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


# ---------------------------------------------------------------- commands with imports of their own


def _labels(options: argparse.Namespace) -> int:
    from kiosk.cli.labels import labels  # noqa: PLC0415  Pillow and the decoder

    return labels(options)


def _texts(options: argparse.Namespace) -> int:
    from kiosk.cli.texts import texts  # noqa: PLC0415  pydantic costs a tenth of a second

    return texts(options)


def _scan(options: argparse.Namespace) -> int:
    from kiosk.cli.labels import scan  # noqa: PLC0415  as above

    return scan(options)


def _setup(options: argparse.Namespace) -> int:
    from kiosk.cli.setup import setup  # noqa: PLC0415  pydantic costs a tenth of a second

    return setup(options)


def _run(options: argparse.Namespace) -> int:
    from kiosk.run import run_terminal  # noqa: PLC0415  Kivy is loaded for the commands that show something

    return run_terminal(options.config, size=options.size)


def _demo(options: argparse.Namespace) -> int:
    from kiosk.demo import run_demo  # noqa: PLC0415  as above

    return run_demo(size=options.size, data=options.data, shots=options.shots)


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
