"""What a first start finds, and what it leaves in kiosk.toml."""

import pytest

from kiosk import firstrun, resources
from kiosk.config import load_config
from kiosk.core.errors import ConfigError
from kiosk.ui.first_run import Answers

ANSWERS = Answers(name="K07", area="packaging", language="pl")
EXAMPLE = resources.asset("example/plant.toml")


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (None, True),
        ("[terminal]\n", True),
        ('[terminal]\narea = "packaging"\n', True),
        ('[[destinations]]\ntype = "desk"\n', True),
        ('[terminal]\nname = "K1"\n', False),
        ("terminal = 5\n", False),
        ("not toml", False),
    ],
)
def test_a_terminal_without_a_name_is_asked(tmp_path, text, needed):
    config = tmp_path / "kiosk.toml"
    if text is not None:
        config.write_text(text)

    assert firstrun.is_needed(config) is needed


def test_until_then_it_is_called_what_its_computer_is_called(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "hall_4.plant.example")
    for name in ("plant.toml", "machines.csv", "texts.csv"):
        (tmp_path / name).symlink_to(EXAMPLE.with_name(name))

    setup, missing = firstrun.provisional(tmp_path / "kiosk.toml")

    assert (setup.config.terminal.name, missing) == ("hall-4", None)
    assert "packaging" in setup.plant.areas


def test_a_plant_file_that_is_missing_is_named(tmp_path):
    setup, missing = firstrun.provisional(tmp_path / "kiosk.toml")

    assert missing == tmp_path / "plant.toml"
    assert setup.plant.machines == {}


def test_what_is_wrong_otherwise_is_told_as_ever(tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text('[terminal]\nidle_seconds = "long"\n')

    with pytest.raises(ConfigError, match="idle_seconds"):
        firstrun.provisional(config)


def test_the_answers_are_written_beside_what_is_there(tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text('# ours\n[terminal]\nidle_seconds = 90  # long\n\n[[destinations]]\ntype = "memory"  # a trial\n')
    config.chmod(0o640)

    firstrun.save(config, ANSWERS)

    text = config.read_text()
    assert "# ours" in text
    assert "# long" in text
    assert text.rstrip().endswith('type = "memory"  # a trial')
    known = load_config(config).terminal
    assert (known.name, known.area, known.language, known.idle_seconds) == ("K07", "packaging", "pl", 90)
    assert config.stat().st_mode & 0o777 == 0o640


def test_a_new_file_can_be_read_by_whoever_may_read_the_folder(tmp_path):
    config = tmp_path / "kiosk.toml"

    firstrun.save(config, Answers(name="K07", area="", language="en"))

    assert load_config(config).terminal.area == ""
    assert config.stat().st_mode & 0o111 == 0
    assert not firstrun.is_needed(config)
