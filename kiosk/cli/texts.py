"""`kiosk texts`: the agreement's words as a sheet for translators."""

from __future__ import annotations

import argparse
import re

from kiosk.cli.codes import DONE, UsageError
from kiosk.config import examine_config
from kiosk.i18n import languages
from kiosk.plant import load_plant
from kiosk.plant.texts_csv import sheet

_CODE = re.compile(r"[a-z]{2,3}")


def texts(options: argparse.Namespace) -> int:
    """Print the sheet; what is translated already stands in it.

    Raises:
        ConfigError: with every fault of the files.
    """
    wanted = options.languages.split(",") if options.languages else [known.code for known in languages()]
    for code in wanted:
        if not _CODE.fullmatch(code):
            raise UsageError(f"{code!r} is no language; write codes such as en,de,uk")
    plant_file = options.config.parent / "plant.toml"
    if options.config.exists():
        config, _ = examine_config(options.config)
        plant_file = config.terminal.plant if config else plant_file
    print(sheet(load_plant(plant_file), wanted), end="")
    return DONE
