"""Texts that break toolkits go into everything that shows a text: it stays whole, bounded, and quick enough for the next frame."""

from __future__ import annotations

import os
import time

import pytest
from hostile_texts import hostile_texts

TEXTS = 2000
LONG = os.environ.get("KIOSK_LONG") == "1"
BOXES = (300, 60), (800, 180)
"""A card's title; the largest room that a screen gives to a text from outside."""
MOST_MS = 50
"""The promise on a machine like ours; on any machine: not much slower than a long note that a person wrote."""
MOST_TIMES = 8
NOTE = "Die Etiketten kommen schief aus dem Drucker, und seit heute früh blinkt die rote Lampe. " * 6


def text_widgets():
    """Name everything of ours that has a text: whoever adds one finds it here."""
    from kivy.factory import Factory

    dynamic = [name for name, about in Factory.classes.items() if about["baseclasses"]]
    ours = [n for n, about in Factory.classes.items() if getattr(about["cls"], "__module__", "").startswith("kiosk.")]
    named = {name: Factory.get(name) for name in [*dynamic, *ours] if name != "Icon"}
    return sorted(name for name, cls in named.items() if hasattr(cls, "text") and _is_ours(cls))


def _is_ours(cls):
    return any(base.__module__.startswith("kiosk.") for base in cls.__mro__)


@pytest.fixture
def box(pilot):
    """A place for one widget in the real window."""
    from kivy.core.window import Window
    from kivy.uix.floatlayout import FloatLayout

    place = FloatLayout()
    Window.add_widget(place)
    yield place
    Window.remove_widget(place)


def _put(box, name, size):
    from kivy.factory import Factory

    widget = Factory.get(name)()
    box.clear_widgets()
    box.add_widget(widget)
    widget.size_hint = None, None
    widget.size = size
    return widget


def _milliseconds(pilot, widget, text):
    """Take the processor's time until the text is ready to be drawn."""
    widget.text = ""
    pilot.lay_out(1)
    began = time.process_time()
    widget.text = text
    pilot.lay_out(2)
    return 1000 * (time.process_time() - began)


def _forget():
    from kiosk.ui import measure, text

    for cached in (measure.width, measure.height, measure.wrapped, measure.fitting_size, measure.cut):
        cached.cache_clear()
    for cached in (text.printable, text._extents, text._width, text._length, text._reach, text._first_direction):
        cached.cache_clear()


def _afresh(pilot, widget, text):
    """Take the least of five times with nothing remembered."""
    times = []
    for _ in range(5):
        _forget()
        times.append(_milliseconds(pilot, widget, text))
    return min(times)


def _try(pilot, box, name, texts):
    slowest = 0.0, ""
    sizes = [(1280, 800)] if name.endswith("Sheet") else BOXES  # a sheet covers the whole screen
    for number, size in enumerate(sizes):
        widget = _put(box, name, size)
        # The one that draws them all gets each text in each box, what is made of it each text in one.
        for text in texts if name == "KLabel" or LONG else texts[number :: len(sizes)]:
            took = _milliseconds(pilot, widget, text)
            if took > MOST_MS / 2:
                # Something else may have come between: the text is guilty if it is slow each time, with nothing remembered.
                took = min(took, _afresh(pilot, widget, text))
            slowest = max(slowest, (took, text))
            for label in pilot.walk("KLabel", box):
                width, height = label.texture_size
                assert max(width, height) <= 2048, (name, ascii(text[:80]), label.texture_size)
    return slowest


def test_two_thousand_hostile_texts_in_the_widget_that_draws_every_text(pilot, box, tell):
    took, text = _try(pilot, box, "KLabel", hostile_texts(TEXTS))

    ordinary = _afresh(pilot, _put(box, "KLabel", BOXES[-1]), NOTE)
    tell(f"{TEXTS} texts in {len(BOXES)} boxes: at most {took:.0f} ms, {took / ordinary:.1f} times a long note's")
    assert took < MOST_TIMES * ordinary, ascii(text[:200])


@pytest.mark.timeout(900)
def test_every_other_widget_with_a_text_takes_them_too(pilot, box, tell):
    names = [name for name in text_widgets() if name != "KLabel"]
    assert {"Body", "Title", "Caption", "Field"} <= set(names)
    texts = hostile_texts(TEXTS)

    slowest = {name: _try(pilot, box, name, texts) for name in names}

    name = max(slowest, key=slowest.get)
    took, text = slowest[name]
    ordinary = _afresh(pilot, _put(box, "KLabel", BOXES[-1]), NOTE)
    tell(
        f"{len(texts)} texts in each of {len(names)} widgets: at most {took:.0f} ms, {took / ordinary:.1f} times a long note's, in {name}"
    )
    assert took < MOST_TIMES * ordinary, (name, ascii(text[:200]))


def test_a_label_that_draws_what_it_is_given_is_noticed(pilot, box, monkeypatch):
    from kiosk.ui.widgets import label

    monkeypatch.setattr(label, "_bounded", lambda text: text)
    widget = _put(box, "KLabel", BOXES[0])

    assert _afresh(pilot, widget, "word " * 400_000) > MOST_TIMES * _afresh(pilot, widget, NOTE)
