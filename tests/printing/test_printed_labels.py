"""What the label printer gets is what a terminal reads."""

from __future__ import annotations

import dataclasses
import re
from itertools import groupby

import needs
import pytest
import zxingcpp
from fakes import small_plant
from PIL import Image

from kiosk.core.labels import label_text, read_label
from kiosk.core.plant import Machine
from kiosk.printing import MEDIA, LabelUnreadableError, read_codes, write
from kiosk.printing import media as media_module
from kiosk.printing.label import Size, draw

INVITATIONS = ["Problem? Scan here", "Störung? Hier scannen", "Awaria? Zeskanuj tutaj"]
MACHINES = [
    Machine(id=f"P-{number:04}", name=f"Zebra L{number}", area="packaging", kind="printer", place=f"D-{number:02}")
    for number in range(1, 31)
]
MOST_WORDS = Machine(
    id="lp_07.b-" + "x" * 32, name="Spritzgießmaschine " * 6, area="a", kind="k", place="Halle 3, Säule D-07, links"
)


@pytest.mark.parametrize("name", MEDIA)
def test_every_machine_gets_a_label_that_reads_back(name, tmp_path):
    medium = MEDIA[name]
    shown = []
    pages = list(media_module._pages(medium, MACHINES, INVITATIONS))
    for page in pages:
        shown += read_codes(page.picture)

    assert sorted(shown) == sorted(label_text(machine.id) for machine in MACHINES)
    per_page = medium.columns * medium.rows
    assert len(pages) == -(-len(MACHINES) // per_page)
    write(medium, MACHINES, INVITATIONS, tmp_path / "out")
    assert not list(tmp_path.rglob(".*")), "nothing is left beside it"


@pytest.mark.parametrize("name", [name for name, medium in MEDIA.items() if medium.columns * medium.rows > 1])
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_printed_sheet_is_read_by_another_decoder_too(name, dpi):
    """As a printer of so many dots would print it."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        needs.missing("the library libzbar0")
    medium = MEDIA[name]
    for page in media_module._pages(medium, MACHINES, INVITATIONS):
        share = dpi / medium.label.dpi
        printed = page.picture.convert("L").resize([round(side * share) for side in page.picture.size], Image.LANCZOS)
        rastered = printed.point(lambda value: 255 * (value > 127))
        found = zxingcpp.read_barcodes(rastered, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
        assert sorted(code.text for code in found) == sorted(read_codes(page.picture))
        for code in found:
            # One after the other, as labels are scanned.
            first, last = code.position.top_left, code.position.bottom_right
            label = rastered.crop((first.x - 30, first.y - 30, last.x + 30, last.y + 30))
            assert {read.data.decode() for read in pyzbar.decode(label)} == {code.text}


def test_a_label_may_lead_a_phone_to_the_desk(tmp_path):
    url = "HTTPS://DESK.EXAMPLE.COM/M"
    (path,) = write(MEDIA["a4-8"], MACHINES[:8], INVITATIONS, tmp_path / "labels.pdf", url=url)
    (page,) = media_module._pages(MEDIA["a4-8"], MACHINES[:8], INVITATIONS, url)

    assert path.exists()
    assert sorted(read_codes(page.picture)) == sorted(label_text(machine.id, url) for machine in MACHINES[:8])


def test_a_pdf_has_the_size_of_the_sheet(tmp_path):
    (path,) = write(MEDIA["a4-14"], MACHINES, INVITATIONS, tmp_path / "labels.pdf")

    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[ ?([\d. ]+) ?\]", data)}
    assert len(re.findall(rb"/Type /Page\b", data)) == 3
    ((_, _, width, height),) = boxes
    assert (width, height) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=0.5)


@pytest.mark.parametrize("dpi", [203, 300])
def test_zpl_carries_the_very_dots_that_were_read_back(dpi, tmp_path):
    (path,) = write(MEDIA[f"zpl-{dpi}"], MACHINES[:2], INVITATIONS, tmp_path / "labels.zpl")

    text = path.read_text()
    assert text.count("^XA") == text.count("^XZ") == 2
    for field, machine in zip(re.findall(r"\^GFA,(\d+),\1,(\d+),([0-9A-F]+)\^FS", text), MACHINES, strict=False):
        size, row, data = int(field[0]), int(field[1]), bytes.fromhex(field[2])
        assert len(data) == size
        picture = Image.frombytes("1", (row * 8, size // row), bytes(byte ^ 0xFF for byte in data))
        assert read_codes(picture) == [label_text(machine.id)]


def test_a_file_for_each_machine_bears_its_id(tmp_path):
    written = write(MEDIA["png"], MACHINES[:3], INVITATIONS, tmp_path / "labels")

    assert [path.name for path in written] == ["P-0001.png", "P-0002.png", "P-0003.png"]
    assert read_codes(Image.open(written[1])) == [label_text("P-0002")]


@pytest.mark.parametrize("name", MEDIA)
def test_the_longest_words_stay_on_their_label_and_off_the_code(name):
    size = MEDIA[name].label
    picture = draw(MOST_WORDS, INVITATIONS * 3, size)

    assert read_codes(picture) == [label_text(MOST_WORDS.id)]
    edge = size.dots(1)
    for strip in ((0, 0, picture.width, edge), (picture.width - edge, 0, *picture.size)):
        assert picture.crop(strip).convert("L").getextrema() == (255, 255), "nothing is cut off at the edge"


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_modules_are_whole_dots_and_as_large_as_a_camera_needs(dpi):
    """1.2 mm at least: what a camera of 720 lines reads at an arm's length."""
    picture = draw(MACHINES[0], INVITATIONS, Size(100, 50, dpi)).convert("L")
    row = [picture.getpixel((x, picture.height // 2)) for x in range(picture.height)]
    runs = [len(list(run)) for _, run in groupby(row)]
    module = min(runs)

    assert all(run % module == 0 for run in runs[1:-1])
    assert module / dpi * 25.4 >= 1.2


def test_a_small_plants_ids_fit_the_smallest_code_at_the_highest_correction():
    code = label_text("P-0007")

    assert len(code) == 10
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]{1,10}", code)


def test_what_does_not_read_back_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(media_module, "draw", lambda machine, invitations, size, url: Image.new("1", (400, 200), 1))

    with pytest.raises(LabelUnreadableError, match="P-0001"):
        write(MEDIA["png"], MACHINES, INVITATIONS, tmp_path / "labels")
    assert not (tmp_path / "labels").exists()


def test_a_label_of_another_machine_is_noticed(tmp_path, monkeypatch):
    other = dataclasses.replace(MACHINES[0], id="P-9999")
    monkeypatch.setattr(media_module, "draw", lambda machine, invitations, size, url: draw(other, invitations, size))

    with pytest.raises(LabelUnreadableError, match="P-9999"):
        write(MEDIA["a4-14"], MACHINES[:1], INVITATIONS, tmp_path / "labels.pdf")


def test_a_terminal_reads_what_was_printed():
    plant = small_plant()
    for machine in plant.machines.values():
        (text,) = read_codes(draw(machine, INVITATIONS, MEDIA["zpl-203"].label))
        assert read_label(text, plant.machines) is machine
