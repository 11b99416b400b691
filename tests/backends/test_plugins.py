from __future__ import annotations

import logging
import sys
from importlib.metadata import EntryPoint, entry_points

import certifi
import pytest

from kiosk import logs, plugins
from kiosk.backends.memory import MemoryBackend
from kiosk.core.errors import ConfigError
from kiosk.fields import ConfigPath, Secret
from kiosk.plugins import HttpSettings, PluginSettings


class SampleSettings(HttpSettings):
    token: Secret
    folder: ConfigPath | None = None


class Sample:
    Settings = SampleSettings

    def __init__(self, settings: SampleSettings, *, terminal: str) -> None:
        self.settings, self.terminal = settings, terminal


@pytest.fixture
def sample(monkeypatch):
    """Offer `Sample` as another package would."""
    point = EntryPoint("sample", f"{__name__}:Sample", "kiosk.backends")

    def offered(**wanted):
        found = entry_points(**wanted)
        mine = wanted["group"] == "kiosk.backends" and wanted.get("name", "sample") == "sample"
        return [*found, point] if mine else found

    monkeypatch.setattr(plugins, "entry_points", offered)


def table(**more) -> dict[str, object]:
    return {"type": "sample", "url": "https://it.example/", "token": {"env": "SAMPLE_TOKEN"}, **more}


def built(**more) -> Sample:
    return plugins.build(
        "backends", table(**more), terminal="K7", file="/etc/kiosk/kiosk.toml", place="destinations[0]"
    )


def faults(**more) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        built(**more)
    return [str(fault) for fault in caught.value.faults]


def test_a_built_in_plugin_is_found_by_its_type():
    assert plugins.find("backends", "memory") is MemoryBackend


def test_every_built_in_plugin_can_be_imported_and_says_its_settings():
    for kind in ("backends", "notifiers"):
        for type_ in plugins.types(kind):
            assert issubclass(plugins.find(kind, type_).Settings, PluginSettings)


def test_no_type_is_both_a_backend_and_a_notifier():
    assert not set(plugins.types("backends")) & set(plugins.types("notifiers"))


def test_an_unknown_type_is_told_what_there_is():
    with pytest.raises(ConfigError, match=r"no 'lotus' among the backends; there are: .*memory"):
        plugins.find("backends", "lotus")


def test_another_package_can_offer_a_plugin(sample, monkeypatch):
    monkeypatch.setenv("SAMPLE_TOKEN", "abc")
    plugin = built()
    assert (plugin.terminal, plugin.settings.name, plugin.settings.url) == ("K7", "sample", "https://it.example")
    assert plugin.settings.token.get_secret_value() == "abc"


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules["kiosk.backends"].BUILT_IN, "lotus", "no_such_package:Lotus")
    with pytest.raises(ConfigError, match="needs the Python package 'no_such_package'"):
        plugins.find("backends", "lotus")


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules["kiosk.backends"].BUILT_IN, "lotus", "no_such_package:Lotus")
    monkeypatch.setattr(plugins, "_extras", lambda: ["lotus"])
    with pytest.raises(ConfigError, match=r"pip install 'kiosk\[lotus\]'"):
        plugins.find("backends", "lotus")


def test_every_fault_is_told_at_once_with_its_place(sample):
    place = "/etc/kiosk/kiosk.toml: destinations[0]."
    assert faults(url="redmine", timeout=0, colour="red") == [
        f"{place}url: not a web address: say it as https://host or https://host/path",
        f"{place}timeout: must be greater than 0",
        f"{place}token: the environment variable SAMPLE_TOKEN is missing, empty or not readable",
        f"{place}colour: is not a known setting; there are: {', '.join(sorted(SampleSettings.model_fields))}",
    ]


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(sample):
    (fault,) = faults(token="hunter2-hunter2")
    assert 'say {env = "NAME"} or {file = "path"}' in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize("token", [{}, {"env": "A", "file": "b"}, {"env": 3}, {"cloud": "x"}, 7, ["env"]])
def test_a_secret_has_exactly_one_source(sample, token):
    assert "a secret is never written here" in faults(token=token)[0]


def test_a_secret_file_lies_beside_the_configuration_and_loses_the_blanks_around_it(sample, tmp_path):
    (tmp_path / "token").write_text("\ufeffabc \r\n", encoding="utf-8")
    plugin = plugins.build("backends", table(token={"file": "token"}), terminal="K7", file=str(tmp_path / "kiosk.toml"))
    assert plugin.settings.token.get_secret_value() == "abc"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_secret_file_that_is_missing_or_empty_is_named(sample, tmp_path, content):
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    assert f"the file {path} is missing, empty or not readable" in faults(token={"file": str(path)})[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("~nobody-of-this-name/key", "~ stands for no home folder here; write the whole path"),
        ("a\0b", "has a control character in it; write a plain path"),
        (" ", "must name a file or folder"),
    ],
)
def test_a_path_that_can_be_none_is_a_fault_wherever_it_stands(sample, path, text):
    place = "/etc/kiosk/kiosk.toml: destinations[0]."
    assert faults(token={"file": path}, folder=path) == [f"{place}token: {text}", f"{place}folder: {text}"]


def test_a_secret_that_was_read_shows_in_no_log_line(sample, monkeypatch):
    monkeypatch.setattr(logs, "_secrets", set())
    monkeypatch.setenv("SAMPLE_TOKEN", "hunter2-hunter2")
    built()
    record = logging.LogRecord("kiosk", logging.INFO, "", 0, "refused: %s", ("hunter2-hunter2",), None)
    assert logs.OneLine().format(record).endswith("refused: ***")


def test_a_secret_shows_in_no_repr(sample, monkeypatch):
    monkeypatch.setenv("SAMPLE_TOKEN", "hunter2-hunter2")
    assert "hunter2" not in repr(built().settings) + str(built().settings.model_dump())


def test_a_path_is_relative_to_the_file_that_says_it(sample, monkeypatch):
    monkeypatch.setenv("SAMPLE_TOKEN", "abc")
    assert str(built(folder="photos").settings.folder) == "/etc/kiosk/photos"
    assert str(built(folder="/srv/photos").settings.folder) == "/srv/photos"


def test_a_file_of_certificates_is_looked_into(sample, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLE_TOKEN", "abc")
    (tmp_path / "ca.der").write_bytes(b"\x30\x82")
    place = "/etc/kiosk/kiosk.toml: destinations[0].ca_file: "
    assert str(built(ca_file=certifi.where()).settings.ca_file) == certifi.where()
    (fault,) = faults(ca_file=str(tmp_path / "ca.pem"))
    assert fault.startswith(f"{place}does not exist; name the file")
    (fault,) = faults(ca_file=str(tmp_path / "ca.der"))
    assert fault.startswith(f"{place}cannot be read as certificates; name a file in PEM form")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redmine.example",
        "ftp://redmine.example",
        "https://",
        "https://me:pw@redmine.example",
        "https://redmine.example/?key=1",
        "https://redmine.example:99999",
        "https://[::1",
        "https://red mine.example",
    ],
)
def test_only_a_plain_web_address_is_taken(sample, monkeypatch, url):
    monkeypatch.setenv("SAMPLE_TOKEN", "abc")
    (fault,) = faults(url=url)
    assert "destinations[0].url" in fault
    assert "pw" not in fault
