"""Every text is read, and every icon seen, in every palette: measured in the pixels of the drawn screens."""

import pytest
from faults_of_screens import pale, pale_in, upper_labels
from scenes import SCENES, busy
from stagehand import example_floor

from kiosk.ui.theme import PALETTES, THEME


@pytest.fixture
def floor():
    return example_floor()


@pytest.fixture
def painted():
    """Give the screens another palette for one test."""
    before = THEME.palette
    yield THEME.use
    THEME.use(before)


@pytest.mark.parametrize("palette", PALETTES)
def test_texts_and_icons_stand_out_from_what_they_stand_on(pilot, floor, painted, palette):
    pilot.app.idle.seconds = 1e9
    painted(palette)
    # Rules that were applied once apply again in the order of the colours, so screens are built anew.
    pilot.app.stage.forget()
    pilot.app.home()
    busy(floor)
    faults, looked_at = [], 0
    for name, scene in SCENES.items():
        pilot.app.close_sheets()
        scene(pilot.app, floor)
        pilot.lay_out()
        picture = pilot.shot(is_laid_out=True)
        looked_at += len(upper_labels(pilot))
        faults += [f"{name}: {fault}" for fault in pale_in(pilot, picture)]

    assert not faults, "\n".join(faults)
    assert looked_at > 10 * len(SCENES)


def test_a_pale_text_is_found(pilot):
    report = pilot.find_text("Report a problem")
    report.color = "#5577BB"

    assert list(pale(report, pilot.shot()))
