"""Machine labels: the text in the QR code, and what may stand for it when somebody types or scans something else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kiosk.core.errors import LabelError, UnknownMachineError
from kiosk.core.plant import Machine
from kiosk.core.text import clean_line

PREFIX = "KIOSK:"

_LONGEST = 512
_MACHINE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LABEL = re.compile(rf"(?P<prefix>{PREFIX} ?)?(?P<id>{_MACHINE_ID.pattern})", re.IGNORECASE | re.ASCII)


def is_machine_id(text: str) -> bool:
    """Tell whether `text` can be a machine's id: every scanner types it and every ticket system finds it."""
    return _MACHINE_ID.fullmatch(text) is not None


def label_text(machine_id: str) -> str:
    """Give the text to print in the QR code of a machine."""
    return PREFIX + machine_id


def read_label(text: str, machines: Mapping[str, Machine]) -> Machine:
    """Find the machine that `text`, from a scanner or a keyboard, names; capitals do not matter.

    Raises:
        UnknownMachineError: a label in our form, for a machine that is not in `machines`.
        LabelError: anything else, such as a web address or the barcode of a product.
    """
    label = None if len(text) > _LONGEST else _LABEL.fullmatch(clean_line(text))
    if label is None:
        raise LabelError(f"not a machine label: {clean_line(text, limit=60)!r}")
    machine = _find(label["id"], machines)
    if machine is None and label["prefix"]:
        raise UnknownMachineError(f"no machine {label['id']!r} in the plant file")
    if machine is None:
        raise LabelError(f"neither a machine label nor a machine's id: {label['id']!r}")
    return machine


def _find(machine_id: str, machines: Mapping[str, Machine]) -> Machine | None:
    wanted = machine_id.casefold()
    # A scan is rare and a plant has hundreds of machines, not millions: no index to keep in step.
    return machines.get(machine_id) or next((m for key, m in machines.items() if key.casefold() == wanted), None)
