"""The command line on the example plant: what it prints, what it returns, what it keeps."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from kiosk import backends
from kiosk.backends.memory import MemoryBackend
from kiosk.cli import main
from kiosk.core.errors import RejectedError
from kiosk.storage import FolderDisk

PLANT = Path(__file__).parents[2] / "assets" / "example" / "plant.toml"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_text(f'[terminal]\nname = "K1"\narea = "packaging"\nplant = "{PLANT}"\n')
    return path


@pytest.fixture
def kiosk(config, capsys):
    def run(*words):
        code = main(["--config", str(config), *words])
        return code, capsys.readouterr()

    return run


def report(kiosk, *more):
    code, printed = kiosk("report", "--machine", "M-1014", "--symptom", "frozen", "--json", *more)
    assert code == 0, printed.err
    return json.loads(printed.out)


def test_check_of_correct_files_says_so_and_warns_that_reports_go_nowhere(kiosk):
    code, printed = kiosk("check")

    assert code == 0
    assert "both files are correct" in printed.out
    assert "go nowhere" in printed.out


def test_check_tells_every_fault_of_both_files_at_once(kiosk, config, tmp_path):
    (tmp_path / "plant.toml").write_text('[plant]\nname = "P"\n[[areas]]\nid = "a"\n')
    config.write_text('[terminal]\nname = "K 1"\nplant = "plant.toml"\n[[destinations]]\ntype = "redmin"\n')

    code, printed = kiosk("check")

    assert code == 1
    assert "terminal.name" in printed.err
    assert "plant.toml" in printed.err
    assert "Traceback" not in printed.err


def test_check_tells_what_is_wrong_with_a_destination_and_never_a_secret(kiosk, config):
    config.write_text(
        config.read_text()
        + '[[destinations]]\ntype = "redmine"\nname = "it"\nurl = "http://127.0.0.1:9"\nproject = "p"\n'
        + 'id_field = 1\napi_key = "s3cret-key"\n'
    )

    code, printed = kiosk("check")

    assert code == 1
    assert "[[destinations]] #1 (it).api_key" in printed.err
    assert "s3cret-key" not in printed.err + printed.out


def test_check_asks_every_destination(kiosk, config, monkeypatch):
    monkeypatch.setenv("DESK_TOKEN", "t0ken")
    config.write_text(
        config.read_text()
        + '[[destinations]]\ntype = "desk"\nname = "far"\nurl = "http://127.0.0.1:9"\ntoken = {env = "DESK_TOKEN"}\n'
        + '[[destinations]]\ntype = "memory"\nname = "near"\n'
    )

    code, printed = kiosk("check", "--json")

    rows = {row["destination"]: row for row in json.loads(printed.out)["destinations"]}
    assert code == 1
    assert rows["near"]["state"] == "ok"
    assert rows["far"]["state"] == "problem"


@pytest.mark.parametrize("fault", ['area = "nowhere"', '[camera]\ndevice = "x"', '[[destinations]]\ntype = "redmin"'])
def test_check_asks_what_can_be_asked_whatever_else_is_wrong(kiosk, config, fault):
    text = config.read_text().replace('area = "packaging"\n', "")
    config.write_text(f'{text}{fault}\n[[destinations]]\ntype = "memory"\nname = "near"\n')

    code, printed = kiosk("check")

    assert code == 1
    assert len(printed.err.splitlines()) == 1
    assert printed.out == "near: ok\n"


class Broken(MemoryBackend):
    """A plugin with a bug."""

    def check(self):
        raise TypeError("s3cret-key is no number")


def test_check_calls_a_bug_of_a_plugin_a_bug_and_asks_the_next_destination(kiosk, config, monkeypatch):
    monkeypatch.setitem(backends.BUILT_IN, "broken", f"{__name__}:Broken")
    config.write_text(
        config.read_text() + '[[destinations]]\ntype = "broken"\n[[destinations]]\ntype = "memory"\nname = "near"\n'
    )

    code, printed = kiosk("check")

    assert code == 1
    assert "broken: problem: a bug in this plugin, not in your settings (TypeError)" in printed.out
    assert "near: ok" in printed.out
    assert "s3cret-key" not in printed.out + printed.err


def test_a_report_is_kept_and_listed(kiosk):
    ticket = report(kiosk, "--stopped", "--note", "since 10 o'clock", "--who", "Mira")

    code, printed = kiosk("tickets", "--json")

    (listed,) = json.loads(printed.out)
    assert code == 0
    assert listed == ticket
    assert listed["ticket"]["stopped"] is True
    assert (listed["ticket"]["note"], listed["ticket"]["who"]) == ("since 10 o'clock", "Mira")
    assert listed["delivered"] is False


def test_a_photo_travels_small_and_without_what_the_camera_wrote(kiosk, tmp_path, config):
    exif = Image.Exif()
    exif[0x010F] = "ACME camera"
    Image.new("RGB", (4000, 3000), "red").save(tmp_path / "p.jpg", exif=exif)

    ticket = report(kiosk, "--photo", str(tmp_path / "p.jpg"))

    kept = config.parent / "data" / "photos" / f"{ticket['ticket']['id']}.jpg"
    with Image.open(kept) as photo:
        assert max(photo.size) == 1600
        assert not photo.getexif()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["report", "--machine", "X-1", "--symptom", "frozen"], 2, "X-1"),
        (["report", "--machine", "M-1014", "--symptom", "no-such"], 2, "is not in the plant file"),
        (["report", "--machine", "M-1014", "--symptom", "no-print"], 2, "is not offered for this kind"),
        (
            ["report", "--machine", "M-1014", "--symptom", "frozen", "--photo", "/no/such.jpg"],
            1,
            "not a readable picture",
        ),
        (["confirm", "NOSUCH", "yes"], 2, "`kiosk tickets` lists them"),
    ],
)
def test_what_is_not_there_is_named(kiosk, words, code, said):
    found, printed = kiosk(*words)

    assert found == code
    assert said in printed.err


@pytest.mark.parametrize("words", [[], ["fly"], ["report"], ["confirm", "T", "maybe"], ["run", "--size", "big"]])
def test_a_command_that_is_not_understood_ends_with_2(kiosk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        kiosk(*words)

    assert ended.value.code == 2


def test_hostile_text_becomes_clean_text(kiosk):
    ticket = report(kiosk, "--note", "[b]bold[/b] \x00\x1b[31m 😀 \udcff " + "x" * 5000)

    note = ticket["ticket"]["note"]
    assert len(note) <= 2000
    assert "\x00" not in note
    assert "\x1b" not in note
    assert "😀" in note
    note.encode()


def test_what_is_due_is_delivered_once_and_the_fix_can_be_confirmed(kiosk, config):
    config.write_text(config.read_text() + '[[destinations]]\ntype = "memory"\n')
    ticket = report(kiosk)["ticket"]["id"]

    code, printed = kiosk("forward", "--once")
    assert (code, "still to deliver: 0" in printed.out) == (0, True)
    code, printed = kiosk("confirm", ticket, "yes")
    assert (code, printed.out) == (0, f"{ticket} closed\n")
    code, printed = kiosk("tickets")
    assert f"{ticket}  CNC 14" in printed.out
    assert "create to memory: delivered as #1" in printed.out


def test_no_before_any_repair_is_a_remark_that_opens_nothing_again(kiosk, config):
    config.write_text(config.read_text() + '[[destinations]]\ntype = "memory"\n')
    ticket = report(kiosk)["ticket"]["id"]

    code, printed = kiosk("confirm", ticket, "no", "--json")

    answered = json.loads(printed.out)
    assert (code, answered["progress"]["status"]) == (0, "new")
    assert [d["kind"] for d in answered["deliveries"]] == ["create", "comment"]
    assert "Still broken." in answered["deliveries"][-1]["text"]


def test_a_second_yes_changes_nothing_and_says_so(kiosk, config):
    config.write_text(config.read_text() + '[[destinations]]\ntype = "memory"\n')
    ticket = report(kiosk)["ticket"]["id"]
    kiosk("confirm", ticket, "yes")
    before = kiosk("tickets", "--json")[1].out

    code, printed = kiosk("confirm", ticket, "yes")

    assert (code, printed.out) == (0, f"{ticket} closed already; nothing was changed\n")
    assert kiosk("tickets", "--json")[1].out == before


def test_what_cannot_be_delivered_is_kept_and_said(kiosk, config, monkeypatch):
    monkeypatch.setenv("DESK_TOKEN", "t0ken")
    config.write_text(
        config.read_text()
        + '[[destinations]]\ntype = "desk"\nname = "far"\nurl = "http://127.0.0.1:9"\ntoken = {env = "DESK_TOKEN"}\n'
    )
    report(kiosk)

    code, printed = kiosk("forward", "--once", "--timeout", "1")

    assert code == 1
    assert "far: retrying" in printed.out
    assert "still to deliver: 1" in printed.out


class Strict(MemoryBackend):
    """A ticket system that takes nothing."""

    def deliver(self, delivery, ticket):
        raise RejectedError("no such project")


def test_what_was_refused_is_told_apart_from_what_is_still_to_deliver(kiosk, config, monkeypatch):
    monkeypatch.setitem(backends.BUILT_IN, "strict", f"{__name__}:Strict")
    config.write_text(config.read_text() + '[[destinations]]\ntype = "strict"\n')
    report(kiosk)

    code, printed = kiosk("forward", "--once")

    assert code == 1
    assert "still to deliver: 0\nrefused, and not tried again by itself: 1; `kiosk tickets` shows why" in printed.out
    code, printed = kiosk("forward", "--once", "--json")
    shown = json.loads(printed.out)
    assert (code, shown["waiting"], [d["error"] for d in shown["refused"]]) == (1, [], ["no such project"])


def test_a_destination_with_wrong_settings_pauses_and_keeps_every_ticket(kiosk, config):
    config.write_text(
        config.read_text()
        + '[[destinations]]\ntype = "desk"\nname = "desk"\nurl = "http://127.0.0.1:9"\ntoken = {env = "NOT_THERE"}\n'
    )
    report(kiosk)

    code, printed = kiosk("forward", "--once")

    assert code == 1
    assert "desk: paused" in printed.out
    assert "NOT_THERE" in printed.out


def test_a_second_process_on_the_same_outbox_gets_a_clear_error(kiosk, config):
    disk = FolderDisk(config.parent / "data")
    words = [
        sys.executable,
        "-m",
        "kiosk",
        "--config",
        str(config),
        "report",
        "--machine",
        "M-1014",
        "--symptom",
        "frozen",
    ]

    other = subprocess.run(words, capture_output=True, text=True, check=False)
    disk.close()

    assert other.returncode == 1
    assert "in use by another kiosk process" in other.stderr
    assert "Traceback" not in other.stderr


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("kiosk 0.")


def route(config, *only):
    tables = (f'\n[[destinations]]\ntype = "memory"\nname = "d{n}"\n{line}\n' for n, line in enumerate(only))
    config.write_text(config.read_text() + "".join(tables))


def test_check_names_what_a_route_misspells(kiosk, config):
    route(
        config,
        "",
        'only = { areas = ["packing"], kinds = ["label-printer"], symptoms = ["nope"], priorities = ["high"] }',
    )

    code, printed = kiosk("check")

    assert code == 1
    assert (
        "[[destinations]] #2 (d1).only.areas: there is no area 'packing' in the plant file" in printed.err + printed.out
    )
    assert "[[destinations]] #2 (d1).only.symptoms: there is no symptom 'nope'" in printed.err + printed.out


def test_check_names_a_wrong_key_of_a_route(kiosk, config):
    route(config, "", 'only = { area = ["packaging"] }')

    code, printed = kiosk("check")

    assert code == 1
    assert "only.area" in printed.err + printed.out


def test_check_tells_what_no_ticket_system_takes(kiosk, config):
    route(config, 'only = { kinds = ["label-printer"] }')

    code, printed = kiosk("check")

    assert code == 1
    assert "nothing takes" in printed.err + printed.out
    assert "let one ticket system have no `only`" in printed.err + printed.out


def test_routes_that_cover_everything_are_correct(kiosk, config):
    route(config, 'only = { kinds = ["label-printer"] }', "")

    assert kiosk("check")[0] == 0
