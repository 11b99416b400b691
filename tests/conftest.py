from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import needs
import pytest

from kiosk.ui import lockdown

# Some test modules import Kivy's classes at their head; from its first import on, it must keep to itself.
os.environ.update(lockdown._ENVIRONMENT)

ASKS_REDMINE = re.compile(r"test_redmine_live|test_with_redmine|test_kill|test_backends.py::.*\[redmine(?!-fake)")
"""What asks the one real Redmine who did what: not side by side."""

LONGEST = (
    "ui/test_soak",
    "ui/test_monkey",
    "ui/test_hostile_texts",
    "faults/test_crash_states",
    "faults/test_every_line",
)
"""A minute and more each; begun last, one of them would keep one process busy while the other has nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not (ASKS_REDMINE.search(item.nodeid) or any(name in item.nodeid for name in LONGEST)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Keep the tests of a file together, for what they share is started once; and those of Redmine one after the other."""
    from xdist.scheduler import LoadScopeScheduling

    class ByServer(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "redmine" if ASKS_REDMINE.search(nodeid) else nodeid.partition("::")[0]

    return ByServer(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Let a log that quotes a lone surrogate travel from the process that ran the test: no encoding takes one."""
    report = yield
    # Of a test that passed nobody reads the log, and a hundred thousand crash states write a long one.
    report.sections = [(name, _sendable(text)) for name, text in report.sections if not report.passed]
    if report.failed and _sendable(str(report.longrepr)) != str(report.longrepr):
        report.longrepr = _sendable(str(report.longrepr))
    return report


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


@pytest.fixture
def tell(record_property):
    """Keep a figure for the end of the run, where the reliability table's figures are printed."""
    return lambda line: record_property("figure", line)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what the tests measured, side by side runs included."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [
        f"{report.nodeid}: {value}" for report in passed for name, value in report.user_properties if name == "figure"
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


REDMINE_SCRIPT = Path(__file__).parent / "servers" / "redmine.sh"


@pytest.fixture(scope="session")
def redmine(tmp_path_factory) -> dict[str, str]:
    """Where a real Redmine answers, and with which keys: the one CI started, or our own for this run."""
    started = os.environ.get("KIOSK_TEST_REDMINE")
    if started:
        yield _variables(Path(started))
        return
    if not shutil.which("dpkg-query") or not _has_redmine():
        needs.missing("a Redmine: run tests/servers/redmine.sh start DIR and set KIOSK_TEST_REDMINE=DIR/redmine.env")
    folder = tmp_path_factory.mktemp("redmine")
    subprocess.run([REDMINE_SCRIPT, "start", folder], check=True, timeout=240)
    yield _variables(folder / "redmine.env")
    subprocess.run([REDMINE_SCRIPT, "stop", folder], check=True, timeout=60)


def _has_redmine() -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status} ", "redmine", "redmine-sqlite", "puma"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.count("install ok installed") == 3


def _variables(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
