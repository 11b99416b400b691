"""`kiosk labels` and `kiosk scan`: labels for machines, and what a terminal reads in a picture."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from kiosk.cli.codes import DONE, FAILED, UsageError
from kiosk.config import Config, load_config
from kiosk.core.errors import KioskError, LabelError
from kiosk.core.labels import read_label
from kiosk.core.plant import Machine, Plant
from kiosk.faults import suggestion
from kiosk.i18n import Translator, languages
from kiosk.plant import load_plant
from kiosk.printing import INVITATION, MEDIA, write
from kiosk.scanner.decode import FORMATS, Decoder


def labels(options: argparse.Namespace) -> int:
    """Write the labels of the machines that were asked for."""
    medium = MEDIA.get(options.on)
    if medium is None:
        there = "\n".join(f"  {name:<10} {medium.about}" for name, medium in MEDIA.items())
        raise UsageError(f"there is no medium {options.on!r}; there are:\n{there}")
    config, plant = _files(options.config)
    machines = _chosen(plant, options.machines, options.area)
    target = options.output or Path(f"labels{medium.suffix if medium.encode else ''}")
    try:
        written = write(medium, machines, _invitations(config), target, url=plant.label_url)
    except OSError as error:
        raise KioskError(f"{target} could not be written: {error.strerror or error}") from error
    if options.json:
        print(json.dumps({"files": [str(path) for path in written], "machines": [machine.id for machine in machines]}))
    else:
        print(f"{len(machines)} labels, each read back: {written[0] if len(written) == 1 else target}")
    return DONE


def _files(path: Path) -> tuple[Config, Plant]:
    config = load_config(path)
    return config, load_plant(config.terminal.plant)


def _invitations(config: Config) -> list[str]:
    """Say it in each language of the terminal, its own first."""
    terminal = config.terminal
    offered = terminal.languages or tuple(language.code for language in languages())
    ordered = dict.fromkeys((terminal.language, *offered))
    return list(dict.fromkeys(Translator.load(language).tr(INVITATION) for language in ordered))


def _chosen(plant: Plant, wanted: Sequence[str], area: str | None) -> list[Machine]:
    if area is not None and area not in plant.areas:
        raise UsageError(f"there is no area {area!r} in the plant file; {suggestion(area, plant.areas)}")
    machines = list(_named(plant, wanted)) if wanted else list(plant.machines.values())
    chosen = [machine for machine in dict.fromkeys(machines) if area in (None, machine.area)]
    if not chosen:
        raise UsageError("none of these machines is in that area")
    return chosen


def _named(plant: Plant, wanted: Sequence[str]) -> Iterable[Machine]:
    order = list(plant.machines)
    for words in wanted:
        first, _, last = words.partition("..")
        ends = [order.index(_find(plant, name)) for name in (first, last or first)]
        yield from (plant.machines[key] for key in order[min(ends) : max(ends) + 1])


def _find(plant: Plant, name: str) -> str:
    try:
        return read_label(name, plant.machines, plant.other_labels).id
    except LabelError:
        raise UsageError(f"no machine {name!r} in the plant file; {suggestion(name, plant.machines)}") from None


# ---------------------------------------------------------------- reading


def scan(options: argparse.Namespace) -> int:
    """Print what each picture shows; done only where each shows one machine."""
    _, plant = _files(options.config)
    rows = [_read(path, plant) for path in options.pictures]
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(f"{row['file']}: {row['text'] or '-'}  {row['machine'] or row['error']}  {row['ms']:.1f} ms")
    return DONE if all(row["machine"] for row in rows) else FAILED


def _read(path: Path, plant: Plant) -> dict[str, Any]:
    row = {"file": str(path), "text": "", "machine": "", "error": "", "ms": 0.0}
    try:
        with Image.open(path) as picture:
            grey = picture.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        return row | {"error": f"no picture: {getattr(error, 'strerror', None) or 'its form is not known'}"}
    began = time.perf_counter()
    texts = list(Decoder(tuple(FORMATS.values())).look_thoroughly(grey).texts)
    row |= {"text": " | ".join(texts), "ms": round(1000 * (time.perf_counter() - began), 3)}
    match texts:
        case []:
            return row | {"error": "no code found"}
        case [text]:
            return row | _machine(text, plant)
        case _:
            return row | {"error": "several codes: a terminal takes neither"}


def _machine(text: str, plant: Plant) -> dict[str, str]:
    try:
        return {"machine": read_label(text, plant.machines, plant.other_labels).id}
    except LabelError as error:
        return {"error": str(error)}
