"""What labels are printed on: sheets for office printers, rolls for label printers, ZPL, a picture for each machine."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops

from kiosk.core.labels import label_text
from kiosk.core.plant import Machine
from kiosk.printing.label import Size, draw
from kiosk.printing.readback import must_show


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """Where the labels lie on a page, in millimetres from its left upper corner."""

    about: str
    label: Size
    encode: Callable[[Sequence[Page]], bytes] | None
    """Makes one file of all pages; None: a file for each machine."""
    suffix: str
    page: tuple[float, float] | None = None
    """None: a page is one label."""
    first: tuple[float, float] = (0, 0)
    pitch: tuple[float, float] = (0, 0)
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read back, and what it shows."""

    picture: Image.Image
    dpi: int
    machines: tuple[Machine, ...]


def write(
    medium: Medium, machines: Sequence[Machine], invitations: Sequence[str], target: Path, *, url: str = ""
) -> list[Path]:
    """Write the labels of `machines` to `target`, a file or, for a file each, a folder; give what was written.

    Raises:
        LabelUnreadableError: a label does not read back; nothing was written.
        OSError: the file could not be written.
    """
    pages = list(_pages(medium, machines, invitations, url))
    if medium.encode is not None:
        return [_replace(target, medium.encode(pages))]
    target.mkdir(parents=True, exist_ok=True)
    return [_replace(target / f"{page.machines[0].id}{medium.suffix}", _png(page)) for page in pages]


def _pages(medium: Medium, machines: Sequence[Machine], invitations: Sequence[str], url: str = "") -> Iterator[Page]:
    size = medium.columns * medium.rows
    for start in range(0, len(machines), size):
        shown = tuple(machines[start : start + size])
        picture = _page(medium, [draw(machine, invitations, medium.label, url=url) for machine in shown])
        must_show(picture, [label_text(machine.id, url) for machine in shown])
        yield Page(picture, medium.label.dpi, shown)


def _page(medium: Medium, labels: Sequence[Image.Image]) -> Image.Image:
    if medium.page is None:
        return labels[0]
    dots = medium.label.dots
    page = Image.new("1", (dots(medium.page[0]), dots(medium.page[1])), "white")
    for number, label in enumerate(labels):
        row, column = divmod(number, medium.columns)
        page.paste(
            label, (dots(medium.first[0] + column * medium.pitch[0]), dots(medium.first[1] + row * medium.pitch[1]))
        )
    return page


def _pdf(pages: Sequence[Page]) -> bytes:
    file = io.BytesIO()
    first, *others = (page.picture for page in pages)
    first.save(file, "PDF", save_all=True, append_images=others, resolution=pages[0].dpi, title="Machine labels")
    return file.getvalue()


def _zpl(pages: Sequence[Page]) -> bytes:
    """Send each label as a picture: what was read back is what comes out, whatever fonts the printer has."""
    return b"".join(_zpl_label(page.picture) for page in pages)


def _zpl_label(picture: Image.Image) -> bytes:
    data = ImageChops.invert(picture.convert("L")).convert("1").tobytes()  # in ZPL a set bit is black
    row = (picture.width + 7) // 8
    field = f"^GFA,{len(data)},{len(data)},{row},{data.hex().upper()}"
    return f"^XA\n^PW{picture.width}\n^LL{picture.height}\n^FO0,0{field}^FS\n^XZ\n".encode()


def _png(page: Page) -> bytes:
    file = io.BytesIO()
    page.picture.save(file, "PNG", dpi=(page.dpi, page.dpi))
    return file.getvalue()


def _replace(path: Path, content: bytes) -> Path:
    """Write the whole file, or leave what was there."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    return beside.replace(path)


_sheet = partial(Medium, encode=_pdf, suffix=".pdf")
_A4, _LETTER = (210.0, 297.0), (215.9, 279.4)

MEDIA = {
    "a4-14": _sheet(
        about="A4, 2 x 7 labels of 99.1 x 38.1 mm (Avery L7163)",
        label=Size(99.1, 38.1, 300),
        page=_A4,
        first=(4.65, 15.15),
        pitch=(101.6, 38.1),
        columns=2,
        rows=7,
    ),
    "a4-8": _sheet(
        about="A4, 2 x 4 labels of 99.1 x 67.7 mm (Avery L7165)",
        label=Size(99.1, 67.7, 300),
        page=_A4,
        first=(4.65, 13.1),
        pitch=(101.6, 67.7),
        columns=2,
        rows=4,
    ),
    "letter-10": _sheet(
        about="US Letter, 2 x 5 labels of 4 x 2 in (Avery 5163)",
        label=Size(101.6, 50.8, 300),
        page=_LETTER,
        first=(4.0, 12.7),
        pitch=(106.3, 50.8),
        columns=2,
        rows=5,
    ),
    "roll-62": _sheet(about="a 62 mm roll, 100 mm a label (Brother DK)", label=Size(100, 62, 300)),
    "zpl-203": Medium(
        about="a ZPL printer of 203 dpi, 100 x 50 mm", label=Size(100, 50, 203), encode=_zpl, suffix=".zpl"
    ),
    "zpl-300": Medium(
        about="a ZPL printer of 300 dpi, 100 x 50 mm", label=Size(100, 50, 300), encode=_zpl, suffix=".zpl"
    ),
    "png": Medium(
        about="a picture for each machine, 100 x 50 mm", label=Size(100, 50, 300), encode=None, suffix=".png"
    ),
}
"""Name for the command line -> what it is. Measures are those that the makers publish."""
