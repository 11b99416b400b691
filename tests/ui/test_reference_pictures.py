"""The main screens look as they did when somebody last looked at them: `make pictures` takes them anew, to be looked at.

They are compared in half size and with tolerance; another OpenGL than Mesa's software one draws edges in its own way.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from scenes import SCENES, busy
from stagehand import example_floor

from kiosk.ui.theme import THEME

FOLDER = Path(__file__).parent / "pictures"
UPDATE = os.environ.get("KIOSK_UPDATE_PICTURES") == "1"
UNLIKE, MOST_UNLIKE = 40, 0.002
"""By how much a pixel may differ before it counts, and what share of all may count."""

PICTURES = [
    *((scene, (1280, 800), "light", "en") for scene in ("home", "machines", "symptoms", "details_answered")),
    *((scene, (1280, 800), "light", "en") for scene in ("ticket_saved", "ticket_coming", "not_saved", "idle")),
    ("home", (1280, 800), "light", "ar"),
    ("ticket_coming", (1280, 800), "light", "ar"),
    ("ticket_late", (1280, 800), "dark", "en"),
    ("join", (1280, 800), "contrast", "en"),
    ("details_answered", (1280, 800), "light", "de"),
]

UPRIGHT = ("home", "machines", "symptoms", "details_answered")
"""The same on a panel that stands, 800x1280."""


@pytest.fixture
def floor():
    return example_floor()


@pytest.fixture
def software_gl(open_window):
    from kivy.graphics.opengl import GL_RENDERER, glGetString

    renderer = glGetString(GL_RENDERER).decode()
    if "llvmpipe" not in renderer:
        pytest.skip(f"the pictures were taken with Mesa's llvmpipe; this is {renderer}")


@pytest.mark.parametrize("shot", PICTURES, ids=lambda shot: f"{shot[0]}-{shot[1][0]}x{shot[1][1]}-{shot[2]}-{shot[3]}")
def test_the_screen_looks_as_it_did(pilot, floor, software_gl, shot):
    scene, size, palette, language = shot
    file = FOLDER / f"{scene}-{size[0]}x{size[1]}-{palette}-{language}.png"
    pilot.app.idle.seconds = 1e9
    pilot.resize(*size)
    THEME.use(palette)
    try:
        pilot.app.stage.forget()
        pilot.app.home()
        busy(floor)
        SCENES[scene](pilot.app, floor)
        pilot.app.speak(language)
        pilot.app._tick()
        picture = pilot.shot().reduce(2)
    finally:
        THEME.use("light")
    compare(picture, file)


@pytest.fixture(scope="module")
def upright(tmp_path_factory):
    """Draw the upright ones in a process of their own: a window that is not on any screen cannot change its shape."""
    folder = tmp_path_factory.mktemp("upright")
    shots = [sys.executable, Path(__file__).with_name("shots.py"), folder]
    options = ["--size", "800x1280", "--only", ",".join(UPRIGHT)]
    drawn = subprocess.run([*shots, *options], capture_output=True, text=True, timeout=120, check=False)
    assert drawn.returncode == 0, drawn.stderr
    return folder


@pytest.mark.parametrize("scene", UPRIGHT)
def test_the_upright_screen_looks_as_it_did(upright, software_gl, scene):
    name = f"{scene}-800x1280-light-en.png"

    compare(Image.open(upright / name).convert("RGB").reduce(2), FOLDER / name)


def compare(picture, file):
    """Tell whether `picture` looks as the one in `file`, or keep it where that was asked for."""
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        picture.quantize(128).save(file, optimize=True)
        return

    difference = share_unlike(picture, Image.open(file).convert("RGB"))
    if difference > MOST_UNLIKE:
        picture.save(file.with_suffix(".new.png"))
    assert difference <= MOST_UNLIKE, f"{difference:.2%} of {file.name} differ; it is beside it as .new.png"


def share_unlike(first, second):
    difference = ImageChops.difference(first, second).convert("L")
    return sum(difference.histogram()[UNLIKE:]) / (difference.width * difference.height)


def test_a_picture_that_lacks_a_button_is_found():
    whole = Image.open(FOLDER / "home-1280x800-light-en.png").convert("RGB")
    changed = whole.copy()
    changed.paste((255, 255, 255), (36, 175, 136, 220))  # the start button

    assert share_unlike(whole, changed) > MOST_UNLIKE
