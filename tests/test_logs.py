import logging
import re
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk import logs


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Configure the log with a file, and undo it afterwards."""
    monkeypatch.setattr(logs, "_secrets", set())
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    file = tmp_path / "var" / "kiosk.log"
    logs.configure("INFO", file)
    yield file
    for handler in [handler for handler in root.handlers if handler not in before[1]]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[0])


def _lines(file):
    return file.read_text(encoding="utf-8").splitlines()


def _fail(text):
    raise ValueError(text)


def test_an_event_is_one_line_with_utc_time_level_and_name(log):
    logging.getLogger("kiosk.test").warning("paused: %s", "no such project")

    (line,) = _lines(log)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING kiosk\.test \[MainThread\] paused: no such project", line
    )


def test_events_below_the_level_are_left_out(log):
    logging.getLogger("kiosk.test").debug("noise")

    assert _lines(log) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("nul\x00", r"nul\x00"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2028b", r"a\u2028b"),
        ("\ud83d", r"\ud83d"),
        ("zażółć", "zażółć"),
    ],
)
def test_nothing_from_outside_can_begin_a_line_or_colour_it(log, text, written):
    logging.getLogger("kiosk.test").info("note: %s", text)

    (line,) = _lines(log)
    assert line.endswith(f"note: {written}")


def test_a_traceback_stays_on_the_line_of_its_event(log):
    try:
        _fail("line one\nline two")
    except ValueError:
        logging.getLogger("kiosk.test").exception("failed")

    (line,) = _lines(log)
    assert r"failed\nTraceback" in line
    assert line.endswith(r"ValueError: line one\nline two")


def test_a_secret_is_hidden_in_messages_addresses_and_tracebacks(log):
    logs.redact("s3cr/t")
    logs.redact("s3cr/t-and-more")
    try:
        _fail("bad token s3cr/t")
    except ValueError:
        logging.getLogger("kiosk.test").exception("GET https://x/?key=%s and %s", "s3cr%2Ft", "s3cr/t-and-more")

    (line,) = _lines(log)
    assert "GET https://x/?key=*** and ***\\n" in line
    assert line.endswith("bad token ***")


def test_a_value_too_short_to_be_a_secret_hides_nothing(log):
    logs.redact("")
    logs.redact("1")
    logging.getLogger("kiosk.test").info("1 of 1")

    assert _lines(log)[0].endswith("1 of 1")


def test_a_pin_that_looks_like_a_year_leaves_the_time_as_it_is(log):
    year = str(datetime.now(UTC).year)
    logs.redact(year)
    logging.getLogger("kiosk.test").info("typed %s", year)

    (line,) = _lines(log)
    assert line.startswith(f"{year}-")
    assert line.endswith("typed ***")


def test_configuring_again_replaces_the_earlier_setup(log, tmp_path):
    logs.configure("ERROR", tmp_path / "other.log")
    logging.getLogger("kiosk.test").error("once")

    assert _lines(log) == []
    assert len(_lines(tmp_path / "other.log")) == 1


def test_handlers_of_others_are_left_alone(log, caplog):
    logging.getLogger("kiosk.test").info("seen by both")

    assert caplog.messages == ["seen by both"]


def test_the_file_is_for_the_terminals_user_only(log):
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_log_stays_within_its_size(log):
    logger = logging.getLogger("kiosk.test")
    for _ in range(1400):
        logger.info("x" * 20_000)

    files = list(log.parent.iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) <= 16 * 1024 * 1024


def test_without_a_place_for_the_file_the_log_goes_on_on_standard_error(log, tmp_path, capsys):
    (tmp_path / "file").write_text("")

    logs.configure("INFO", tmp_path / "file" / "kiosk.log")

    assert "no log file" in capsys.readouterr().err


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=300))
def test_every_text_makes_one_line(text):
    line = logs.OneLine().format(logging.LogRecord("kiosk", logging.INFO, "", 0, "%s", (text,), None))

    assert len(line.splitlines()) == 1
    line.encode()
