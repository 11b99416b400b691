"""`kiosk labels` writes them, `kiosk scan` reads them."""

from __future__ import annotations

import json

import pytest
from journeys.floor import write_config
from PIL import Image

from kiosk.cli import main


@pytest.fixture
def kiosk(tmp_path, capsys, monkeypatch):
    config = write_config(tmp_path / "terminal", "")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main(["--config", str(config), *map(str, words)])
        return code, capsys.readouterr()

    return run


def test_labels_of_the_whole_plant_are_one_file(kiosk, tmp_path):
    code, printed = kiosk("labels")

    assert code == 0
    assert (tmp_path / "labels.pdf").stat().st_size > 10_000
    assert "each read back" in printed.out


@pytest.mark.parametrize(
    ("words", "machines"),
    [
        (["P-0007"], ["P-0007"]),
        (["m-1013..M-1011"], ["M-1011", "M-1012", "M-1013"]),
        (["M-1011..M-1012", "P-0007", "M-1012"], ["M-1011", "M-1012", "P-0007"]),
        (["P-0007", "M-1011", "--area", "packaging"], ["P-0007"]),
    ],
)
def test_one_label_a_range_or_an_area_is_printed_again(kiosk, tmp_path, words, machines):
    code, _ = kiosk("labels", *words, "--on", "png", "--output", tmp_path / "again")

    assert code == 0
    assert sorted(path.stem for path in (tmp_path / "again").iterdir()) == sorted(machines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["P-0777"], "no machine 'P-0777'"),
        (["--area", "packagin"], "did you mean 'packaging'?"),
        (["--on", "papyrus"], "Avery L7163"),
        (["M-1011", "--area", "packaging"], "none of these machines"),
    ],
)
def test_what_is_not_there_is_said(kiosk, tmp_path, words, said):
    code, printed = kiosk("labels", *words)

    assert (code, said in printed.err) == (2, True)
    assert not list(tmp_path.glob("labels*"))


def test_a_folder_that_is_not_there_is_said_and_nothing_is_torn(kiosk, tmp_path):
    code, printed = kiosk("labels", "P-0007", "--output", tmp_path / "nowhere" / "labels.pdf")

    assert code == 1
    assert "could not be written" in printed.err


def test_scan_tells_the_machine_of_each_picture(kiosk, tmp_path):
    kiosk("labels", "P-0007", "M-1014", "--on", "png", "--output", tmp_path)

    code, printed = kiosk("scan", "--json", tmp_path / "P-0007.png", tmp_path / "M-1014.png")

    assert code == 0
    assert [row["machine"] for row in json.loads(printed.out)] == ["P-0007", "M-1014"]
    assert all(row["ms"] > 0 for row in json.loads(printed.out))


def test_scan_says_why_a_picture_names_no_machine(kiosk, tmp_path):
    kiosk("labels", "P-0007", "M-1014", "--on", "png", "--output", tmp_path)
    first, second = Image.open(tmp_path / "P-0007.png"), Image.open(tmp_path / "M-1014.png")
    both = Image.new("1", (first.width, 2 * first.height), 1)
    both.paste(first, (0, 0))
    both.paste(second, (0, first.height))
    both.save(tmp_path / "both.png")
    Image.new("L", (300, 300), 200).save(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("no picture")

    code, printed = kiosk(
        "scan", tmp_path / "both.png", tmp_path / "empty.png", tmp_path / "text.png", tmp_path / "nowhere.png"
    )

    assert code == 1
    lines = printed.out.splitlines()
    assert "takes neither" in lines[0]
    assert "no code found" in lines[1]
    assert "no picture" in lines[2]
    assert "No such file" in lines[3]
