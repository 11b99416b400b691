"""Machine labels: the text in the QR code, and what may stand for it when somebody types or scans something else.

What we print is `K:P-0007*Z`: a mark, the id in capitals, a check character. Ten such characters fill the smallest QR code at its highest
error correction, so its modules are as large as the label allows.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping

from kiosk.core.errors import LabelError, UnknownMachineError
from kiosk.core.plant import Machine
from kiosk.core.text import clean_line

_LONGEST = 512
_MACHINE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_PRINTED = re.compile(rf"(?P<prefix>K: ?)(?P<id>{_MACHINE_ID.pattern})\*(?P<check>[0-9A-Z])", re.IGNORECASE | re.ASCII)
_LABEL = re.compile(rf"(?P<prefix>KIOSK: ?)?(?P<id>{_MACHINE_ID.pattern})", re.IGNORECASE | re.ASCII)
_ALPHABET = string.digits + string.ascii_uppercase


def is_machine_id(text: str) -> bool:
    """Tell whether `text` can be a machine's id: every scanner types it and every ticket system finds it."""
    return _MACHINE_ID.fullmatch(text) is not None


def label_text(machine_id: str, url: str = "") -> str:
    """Give the text to print in the QR code of a machine; with a `url` a phone that reads it lands there."""
    return f"{url + '/' if url else 'K:'}{machine_id.upper()}*{check_character(machine_id)}"


def check_character(machine_id: str) -> str:
    """Give the check character of an id's letters and digits (ISO 7064, MOD 37,36): it finds each wrong one and most swaps."""
    check = len(_ALPHABET)
    for char in filter(str.isalnum, machine_id.upper()):
        check = (check + _ALPHABET.index(char)) % 36 or 36
        check = check * 2 % 37
    return _ALPHABET[(1 - check) % 36]


def read_label(
    text: str, machines: Mapping[str, Machine], others: Callable[[str], Iterable[str]] = lambda _: ()
) -> Machine:
    """Find the machine that `text`, from a scanner or a keyboard, names; capitals do not matter.

    `others` reads labels that are not ours: it gives the names that such a text may mean. Two machines are none.

    Raises:
        UnknownMachineError: a label in our form, for a machine that is not in `machines`.
        LabelError: anything else, such as a web address, the barcode of a product, or a label that was read wrongly.
    """
    line = "" if len(text) > _LONGEST else clean_line(text)
    found, refusal = dict[str, Machine](), LabelError(f"not a machine label: {clean_line(text, limit=60)!r}")
    for name in (line, *others(line)):
        try:
            machine = _named(name, machines)
            found[machine.id] = machine
        except LabelError as error:
            refusal = error if name == line or isinstance(error, UnknownMachineError) else refusal
    if len(found) != 1:
        raise refusal
    return next(iter(found.values()))


def _named(line: str, machines: Mapping[str, Machine]) -> Machine:
    printed = _PRINTED.fullmatch(line)
    label = printed or _LABEL.fullmatch(line)
    if printed is not None and printed["check"].upper() != check_character(printed["id"]):
        raise LabelError(f"a label that was not read right: {line!r} has another check character")
    machine = _find(label["id"] if label else line, machines)
    if machine is None and label and label["prefix"]:
        raise UnknownMachineError(f"no machine {label['id']!r} in the plant file")
    if machine is None:
        raise LabelError(f"neither a machine label nor a machine's id: {clean_line(line, limit=60)!r}")
    return machine


def _find(name: str, machines: Mapping[str, Machine]) -> Machine | None:
    wanted = name.casefold()  # a scan is rare, and a plant has thousands of machines at most: no index
    is_it = (m for m in machines.values() if wanted in (m.id.casefold(), *map(str.casefold, m.tags)))
    return machines.get(name) or next(is_it, None)
