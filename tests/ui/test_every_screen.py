"""What holds on every screen, in every language we ship, at every size and in every palette we support."""

import os

import pseudo
import pytest
from faults_of_screens import faults_of, untranslated
from scenes import busy
from stagehand import example_floor
from views import each_view, remember_every_text

from kiosk.i18n import languages

TIGHT = [(1280, 800), (800, 1280)]
"""The least room that there is, lying and upright."""
ROOMY = [(1366, 768), (1920, 1080), (1080, 1920)]
LONG = os.environ.get("KIOSK_LONG") == "1"
SHIPPED = [known.code for known in languages()]
TELLING = [code for code in ("de", "uk") if code in SHIPPED]
"""With long words, and in long sentences: where there is more room, these are looked at (in the long run all)."""


@pytest.fixture
def floor():
    """The example plant has more areas, machines and longer names than the small one."""
    return example_floor()


@pytest.fixture
def pilot(pilot, monkeypatch):
    """Nobody leaves this terminal alone, however much time passes in a scene."""
    remember_every_text(monkeypatch)
    pilot.app.idle.seconds = 1e9
    return pilot


@pytest.mark.parametrize("size", [*TIGHT, *ROOMY], ids=lambda size: f"{size[0]}x{size[1]}")
def test_texts_fit_and_fingers_find_their_targets(pilot, floor, size):
    busy(floor)
    pilot.resize(*size)
    spoken = SHIPPED if LONG or size in TIGHT else TELLING

    faults = [
        f"{language} {name}: {fault}"
        for name, language in each_view(pilot, floor, spoken)
        for fault in faults_of(pilot, size)
    ]

    assert not faults, "\n".join(faults)


def test_every_text_comes_from_a_catalogue_and_has_room_for_longer_ones(pilot, floor, monkeypatch):
    pseudo.install(monkeypatch)
    busy(floor)

    faults = [
        f"{name}: {fault}"
        for name, _ in each_view(pilot, floor, [pseudo.CODE])
        for fault in (*faults_of(pilot, (1280, 800)), *untranslated(pilot, floor.plant))
    ]

    assert not faults, "\n".join(faults)
