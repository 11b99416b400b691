"""The agreement in further languages: a sheet that translators fill in, beside the plant file."""

import re
import shutil

import pytest

from kiosk import resources
from kiosk.cli import main
from kiosk.core.errors import ConfigError
from kiosk.i18n import languages
from kiosk.plant import load_plant
from kiosk.plant.texts_csv import words_of

EXAMPLE = resources.asset("example/plant.toml")


@pytest.fixture
def plant_with(tmp_path):
    """Give the example plant with this sheet beside it."""

    def load(sheet, encoding="utf-8"):
        shutil.copy(EXAMPLE.with_name("machines.csv"), tmp_path)
        text = re.sub(r"(?m)^texts = .*$", "", EXAMPLE.read_text())
        (tmp_path / "plant.toml").write_text(f'texts = "texts.csv"\n{text}')
        (tmp_path / "texts.csv").write_text(sheet, encoding=encoding)
        return load_plant(tmp_path / "plant.toml")

    return load


def test_a_text_is_translated_wherever_it_stands(plant_with):
    plant = plant_with("en,nl\nRobot,Robot\nPackaging,Verpakking\nNothing prints,Er komt niets uit\n")

    assert plant.areas["packaging"].name.get("nl") == "Verpakking"
    assert "Er komt niets uit" in {symptom.words.get("nl") for symptom in plant.symptoms.values()}


def test_what_is_not_translated_yet_is_told_apart(plant_with):
    plant = plant_with("en,nl\nPackaging,\n")
    name = plant.areas["packaging"].name

    assert not name.has("nl")
    assert name.get("nl") == "Packaging"


def test_what_the_plant_file_says_itself_is_believed(plant_with):
    plant = plant_with("en,de\nPackaging,Packerei\n")

    assert plant.areas["packaging"].name.get("de") == "Verpackung"


def test_any_language_of_the_plant_file_may_be_the_first_column(plant_with):
    plant = plant_with("de;nl\nVerpackung;Verpakking\n")

    assert plant.areas["packaging"].name.get("nl") == "Verpakking"


def test_a_spreadsheets_byte_order_mark_is_no_fault(plant_with):
    assert plant_with("en\tnl\nRobot\tRobot\n", encoding="utf-8-sig").kinds["robot"].name.has("nl")


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        ("en,Dutch please\nRobot,Robot\n", "line 1: the column 'dutch please' is no language"),
        ("en,nl,nl\nRobot,a,b\n", "line 1: the column 'nl' is there twice"),
        ("en,nl\nRobot\n", "line 2: has 1 cells where the first line has 2"),
        ("en,nl\n,x\n", "line 2: has nothing in its first column"),
        ("en,nl\nRobot,x\nRobot,y\n", "line 3: is the same text as line 2"),
        ("en,nl\nRobott,x\n", "Robott: is no text of the plant file; did you mean 'Robot'?"),
        (f"en,nl\nRobot,{'x' * 301}\n", "line 2: is too long for a screen"),
        ('en,nl\nRobot,"x\n', "is not valid CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(plant_with, sheet, fault):
    with pytest.raises(ConfigError) as told:
        plant_with(sheet)

    assert any(fault in f"{one.place}: {one.text}" for one in told.value.faults), told.value.faults


def test_the_sheet_for_translators_is_what_is_read_back(plant_with, tmp_path, capsys, monkeypatch):
    plant_with("en,nl\nPackaging,Verpakking\n")
    monkeypatch.chdir(tmp_path)
    assert main(["texts", "--languages", "en,nl,uk"]) == 0
    sheet = capsys.readouterr().out

    assert sheet.startswith("en,nl,uk\n")
    assert "Packaging,Verpakking,\n" in sheet
    assert plant_with(sheet).areas["packaging"].name.get("nl") == "Verpakking"


def test_a_language_that_is_none_is_refused(capsys):
    assert main(["texts", "--languages", "en,English!"]) == 2
    assert "is no language" in capsys.readouterr().err


def test_the_example_is_translated_into_every_language_we_ship():
    missing = [
        (code, words.get("en"))
        for words in words_of(load_plant(EXAMPLE))
        for code in (known.code for known in languages())
        if not words.has(code)
    ]

    assert missing == []
