"""Two faults at once: the disk, the network, a restart and an impatient person, and still one ticket and no untruth."""

from datetime import datetime, timedelta

import pytest
from fakes import FaultyMemory, Floor

from kiosk.backends.memory import MemoryBackend, MemorySettings
from kiosk.core.errors import RejectedError, StorageError, TemporaryError, UncertainError
from kiosk.core.model import DeliveryKind, DeliveryState, Status
from kiosk.core.outbox import Outbox
from kiosk.notifiers.memory_notes import MemoryNotifier, MemoryNotifierSettings


class Settling(MemoryBackend):
    """A ticket system whose look-up shows a new ticket only after 15 s."""

    settle = timedelta(seconds=15)

    def __init__(self, floor_time):
        super().__init__(MemorySettings(type="memory", name="it"), terminal="K1")
        self._time = floor_time
        self.now = floor_time.clock.now
        self._born = {}

    def deliver(self, delivery, ticket):
        self._born.setdefault(ticket.id, self._time.seconds)
        return super().deliver(delivery, ticket)

    def find(self, ticket_id):
        visible = self._time.seconds >= self._born.get(ticket_id, 0) + 14
        return super().find(ticket_id) if visible else None


@pytest.fixture
def floor():
    floor = Floor()
    yield floor
    floor.terminal.stop()


def settling_floor(disk=None, backend=None, time=None):
    floor = Floor(disk=disk, destinations=())
    if time is not None:
        floor.time.__dict__.update(time.__dict__)
    backend = backend or Settling(floor.time)
    backend._time = floor.time
    floor.destinations = floor.terminal._destinations = (backend,)
    floor.forwarders = [floor._forwarder(backend)]
    floor.terminal.forwarders = tuple(floor.forwarders)
    return floor, backend


def state(floor, ticket_id):
    return floor.outbox.get(ticket_id).deliveries[0].state


def test_a_full_disk_after_the_delivery_and_then_a_failed_look_up_make_no_twin(floor, monkeypatch):
    real = floor.it.deliver

    def deliver_and_fill_the_disk(delivery, ticket):
        ref = real(delivery, ticket)
        monkeypatch.setattr(FaultyMemory, "full", True)
        return ref

    floor.it.deliver = deliver_and_fill_the_disk
    entry = floor.report()
    floor.step()
    monkeypatch.setattr(FaultyMemory, "full", False)
    floor.it.deliver = real
    floor.it.fail_next(TemporaryError("no network"), call="find")
    floor.pass_time(120)

    assert len(floor.it.tickets) == 1
    assert state(floor, entry.ticket.id) is DeliveryState.DELIVERED


def test_a_restart_does_not_shorten_the_time_a_look_up_needs():
    first, backend = settling_floor()
    backend.fail_next(UncertainError("answer lost"), after_effect=True)
    first.report()
    first.step(steps=3)
    first.terminal.stop()

    second, _ = settling_floor(first.disk, backend, first.time)
    second.ids = (f"U{n}" for n in range(9))
    second.pass_time(120)
    second.terminal.stop()

    assert len(backend.tickets) == 1


def test_an_impatient_admin_does_not_shorten_it_either():
    floor, backend = settling_floor()
    backend.fail_next(UncertainError("answer lost"), after_effect=True)
    floor.report()
    for _ in range(20):
        floor.step(0.5, steps=2)
        floor.terminal.retry_now()
    floor.pass_time(60)
    floor.terminal.stop()

    assert len(backend.tickets) == 1


def test_a_bug_in_a_look_up_stops_neither_the_others_nor_the_thread(floor):
    def buggy(ticket_id):
        raise ZeroDivisionError

    floor.it.find = buggy
    floor.it.fail_next(UncertainError("request lost"))
    floor.report()
    other = floor.report("frozen")
    floor.pass_time(300)

    assert state(floor, other.ticket.id) is DeliveryState.DELIVERED
    assert "ZeroDivisionError" in floor.outbox.entries()[0].deliveries[0].error


def test_a_refused_look_up_leaves_the_outcome_uncertain(floor):
    floor.it.fail_next(UncertainError("answer lost"), after_effect=True)
    floor.it.fail_next(RejectedError("bad filter"), call="find")

    floor.report()
    floor.pass_time(60)

    assert len(floor.it.tickets) == 1


def test_a_ticket_that_the_destination_shows_is_not_sent_again(floor):
    entry = floor.report()
    floor.it.deliver(entry.deliveries[0], entry.ticket)
    floor.it.fail_next(TemporaryError("no network"))

    floor.step(steps=1)
    floor.forwarders[0]._watch.look()
    floor.pass_time(60)

    assert len(floor.it.tickets) == 1
    assert floor.outbox.get(entry.ticket.id).ref.label == "#1"


def test_a_younger_report_does_not_overtake_an_older_one_whose_answer_was_lost():
    for luck in (0.0, 0.3, 1.0):
        floor, backend = settling_floor()
        floor.forwarders[0]._random = floor.forwarders[0]._circuit._random = lambda luck=luck: luck
        backend.fail_next(UncertainError("request lost"))
        sent = [floor.report().ticket.id, floor.report("frozen").ticket.id]
        floor.pass_time(120, tick=1)
        floor.terminal.stop()

        assert [t.ticket.id for t in backend.tickets] == sent


def test_a_disk_that_fails_while_a_failure_is_noted_ends_nothing(floor, monkeypatch):
    floor.report()

    def fail_on_a_full_disk(delivery, ticket):
        monkeypatch.setattr(FaultyMemory, "full", True)
        raise TemporaryError("no network")

    real, floor.it.deliver = floor.it.deliver, fail_on_a_full_disk
    floor.step(steps=3)
    monkeypatch.setattr(FaultyMemory, "full", False)
    floor.it.deliver = real
    floor.pass_time(60)

    assert len(floor.it.tickets) == 1


def test_an_unreadable_last_document_does_not_block_the_next_report(floor):
    floor.report()
    floor.report("frozen")
    floor.disk.db.table("tickets").update({"progress": {"status": "from_the_future"}}, doc_ids=[2])

    later = Floor(disk=floor.disk)
    later.ids = (f"N{n}" for n in range(9))

    assert later.report("other").sequence == 3
    assert later.terminal.damaged_records == 1
    later.terminal.stop()


@pytest.mark.parametrize("damage", [{"reported_at": 5}, {"stopped": None}, {"ticket": ["x"]}])
def test_an_unreadable_figure_does_not_keep_the_terminal_from_starting(floor, damage):
    entry = floor.report()
    floor.step()
    floor.terminal.confirm(entry.ticket.id, works=True).result(5)
    floor.step()
    floor.wait_a_day()
    floor.disk.db.table("archive").update(damage, doc_ids=[1])

    assert Outbox(floor.disk, publish=print).damaged == 1


def test_a_joined_ticket_that_was_closed_does_not_come_back_as_open(floor):
    other = Floor(destinations=(floor.it,))
    other.ids = (f"X{n}" for n in range(9))
    theirs = other.report().ticket.id
    other.step()
    floor.step(10)
    floor.terminal.same_problem(theirs).result(5)
    floor.step(10)
    floor.terminal.confirm(theirs, works=True).result(5)
    floor.step(10)

    floor.wait_a_day()
    other.terminal.stop()

    assert floor.terminal.board() == []


def test_of_two_systems_of_record_the_first_one_tells_how_the_work_stands():
    a, b = (MemoryBackend(MemorySettings(type="memory", name=name), terminal="K1") for name in "ab")
    floor = Floor(destinations=(a, b))
    entry = floor.report()
    floor.step()
    a.on_the_way(entry.ticket.id, "Jana", floor.time.wall + timedelta(minutes=5))
    floor.step(10)

    b.remark(entry.ticket.id, "seen", "Omar")
    floor.step(10)
    floor.terminal.stop()

    assert floor.outbox.get(entry.ticket.id).status is Status.ON_THE_WAY


def test_a_full_disk_at_the_first_look_hides_no_ticket_of_another_terminal(floor, monkeypatch):
    mine = floor.report()
    floor.step()
    other = Floor(destinations=(floor.it,))
    other.ids = (f"X{n}" for n in range(9))
    theirs = other.report().ticket.id
    other.step()
    other.terminal.stop()
    floor.it.take(mine.ticket.id, "Jana")
    again = Floor(disk=floor.disk, destinations=(floor.it,))

    monkeypatch.setattr(FaultyMemory, "full", True)
    again.step(steps=3)
    monkeypatch.setattr(FaultyMemory, "full", False)
    again.pass_time(30)
    again.terminal.stop()

    assert {e.ticket.id for e in again.terminal.board()} == {mine.ticket.id, theirs}
    assert again.outbox.get(mine.ticket.id).progress.assignee == "Jana"


@pytest.mark.parametrize("works", [True, False])
def test_a_decision_that_the_destination_refuses_is_not_shown_as_if_it_counted(floor, works):
    entry = floor.report()
    floor.step()
    floor.it.take(entry.ticket.id, "Jana")
    floor.it.resolve(entry.ticket.id)
    floor.step(10)
    floor.it.fail_next(RejectedError("the workflow forbids it"))

    floor.terminal.confirm(entry.ticket.id, works=works).result(5)
    floor.pass_time(30)

    assert floor.outbox.get(entry.ticket.id).status is Status.RESOLVED
    assert [d.state for d in floor.outbox.get(entry.ticket.id).deliveries][-1] is DeliveryState.REJECTED


def test_the_downtime_does_not_end_with_a_repair_that_did_not_hold(floor):
    entry = floor.report()
    floor.step()
    floor.it.take(entry.ticket.id, "Jana")
    floor.it.resolve(entry.ticket.id)
    floor.step(600)
    floor.terminal.confirm(entry.ticket.id, works=False).result(5)
    floor.step(10)
    floor.it.remark(entry.ticket.id, "again", "Jana")
    floor.step(10)

    assert Status.RESOLVED not in floor.outbox.get(entry.ticket.id).progress.since


def test_a_photo_whose_report_was_not_saved_does_not_stay(floor, tmp_path, monkeypatch):
    (tmp_path / "p.jpg").write_bytes(b"jpeg")
    draft = floor.terminal.new_draft().choose_machine(floor.plant.machines["P-0007"])
    draft = draft.choose_symptom(floor.plant.symptoms["other"]).say(stopped=False).show(tmp_path / "p.jpg")
    monkeypatch.setattr(FaultyMemory, "full", True)

    with pytest.raises(StorageError):
        floor.terminal.report(draft).result(5)

    assert floor.disk.kept == {}


def test_a_photo_that_no_report_names_is_swept_at_the_next_start(floor):
    floor.disk.kept["left-behind.jpg"] = b"jpeg"

    Outbox(floor.disk, publish=print)

    assert floor.disk.kept == {}


class Mute(MemoryBackend):
    """Takes reports, and never tells what is open."""

    error = TemporaryError("500 from the search")

    def __init__(self, clock):
        super().__init__(MemorySettings(type="memory", name="it"), terminal="K1")
        self.now, self.looks, self.checks = clock.now, 0, 0

    def changes(self, cursor):
        self.looks += 1
        raise self.error

    def check(self):
        self.checks += 1


def mute_floor(error):
    floor = Floor(destinations=())
    floor.it = Mute(floor.time.clock)
    floor.it.error = error
    floor.destinations = floor.terminal._destinations = (floor.it,)
    floor.forwarders = [floor._forwarder(floor.it)]
    floor.report()
    return floor


@pytest.mark.parametrize(
    "error", [TemporaryError("500 from the search"), TemporaryError("429 from the search", busy=True)]
)
def test_a_board_that_cannot_be_heard_holds_no_report_up_for_long(error):
    floor = mute_floor(error)
    floor.pass_time(3600)

    assert len(floor.it.tickets) == 1


def test_who_is_busy_is_not_asked_twice_each_time():
    floor = mute_floor(TemporaryError("429", busy=True))
    while not floor.it.tickets:
        floor.step(5, steps=1)

    assert (floor.it.looks, floor.it.checks) == (3, 1)


def asked(floor):
    """Count the requests for changes from now on."""
    calls, changes = [], floor.it.changes

    def counted(cursor):
        calls.append(floor.time.seconds)
        return changes(cursor)

    floor.it.changes = counted
    return calls


def busy(*_):
    raise TemporaryError("429", busy=True)


def test_who_is_busy_and_says_not_for_how_long_is_asked_no_more_often_than_ever(floor):
    floor.step(20)
    floor.it.changes = busy
    calls = asked(floor)
    floor.time.advance(20)
    waits = [floor.forwarders[0].step() for _ in range(100)]
    floor.pass_time(600)

    assert waits.count(0.0) == 1
    assert len(calls) <= 600 / 10 + 1
    floor.forwarders[0].run_once(timeout=0.0)  # it ends


def test_a_full_disk_makes_nobody_ask_again_and_again(floor):
    entry = floor.report()
    floor.step(60)
    floor.it.take(entry.ticket.id, "Jana")
    floor.report("frozen", machine="M-1014")
    calls = asked(floor)
    floor.disk.db.storage.full = True
    floor.time.advance(60)
    floor.step(steps=500)
    assert len(calls) == 1

    floor.disk.db.storage.full = False
    floor.pass_time(60)
    assert len(floor.it.tickets) == 2
    assert floor.outbox.get(entry.ticket.id).progress.assignee == "Jana"


def test_what_is_said_on_an_archived_ticket_that_it_opened_again_survives_a_restart():
    floor = Floor()
    entry = floor.report()
    floor.step()
    floor.it.close_ticket(entry.ticket.id)
    floor.step(20)
    floor.wait_a_day()
    assert floor.outbox.get(entry.ticket.id) is None
    floor.it.work(entry.ticket.id, "Jana")
    floor.step(20)
    floor.terminal.got_worse(entry.ticket.id, stopped=True).result(5)

    again = Floor(disk=floor.disk, time=floor.time, destinations=floor.destinations)
    again.pass_time(60)
    assert [remark.text for remark in floor.it.tickets[0].progress.remarks if "worse" in remark.text]


def test_a_board_that_can_be_heard_again_is_heard_first_again(monkeypatch):
    floor = mute_floor(TemporaryError("500 from the search"))
    floor.pass_time(600)
    assert len(floor.it.tickets) == 1

    monkeypatch.setattr(floor.it, "changes", MemoryBackend.changes.__get__(floor.it))
    floor.pass_time(60)
    calls = asked(floor)
    floor.time.advance(600)
    floor.report("frozen", machine="M-1014")
    floor.forwarders[0].step()
    assert (len(calls), len(floor.it.tickets)) == (1, 1), "first it listens, then it speaks"
    floor.step()
    assert len(floor.it.tickets) == 2


def renamed(floor, *, name="helpdesk", backend=None):
    """Start again on the same disk, with the destination under another name or another one in its place."""
    backend = backend or MemoryBackend(MemorySettings(type="memory", name=name), terminal="K1")
    backend.now = floor.time.clock.now
    again = Floor(disk=floor.disk, time=floor.time, destinations=(backend,))
    again.terminal.tidy().result(5)
    return again, backend


def test_what_waits_for_a_destination_that_is_gone_goes_to_the_one_there_is(floor):
    entry = floor.report()
    floor.terminal.got_worse(entry.ticket.id, stopped=True, who="Anna").result(5)
    again, backend = renamed(floor)
    again.pass_time(60)

    (ticket,) = backend.tickets
    assert ticket.ticket.id == entry.ticket.id
    assert [remark.who for remark in ticket.progress.remarks] == ["Anna"]
    assert not again.outbox.waiting()


def test_what_was_tried_under_the_old_name_is_looked_for_under_the_new_one(floor):
    entry = floor.report()
    deliver = floor.it.deliver

    def lost(delivery, ticket):
        deliver(delivery, ticket)
        raise UncertainError("the answer was cut")

    floor.it.deliver = lost
    floor.step(steps=1)
    floor.forwarders[0].step()
    floor.it.deliver = deliver
    floor.it.name = "helpdesk"
    again, _ = renamed(floor, backend=floor.it)
    again.pass_time(120)

    assert [remote.ticket.id for remote in floor.it.tickets] == [entry.ticket.id]
    assert again.outbox.get(entry.ticket.id).is_delivered


def test_what_a_destination_that_is_gone_has_already_is_not_sent_anew(floor):
    floor.report()
    floor.step()
    again, backend = renamed(floor)
    again.pass_time(60)

    assert backend.tickets == []


def test_a_plugin_that_tells_a_time_without_its_zone_is_told_so_and_harms_no_screen(floor, caplog):
    floor.report()
    floor.step()
    floor.it.on_the_way("T0001", "Jana", datetime(2026, 11, 26, 14, 47))  # noqa: DTZ001  the mistake
    floor.step(60)

    assert floor.forwarders[0].link.error == "bug in MemoryBackend: ValueError"
    assert "says no time zone" in caplog.text
    assert floor.terminal.board()[0].progress.eta_at is None


def test_a_notice_to_a_channel_that_is_gone_keeps_no_ticket_for_ever(floor):
    team = MemoryNotifier(MemoryNotifierSettings(type="memory_notes", name="team"), terminal="K1")
    team.deliver = busy
    both = Floor(time=floor.time, destinations=(floor.it, team))
    entry = both.report()
    both.step(60)
    assert [d.kind for d in both.outbox.get(entry.ticket.id).deliveries if d.is_open] == [DeliveryKind.NOTICE]

    again = Floor(disk=both.disk, time=floor.time, destinations=(floor.it,))
    again.terminal.tidy().result(5)
    assert not again.outbox.waiting()
    floor.it.close_ticket(entry.ticket.id)
    again.pass_time(60)
    again.wait_a_day()
    assert again.outbox.get(entry.ticket.id) is None
