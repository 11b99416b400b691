from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import needs
import pytest

from kiosk.ui import lockdown

# Some test modules import Kivy's classes at their head; from its first import on, it must keep to itself.
os.environ.update(lockdown._ENVIRONMENT)

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
