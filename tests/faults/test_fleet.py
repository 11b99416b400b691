"""An outage of three days ends for a whole plant at one moment, and the server is not run over, nor does anybody wait for ever."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import pytest
from fleet import BUSY, POLL, Outcome, SimulatedTerminal, reconnect, reconnect_for_real

from kiosk.forwarder import circuit

LONG = os.environ.get("KIOSK_LONG") == "1"
SEEDS = range(20)
PEAK = {1000: 100, 5000: 150}


def worst(outcomes: list[Outcome]) -> Outcome:
    return Outcome(*(max(getattr(o, name) for o in outcomes) for name in ("peak", "requests", "drained", "first")))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("terminals", PEAK)
def test_a_fleet_comes_back_within_the_bounds(terminals, tell):
    with ProcessPoolExecutor(2) as pool:
        outcomes = list(pool.map(reconnect, [terminals] * len(SEEDS), SEEDS))

    seen = worst(outcomes)
    tell(f"{terminals} terminals, worst of {len(SEEDS)} seeds: {seen}")
    assert seen.peak <= PEAK[terminals]
    assert seen.requests <= 1.5
    assert seen.drained <= 1.5
    assert seen.first <= 2.0


@pytest.mark.timeout(3000 if LONG else 600)
@pytest.mark.parametrize("terminals", PEAK if LONG else [1000])
def test_whole_terminals_come_back_as_the_simulated_ones_do(terminals, tmp_path, tell, monkeypatch):
    """The same with everything that a terminal does: its tickets on its disk, its queue, each step of its forwarder."""
    monkeypatch.setattr(circuit.log, "disabled", True)
    real, simulated = reconnect_for_real(terminals, 0, tmp_path), reconnect(terminals, 0)

    tell(f"{terminals} whole terminals: {real}; simulated: {simulated}")
    assert real.peak <= PEAK[terminals]
    assert real.requests <= 1.5
    assert real.drained <= 1.5
    assert real.first <= 2.0


class WithoutPace(SimulatedTerminal):
    """What was there before: full jitter up to 30 s, a question after every ticket, and nothing that holds back."""

    def fail(self, error):
        self.circuit._failures = max(self.circuit._failures, 10)
        self.circuit._open(30.0 * self.circuit._random())

    def succeed(self):
        self.circuit.close()

    @property
    def next_at(self):
        return self.time.seconds + max(0.05 if self.left else POLL, self.circuit.wait)


class WithoutJitter(SimulatedTerminal):
    """Everybody waits exactly as long as everybody else."""

    scatter = 0.0

    def __init__(self, time, rng):
        super().__init__(time, lambda: 0.5)


def test_without_the_pace_the_server_is_run_over():
    outcome = reconnect(1000, 0, WithoutPace)
    assert outcome.peak > PEAK[1000] or outcome.requests > 1.5 or outcome.drained > 1.5


def test_without_jitter_they_all_knock_at_once():
    outcome = reconnect(1000, 0, WithoutJitter)
    assert outcome.peak > PEAK[1000] or outcome.requests > 1.5 or outcome.drained > 1.5


@pytest.mark.parametrize("terminals", [1, 10, 100])
def test_a_small_plant_is_done_within_minutes(terminals):
    outcome = reconnect(terminals, 1, give_up=1000)
    assert outcome.requests <= 1.5
    assert outcome.drained * terminals <= 900  # seconds: terminals x 20 tickets / 20 per s is one second each


def test_a_busy_server_is_no_outage():
    from fleet import VirtualTime

    time = VirtualTime()
    terminal = SimulatedTerminal(time, lambda: 0.5)
    terminal.fail(BUSY)
    assert terminal.circuit.outage == 0
    assert 1 < terminal.next_at < 30
