"""Desks for the tests: one for each test, and one that a module shares where nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_desk import RunningDesk, running_desk

from kiosk.desk import DeskSettings, credentials


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch) -> None:
    """What makes a password slow to guess would make a hundred logins slow to test."""
    monkeypatch.setitem(credentials.COST, "n", 2**4)


@pytest.fixture
def settings(tmp_path) -> DeskSettings:
    return DeskSettings(data=tmp_path / "desk", port=0, title="Help desk")


@pytest.fixture
def desk(settings) -> Iterator[RunningDesk]:
    with running_desk(settings) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_desk(tmp_path_factory) -> Iterator[RunningDesk]:
    """A desk for tests that leave nothing behind."""
    with running_desk(DeskSettings(data=tmp_path_factory.mktemp("desk"), port=0, title="Help desk")) as running:
        yield running
