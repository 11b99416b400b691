"""Goes through every screen in every language."""

from __future__ import annotations

from scenes import SCENES


def each_view(pilot, floor, spoken):
    """Give every screen in every language, laid out: the name of the scene and the language."""
    for name, scene in SCENES.items():
        pilot.app.close_sheets()
        pilot.app.speak(spoken[0])
        scene(pilot.app, floor)
        for language in spoken:
            if pilot.app.language != language:
                _speak(pilot, floor, language, scene)
            pilot.lay_out(3)
            yield name, language


def _speak(pilot, floor, language, scene):
    """Change the language of the shown screen; a sheet over it is opened anew, as a person has to."""
    lay_again = getattr(scene, "again", None)
    if lay_again:
        pilot.app.close_sheets()
    pilot.app.speak(language)
    if lay_again:
        lay_again(pilot.app, floor)


def remember_every_text(monkeypatch):
    """Keep every measured text: a terminal speaks one language and then another, this goes round and round all of them."""
    from functools import cache

    from kiosk.ui import measure, text

    for module, names in (
        (text, ("_extents", "_length", "_reach", "printable")),
        (measure, ("width", "height", "wrapped", "fitting_size", "cut")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, cache(getattr(module, name).__wrapped__))
