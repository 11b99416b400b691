from datetime import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kiosk.config import Config, load_config
from kiosk.core.errors import ConfigError, Fault
from kiosk.core.plant import Area, Calendar, Plant, Words
from kiosk.fields import Secret

SMALLEST = '[terminal]\nname = "K07"\n'


@pytest.fixture
def load(tmp_path):
    """Write a kiosk.toml and load it."""

    def load(content: str | bytes) -> Config:
        path = tmp_path / "kiosk.toml"
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return load_config(path)

    return load


@pytest.fixture
def faults(load):
    """Give the faults of a kiosk.toml as a person reads them, without the file's name."""

    def faults(content: str | bytes) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(content)
        return [f"{fault.place}: {fault.text}" if fault.place else fault.text for fault in caught.value.faults]

    return faults


def test_a_name_is_all_that_a_terminal_needs(load, tmp_path):
    config = load(SMALLEST)

    assert config.file == tmp_path / "kiosk.toml"
    assert config.terminal.name == "K07"
    assert config.terminal.area == ""
    assert config.terminal.language == "en"
    assert config.terminal.data == tmp_path / "data"
    assert config.terminal.plant == tmp_path / "plant.toml"
    assert config.terminal.admin_pin is None
    assert config.terminal.theme == "light"
    assert config.terminal.idle_seconds == 60
    assert config.scanner.type == "wedge"
    assert config.camera.device == "auto"
    assert config.destinations == ()


def test_everything_can_be_said(load, tmp_path, monkeypatch):
    monkeypatch.setenv("KIOSK_PIN", "2468")

    config = load("""
        [terminal]
        name = "K07"
        area = "packaging"
        language = "pl"
        languages = ["pl", "de", "en"]
        data = "/var/lib/kiosk"
        plant = "../plant/plant.toml"
        admin_pin = {env = "KIOSK_PIN"}
        theme = "contrast"
        idle_seconds = 90

        [scanner]
        type = "wedge"
        prefix = "~"

        [camera]
        device = "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0"
    """)

    assert config.terminal.languages == ("pl", "de", "en")
    assert config.terminal.data == Path("/var/lib/kiosk")
    assert config.terminal.plant == tmp_path / "../plant/plant.toml"
    assert config.terminal.admin_pin.get_secret_value() == "2468"
    assert config.scanner.prefix == "~"
    assert config.camera.device.endswith("C920-video-index0")


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(load):
    assert load(b'\xef\xbb\xbf[terminal]\r\nname = "K07"\r\n').terminal.name == "K07"


def test_destinations_keep_their_own_settings_as_they_are_written(load):
    config = load(
        SMALLEST + '[[destinations]]\ntype = "redmine"\nname = "it"\nurl = "https://x"\n[[destinations]]\ntype="memory"'
    )

    it, memory = config.destinations
    assert (it.type, it.name, it.place) == ("redmine", "it", "[[destinations]] #1 (it)")
    assert it.table == {"type": "redmine", "name": "it", "url": "https://x"}
    assert (memory.type, memory.name, memory.place) == ("memory", "memory", "[[destinations]] #2")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ["is empty; start from the example that comes with the kiosk"]),
        (" \n", ["is empty; start from the example that comes with the kiosk"]),
        ("name = \n", ["line 1, column 8: is not valid TOML: Invalid value"]),
        ("[terminal", ["end of document: is not valid TOML: Expected ']' at the end of a table declaration"]),
        ('{"terminal": {}}', ["line 1, column 1: is not valid TOML: Invalid statement"]),
        (
            '[plant]\nname="x"',
            ["is another kind of file: it has none of terminal, scanner, camera, screen, sound, destinations"],
        ),
        ('[terminal]\nname = "K\xff"'.encode("latin-1"), ["line 2: is not UTF-8 text; save the file as UTF-8"]),
        (SMALLEST.encode("utf-16"), ["line 1: is not UTF-8 text; save the file as UTF-8"]),
        ("#" * 70_000, ["is larger than 64 KiB; this cannot be the right file"]),
        ("x = " + "[" * 5000, ["is nested too deeply; this cannot be the right file"]),
        ("\n" + ".".join("a" * 20_000) + " = 1", ["line 2: has more than 50 dots; split it over several lines"]),
        ('"\u2028".' * 10_000 + "a = 1", ["line 1: has more than 50 dots; split it over several lines"]),
        ("[scanner]", ["terminal.name: is missing"]),
        ("terminal = 1", ["terminal: must be a table"]),
        ("[terminal]\nname = 7", ["terminal.name: must be a text in quotes"]),
        ('[terminal]\nname = "K 07"', ["terminal.name: must be 1 to 40 letters, digits and hyphens"]),
        (SMALLEST + 'aera = "packaging"', ["terminal.aera: is not a known setting; did you mean 'area'?"]),
        (SMALLEST + "[scaner]", ["scaner: is not known here; did you mean 'scanner'?"]),
        (
            SMALLEST + '[camera]\ndevice = "video0"',
            ["camera.device: must be 'auto', 'off' or a device such as '/dev/video0'"],
        ),
        (SMALLEST + "[camera]\ndevice = true", ["camera.device: must be a text in quotes"]),
        (SMALLEST + 'language = "English"', ["terminal.language: must be a language code such as 'en' or 'de'"]),
        (SMALLEST + 'languages = "de"', ["terminal.languages: must be a list in square brackets"]),
        (SMALLEST + 'languages = ["de"]', ["terminal: languages must hold 'en', the language it starts in"]),
        (SMALLEST + 'theme = "pink"', ["terminal.theme: must be one of: 'light', 'dark' or 'contrast'"]),
        (SMALLEST + "idle_seconds = 1", ["terminal.idle_seconds: must be greater than or equal to 10"]),
        (SMALLEST + "idle_seconds = 60.5", ["terminal.idle_seconds: must be a whole number"]),
        (SMALLEST + 'data = ""', ["terminal.data: must name a file or folder"]),
        (
            SMALLEST + 'data = "~nobody-of-this-name/x"',
            ["terminal.data: ~ stands for no home folder here; write the whole path"],
        ),
        (
            SMALLEST + 'data = "a\\u0000b"',
            ["terminal.data: has a control character in it; write a plain path"],
        ),
        (
            SMALLEST + 'admin_pin = "1234"',
            ['terminal.admin_pin: a secret is never written here: say {env = "NAME"} or {file = "path"}'],
        ),
        (
            SMALLEST + 'admin_pin = {env = "KIOSK_NO_SUCH_PIN"}',
            ["terminal.admin_pin: the environment variable KIOSK_NO_SUCH_PIN is missing, empty or not readable"],
        ),
        (
            SMALLEST + 'admin_pin = {file = "no-such.pin"}',
            ["terminal.admin_pin: the file no-such.pin is missing, empty or not readable"],
        ),
        (
            SMALLEST + "[destinations]\ntype = 'desk'",
            ["destinations: must be written as [[destinations]], in double square brackets"],
        ),
        (SMALLEST + "[[destinations]]\nname = 'it'", ["[[destinations]] #1 (it).type: is missing"]),
        (
            SMALLEST + "[[destinations]]\ntype = 'desk'\n[[destinations]]\ntype = 'redmine'\nname = 'Desk'",
            ["[[destinations]] #2 (Desk).name: 'Desk' is taken by [[destinations]] #1; give it another name"],
        ),
        (
            'x = 1\n[terminal]\nname = ""\n[scanner]\ntype = "laser"\n[[destinations]]',
            [
                "x: is not known here; there are: camera, destinations, scanner, screen, sound, terminal",
                "terminal.name: must be 1 to 40 letters, digits and hyphens",
                "scanner.type: must be one of: 'wedge'",
                "[[destinations]] #1.type: is missing",
            ],
        ),
    ],
)
def test_every_fault_is_told_with_its_place_and_what_to_do(faults, content, expected):
    assert faults(content) == expected


def test_a_file_that_does_not_exist_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match=r"no\.toml: does not exist; create it, or name another file"):
        load_config(tmp_path / "no.toml")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="is not a file"):
        load_config(tmp_path)


class _Settings(BaseModel):
    token: Secret
    other: str = ""


def test_a_secret_comes_from_a_file_beside_the_configuration_and_shows_nowhere(tmp_path):
    (tmp_path / "it.key").write_text("\ufeffs3cret\r\n", encoding="utf-8")

    settings = _Settings.model_validate({"token": {"file": "it.key"}}, context={"folder": tmp_path})

    assert settings.token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("pin", ["123", "12345678901234", "12a4", "\u0661\u0662\u0663\u0664"])
def test_a_pin_that_is_no_pin_is_refused_without_showing_it(load, monkeypatch, pin):
    monkeypatch.setenv("KIOSK_PIN", pin)

    with pytest.raises(ConfigError) as caught:
        load(SMALLEST + 'admin_pin = {env = "KIOSK_PIN"}')

    assert caught.value.faults[0].text == "a PIN has 4 to 12 digits and nothing else"
    assert pin not in str(caught.value)


def test_a_secret_written_into_the_file_is_not_repeated_in_the_fault(load):
    with pytest.raises(ConfigError) as caught:
        load(SMALLEST + 'admin_pin = "hunter2"\ntoken = "hunter3"')

    assert "hunter" not in str(caught.value)


def _plant(*areas: str) -> Plant:
    words = Words(by_language={"en": "x"})
    return Plant(
        name="x",
        areas={area: Area(id=area, name=words) for area in areas},
        kinds={},
        machines={},
        symptoms={},
        matrix={},
        slas={},
        calendar=Calendar(zone=None, hours={}),
    )


def test_the_terminals_area_is_one_of_the_plant(load, tmp_path):
    config = load(SMALLEST + 'area = "packing"')

    assert config.check_against(_plant("packing")) == []
    assert config.check_against(_plant("packaging", "assembly")) == [
        Fault(
            str(tmp_path / "kiosk.toml"),
            "terminal.area",
            "there is no area 'packing' in the plant file; did you mean 'packaging'?",
        )
    ]


def test_a_terminal_without_an_area_belongs_to_the_whole_plant(load):
    assert load(SMALLEST).check_against(_plant("packaging")) == []


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200)
    | st.text('[]{}="\n.,#-_terminalsc \ud800', max_size=200).map(SMALLEST.__add__)
)
def test_no_content_whatever_does_more_harm_than_a_config_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    try:
        config = load_config(path)
    except ConfigError as error:
        str(error).encode()  # it can be printed
    else:
        assert config.terminal.name


# ---------------------------------------------------------------- the night


def test_the_night_is_read_as_two_times(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text('[terminal]\nname = "K1"\n[screen]\nnight = "22:00-05:30"\n[sound]\nvolume = 40\nspeech = true\n')

    config = load_config(file)

    assert config.screen.night == (time(22), time(5, 30))
    assert (config.sound.volume, config.sound.speech, config.sound.silent_at_night) == (40, True, True)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('night = "late"', "must be a span of time such as '22:00-05:30'"),
        ('night = "22:00-22:00"', "must end at another time than it begins"),
        ("night_brightness = 101", "less than or equal to 100"),
    ],
)
def test_a_night_that_is_none_is_told(tmp_path, line, fault):
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[terminal]\nname = "K1"\n[screen]\n{line}\n')

    with pytest.raises(ConfigError, match=fault):
        load_config(file)
