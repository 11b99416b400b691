"""`kiosk check`: whether everything that reports need is there, before one is made."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kiosk.cli.codes import DONE, FAILED
from kiosk.core.document import to_document
from kiosk.core.errors import DeliveryError, Fault
from kiosk.core.ports import Destination

log = logging.getLogger(__name__)


def check(options: argparse.Namespace) -> int:
    """Check both files, ask every destination, and with `--try` send a test ticket."""
    from kiosk.bootstrap import examine_setup  # noqa: PLC0415  pydantic costs a tenth of a second

    found = examine_setup(options.config)
    rows = [asked(destination) for destination in found.destinations]
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


def asked(destination: Destination) -> dict[str, str]:
    """Ask one destination whether all that is needed is there, and close it."""
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
        print_faults(faults)
    else:
        print(f"{config}: both files are correct")
    for row in rows:
        print(f"{row['destination']}: {row['state']}{': ' + row['error'] if row['error'] else ''}")
    if not rows and not faults:
        print("there is no [[destinations]] yet: reports are kept on this terminal and go nowhere")


def print_faults(faults: Sequence[Fault]) -> None:
    """Print each on a line of its own."""
    for fault in faults:
        print(fault, file=sys.stderr)
