"""The first start of a terminal: what it is until somebody has said who it is, and where that is written.

A `kiosk.toml` without a name, or none at all, is a terminal that was not set up yet: the same file, with its
destinations, can be put on five thousand of them.
"""

from __future__ import annotations

import re
import socket
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tomlkit

from kiosk.bootstrap import Setup, read_setup
from kiosk.config import examine_config
from kiosk.core.errors import ConfigError
from kiosk.core.plant import Calendar, Plant
from kiosk.storage.files import replace_text
from kiosk.ui.first_run import Answers

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")

_NO_PLANT = Plant(
    name="",
    areas={},
    kinds={},
    machines={},
    symptoms={},
    matrix={},
    slas={},
    calendar=Calendar(zone=ZoneInfo("UTC"), hours={}),
)


def is_needed(config: Path) -> bool:
    """Tell whether the terminal has no name yet; a file that is wrong in another way is for a person to mend."""
    if not config.exists():
        return True
    try:
        terminal = tomllib.loads(config.read_text(encoding="utf-8-sig")).get("terminal", {})
    except (OSError, ValueError):
        return False
    return isinstance(terminal, dict) and "name" not in terminal


def provisional(config: Path) -> tuple[Setup, Path | None]:
    """Give a terminal that is called what its computer is called, and the plant file's path where that file is missing.

    Raises:
        ConfigError: with every fault of both files.
    """
    name = _NOT_IN_NAMES.sub("-", socket.gethostname().partition(".")[0])[:40].strip("-") or "K1"
    known, faults = examine_config(config, name=name)
    if known is None or faults:
        raise ConfigError(faults)
    if not known.terminal.plant.exists():
        return Setup(config=known, plant=_NO_PLANT, destinations=()), known.terminal.plant
    return read_setup(config, strict=False, name=name), None


def save(config: Path, answers: Answers) -> None:
    """Write the answers into `[terminal]`; whatever else stands in the file stays, comments included.

    Raises:
        OSError: the file is as it was before.
    """
    text = config.read_text(encoding="utf-8-sig") if config.exists() else ""
    document = tomlkit.parse(text)
    terminal: Any = document.setdefault("terminal", tomlkit.table())
    wanted = {"name": answers.name, "area": answers.area, "language": answers.language}
    for key, value in wanted.items():
        if value:
            terminal[key] = value
        elif key in terminal:
            del terminal[key]
    replace_text(config, tomlkit.dumps(document), like=config)
