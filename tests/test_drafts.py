"""The draft is there for a program that is started again soon, and for nobody else."""

from __future__ import annotations

import dataclasses
import json

import pytest
from fakes import FakeClock, small_plant

from kiosk.core.draft import Draft
from kiosk.drafts import DraftFile

IDLE = 60.0


@pytest.fixture
def time():
    return FakeClock()


@pytest.fixture
def begun():
    plant = small_plant()
    draft = Draft(id="D1").choose_machine(plant.machines["P-0007"]).choose_symptom(plant.symptoms["noprint"])
    return draft.say(stopped=True, note="It beeps", who="Mira")


def drafts(tmp_path, clock):
    return DraftFile(tmp_path / "draft.json", plant=small_plant(), seconds=IDLE, clock=clock)


def left_behind(tmp_path, clock, draft):
    before = drafts(tmp_path, clock)
    before.keep(draft, language="pl")
    before.close()


def taken(tmp_path, clock):
    again = drafts(tmp_path, clock)
    kept = again.take().result(5)
    again.close()
    return kept


def test_what_was_begun_is_found_whole_by_the_next_start(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    time.advance(5)

    kept = taken(tmp_path, time.clock)

    assert (kept.draft, kept.language, kept.is_tried) == (begun, "pl", False)


def test_a_second_start_knows_that_the_first_one_ended_with_it(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    taken(tmp_path, time.clock)

    assert taken(tmp_path, time.clock).is_tried


def test_after_the_idle_time_it_is_nobodys(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    time.advance(IDLE + 1)

    assert taken(tmp_path, time.clock) is None
    assert list(tmp_path.iterdir()) == []


def test_a_jump_of_the_time_of_day_does_not_matter(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    time.wall = time.wall.replace(year=2041)

    assert taken(tmp_path, time.clock).draft == begun


def test_after_a_boot_it_is_nobodys(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)

    assert taken(tmp_path, dataclasses.replace(time.clock, boot="boot-2")) is None


def test_what_was_sent_or_dropped_is_gone(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    left_behind(tmp_path, time.clock, None)

    assert taken(tmp_path, time.clock) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", json.dumps({"boot": "boot-1", "at": 1000.0}).encode()])
def test_a_file_that_cannot_be_read_harms_nothing(tmp_path, time, content):
    (tmp_path / "draft.json").write_bytes(content)

    assert taken(tmp_path, time.clock) is None
    assert list(tmp_path.iterdir()) == []


def test_a_machine_that_is_not_in_the_plant_any_more_is_not_reported_on(tmp_path, time, begun):
    left_behind(tmp_path, time.clock, begun)
    row = json.loads((tmp_path / "draft.json").read_text())
    (tmp_path / "draft.json").write_text(json.dumps({**row, "machine": "gone"}))

    assert taken(tmp_path, time.clock) is None
