"""A terminal that stands still is started anew, and the report that was being made is still there. The real process."""

from __future__ import annotations

import contextlib
import signal
import socket
import time

import pytest
from floor import TerminalProcess, free_port, until, write_config

pytestmark = pytest.mark.journey

WATCHDOG_SECONDS = 3.0
DRAFT_KEPT = "Your report is still here."


class Supervisor:
    """Plays systemd for one terminal: its socket, its patience, its signal, its restart."""

    def __init__(self, screen, config):
        self.address = config.parent / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.address))
        self._socket.settimeout(0)
        self._screen, self._config = screen, config
        self.terminal = None
        self.heard = []

    def start(self):
        self.heard = []
        watched = {"NOTIFY_SOCKET": str(self.address), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
        self.terminal = TerminalProcess(self._screen, self._config, **watched)
        return self.terminal

    def listen(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.heard.append((time.monotonic(), self._socket.recv(4096).decode()))

    def has_heard(self, word, *, times=1):
        self.listen()
        return sum(word in text.split("\n") for _, text in self.heard) >= times

    def is_silent(self):
        """Tell whether the watchdog's patience is at its end."""
        self.listen()
        signs = [at for at, text in self.heard if "WATCHDOG=1" in text or "READY=1" in text]
        return time.monotonic() - signs[-1] > WATCHDOG_SECONDS

    def abort(self):
        """End it as systemd does: SIGABRT and SIGCONT, for the one that is stopped."""
        self.terminal.process.send_signal(signal.SIGABRT)
        self.terminal.process.send_signal(signal.SIGCONT)
        return self.terminal.process.wait(10)

    def close(self):
        if self.terminal is not None:
            self.terminal.close()
        self._socket.close()


@pytest.fixture
def supervisor(screen, tmp_path):
    destination = f'[[destinations]]\ntype = "desk"\nname = "far"\nurl = "http://127.0.0.1:{free_port()}"\n'
    (tmp_path / "terminal").mkdir()
    (tmp_path / "terminal" / "token").write_text("t0ken")
    config = write_config(tmp_path / "terminal", destination + 'token = { file = "token" }', area="packaging")
    supervisor = Supervisor(screen, config)
    yield supervisor
    supervisor.close()


def half_a_report(terminal):
    terminal.scan("KIOSK:P-0007")
    terminal.touch("Nothing prints")
    terminal.wait_for("Yes, it is stopped")


def test_it_says_ready_after_the_first_frame_then_lives_and_says_when_it_ends(supervisor):
    terminal = supervisor.start()

    until(lambda: supervisor.has_heard("WATCHDOG=1", times=3), "signs of life on a screen that rests")
    terminal.process.terminate()
    code = terminal.process.wait(20)

    supervisor.listen()
    assert code == 0
    assert supervisor.heard[0][1].startswith("READY=1")
    assert supervisor.heard[-1][1] == "STOPPING=1"


@pytest.mark.parametrize("what", ["busy", "blind", "forwarder", "stopped"])
def test_one_that_stands_still_is_restarted_with_the_draft(supervisor, what):
    terminal = supervisor.start()
    until(lambda: supervisor.has_heard("WATCHDOG=1"), "a sign of life")
    half_a_report(terminal)

    if what == "stopped":
        terminal.process.send_signal(signal.SIGSTOP)
    else:
        terminal.ask("break", what=what)
    broken_at = time.monotonic()
    until(supervisor.is_silent, "the watchdog to notice")
    noticed_after = time.monotonic() - broken_at
    code = supervisor.abort()
    again = supervisor.start()
    again.wait_for(DRAFT_KEPT)
    print(
        f"{what}: noticed after {noticed_after:.1f} s (patience {WATCHDOG_SECONDS:g} s), "
        f"back with the draft after {time.monotonic() - broken_at:.1f} s"
    )

    assert code == -signal.SIGABRT
    assert again.ask("screen") == "details"
    again.touch("OK")
    again.touch("Yes, it is stopped")
    again.touch("Send to IT")
    again.wait_for("Saved on this terminal")


def test_a_heart_that_always_beats_would_hide_that_nothing_is_drawn(supervisor):
    """The negative control."""
    terminal = supervisor.start()
    until(lambda: supervisor.has_heard("WATCHDOG=1"), "a sign of life")
    terminal.ask("break", what="careless")
    terminal.ask("break", what="blind")

    broken_at = time.monotonic()
    while time.monotonic() - broken_at < 2 * WATCHDOG_SECONDS:
        assert not supervisor.is_silent()
        time.sleep(0.2)


def test_a_crash_that_python_cannot_catch_leaves_a_trace_and_keeps_the_draft(supervisor):
    terminal = supervisor.start()
    half_a_report(terminal)

    with contextlib.suppress(AssertionError):
        terminal.ask("break", what="crash")
    code = terminal.process.wait(10)
    again = supervisor.start()

    again.wait_for(DRAFT_KEPT)
    log = (supervisor.address.parent / "data" / "kiosk.log").read_text()
    assert code == -signal.SIGSEGV
    assert "the run before this one was ended" in log
    assert "Segmentation fault" in log


def test_a_report_that_was_saved_just_before_the_end_is_shown_and_not_asked_for_again(supervisor):
    terminal = supervisor.start()
    half_a_report(terminal)
    kept = (supervisor.address.parent / "data" / "draft.json").read_bytes()
    terminal.touch("Yes, it is stopped")
    terminal.touch("Send to IT")
    terminal.wait_for("Saved on this terminal")
    terminal.kill()
    (supervisor.address.parent / "data" / "draft.json").write_bytes(kept)  # as if there had been no time to forget it

    again = supervisor.start()

    until(lambda: again.ask("screen") == "ticket", "the ticket")
    until(lambda: not (supervisor.address.parent / "data" / "draft.json").exists(), "the draft to be forgotten")
    assert not again.sees(DRAFT_KEPT)


def test_a_fault_at_every_frame_does_not_end_a_terminal_that_has_just_started(supervisor):
    terminal = supervisor.start()

    terminal.ask("break", what="fault")
    before = len(supervisor.heard)
    until(lambda: supervisor.has_heard("WATCHDOG=1", times=3), "signs of life")

    assert before < len(supervisor.heard)
    assert terminal.process.poll() is None
    assert terminal.ask("screen") == "home"
