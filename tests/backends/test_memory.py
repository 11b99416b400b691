from __future__ import annotations

import pytest
from backends.samples import NOON, TICKET, sent

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import TemporaryError, UncertainError
from kiosk.core.model import DeliveryKind, Question, Status
from kiosk.core.plant import Priority

CREATE = sent(DeliveryKind.CREATE)


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend(MemorySettings(type="memory", name="it"), terminal="K7")


def test_a_create_sent_twice_makes_twins(backend):
    backend.deliver(CREATE, TICKET), backend.deliver(CREATE, TICKET)
    assert [remote.ref.label for remote in backend.tickets] == ["#1", "#2"]


def test_a_lost_answer_is_one_after_the_effect(backend):
    backend.fail_next(UncertainError("lost"), after_effect=True)
    with pytest.raises(UncertainError):
        backend.deliver(CREATE, TICKET)
    assert backend.find("T1") is not None


def test_a_fault_strikes_once_and_only_the_call_it_is_meant_for(backend):
    backend.fail_next(TemporaryError("down"), call="changes")
    backend.deliver(CREATE, TICKET)
    with pytest.raises(TemporaryError):
        backend.changes("")
    assert len(backend.changes("")[0]) == 1


def test_it_can_play_a_whole_repair(backend):
    backend.deliver(CREATE, TICKET)
    backend.take("T1", "Jana")
    backend.on_the_way("T1", "Jana", NOON)
    backend.ask("T1", Question(id="Q1", text="Is the lamp red?"))
    assert progress(backend).question == Question(id="Q1", text="Is the lamp red?")
    backend.work("T1", "Jana")
    backend.change_priority("T1", Priority.CRITICAL, "the whole line waits")
    backend.remark("T1", "New fuse needed", "Jana")
    backend.resolve("T1", cause="fuse", solution="replaced")
    now = progress(backend)
    assert (now.status, now.assignee, now.eta_at) == (Status.RESOLVED, "Jana", NOON)
    assert (now.priority, now.priority_reason) == (Priority.CRITICAL, "the whole line waits")
    assert (now.cause, now.solution, now.remarks[-1].text) == ("fuse", "replaced", "New fuse needed")
    backend.close_ticket("T1")
    assert backend.changes("")[0] == []


def progress(backend):
    return backend.changes("")[0][0].progress
