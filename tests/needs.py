"""What a test needs from the machine: absent, the test is skipped and says so; in CI it fails, because CI installs it."""

from __future__ import annotations

import os
import shutil

import pytest

IN_CI = os.environ.get("KIOSK_CI") == "1"


def missing(what: str) -> None:
    """Skip the test for lack of `what`, or fail it in CI."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI should have installed it")
    pytest.skip(f"needs {what}")


def program(name: str, *others: str) -> str:
    """Give the path of the first of these programs that is installed."""
    path = next(filter(None, map(shutil.which, (name, *others))), None)
    if path is None:
        missing(f"the program {name}")
    return path
