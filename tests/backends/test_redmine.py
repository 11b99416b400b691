from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from backends.fake_redmine import OUTSIDER_KEY, FakeRedmine, now
from backends.local_server import Request, lose_answer, serving
from backends.samples import NOON, TICKET, sent

from kiosk import plugins
from kiosk.backends.redmine import RedmineBackend, polling, wording
from kiosk.core.errors import ConfigError, MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import DeliveryKind, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.wording import OurNote, read_eta

ORIGIN_LINE = (
    "kiosk: id=T9 machine=press-4 symptom=no-print priority=high stopped=1 at=2026-11-23T11:00:00Z terminal=K7 "
    "project=it-helpdesk term=Label%20printer:%20no%20output words=It%20prints%20nothing"
)
NEW, IN_PROGRESS, RESOLVED, FEEDBACK, CLOSED = 1, 2, 3, 4, 5


class Plant:
    """A backend before a fake Redmine, and an agent who works there."""

    def __init__(self, server, fake: FakeRedmine, monkeypatch) -> None:
        self.server, self.fake, self._environ = server, fake, monkeypatch
        self._ids = count(1)
        self.backend = self.with_settings()

    def with_settings(self, key: str = "1" * 40, **table) -> RedmineBackend:
        self._environ.setenv("REDMINE_KEY", key)
        needed = {"type": "redmine", "url": self.server.url, "api_key": {"env": "REDMINE_KEY"}}
        needed |= {"project": "it-helpdesk", "id_field": 1, "eta_field": 2}
        return plugins.build("backends", needed | table, terminal="K7")

    def create(self, ticket_id: str = "", backend: RedmineBackend | None = None, **changes) -> RemoteRef:
        ticket = replace(TICKET, id=ticket_id or f"T{next(self._ids)}", **changes)
        return (backend or self.backend).deliver(sent(DeliveryKind.CREATE), ticket)

    def edit(self, ref: RemoteRef, *, key: str = "2" * 40, **fields) -> None:
        body = json.dumps({"issue": fields}).encode()
        reply = self.fake(Request("PUT", f"/issues/{ref.id}.json", {"X-Redmine-API-Key": key}, body))
        assert reply.status == 204

    def issue(self, ref: RemoteRef) -> dict:
        return self.fake.issues[int(ref.id)]

    def age(self, seconds: int = 3600) -> None:
        """Let time have passed for every issue."""
        for issue in self.fake.issues.values():
            for name in ("created_on", "updated_on"):
                issue[name] = shifted(issue[name], -seconds)

    def asked(self, method: str = "GET", part: str = "") -> list[str]:
        return [r.target for r in self.server.requests if r.method == method and part in r.target]


def shifted(text: str, seconds: int) -> str:
    return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def plant(monkeypatch):
    fake = FakeRedmine()
    with serving(fake) as server:
        plant = Plant(server, fake, monkeypatch)
        yield plant
        plant.backend.close()


# ------------------------------------------------------------ settings and check


def test_a_missing_id_field_is_told_how_to_make_one(plant):
    with pytest.raises(
        ConfigError, match=r"id_field: must be the number of a custom field: in Redmine, Administration"
    ):
        plant.with_settings(id_field=0)


def test_a_status_that_is_not_ours_is_a_fault_with_its_place(plant):
    with pytest.raises(ConfigError, match=r"statuses\.Neu: must be one of: 'new', 'acknowledged'"):
        plant.with_settings(statuses={"Neu": "neu"})


def findings(backend: RedmineBackend) -> str:
    with pytest.raises(MisconfiguredError) as caught:
        backend.check()
    return str(caught.value)


def test_a_check_tells_everything_at_once(plant):
    plant.fake.project_status = 5
    plant.fake.permissions = ["view_issues"]
    backend = plant.with_settings(
        id_field=9,
        tracker="Incident",
        priorities={"critical": "Highest"},
        statuses={"Unterwegs": "on_the_way"},
        confirm_status="Done",
        reopen_status="Again",
    )
    assert findings(backend).split("; ")[:3] == [
        "project: 'it-helpdesk' is closed or archived",
        "api_key: its user 'Kiosk Terminals' has no permission to add issues in 'it-helpdesk'",
        "api_key: its user 'Kiosk Terminals' has no permission to edit issues in 'it-helpdesk'",
    ]
    said = findings(backend)
    assert "tracker: 'Incident' is not in the project; it has Bug, Feature, Support" in said
    assert "id_field: the project has no custom field 9 (Kiosk ID is 1, ETA is 2); in Redmine, Administration" in said
    assert "priorities: there is no 'Highest'; it has Low, Normal, High, Urgent, Immediate" in said
    assert "statuses: there is no 'Unterwegs'" in said
    assert "confirm_status: there is no 'Done'" in said
    assert "reopen_status: there is no 'Again'" in said


def test_a_check_knows_a_project_that_is_missing_or_hidden(plant):
    assert "project: there is no 'helpdesk'" in findings(plant.with_settings(project="helpdesk"))
    assert "may not see it" in findings(plant.with_settings(key=OUTSIDER_KEY))


def test_a_check_finds_out_that_the_field_is_no_filter(plant):
    plant.create()
    plant.fake.is_filter = False
    assert "tick 'Used as a filter' on the custom field 'Kiosk ID'" in findings(plant.backend)


def test_a_check_creates_nothing(plant):
    plant.backend.check()
    assert plant.asked("POST") == plant.asked("PUT") == []


def test_an_address_that_is_no_redmine_needs_a_human(plant):
    with pytest.raises(MisconfiguredError, match="404"):
        plant.with_settings(url=f"{plant.server.url}/redmine").check()


# ------------------------------------------------------------ create and find


def test_a_ticket_comes_with_its_photo_in_one_create(plant, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    plant.create(photo=photo)
    writes = plant.asked("POST")
    assert [target.partition("?")[0] for target in writes] == ["/uploads.json", "/projects/it-helpdesk/issues.json"]


def test_people_at_redmine_read_what_was_reported(plant):
    issue = plant.issue(plant.create("T9", who="Anna", note="since the morning\n<pre>&amp;"))
    assert issue["subject"] == "[Press 4] Label printer: no output"
    assert issue["description"].split("\n") == [
        "<pre>",
        "It prints nothing",
        "Label printer: no output",
        "",
        "Machine: Press 4 (press-4), area hall-2",
        "Place: Line 2",
        "Priority: high, the machine has stopped",
        "Reported: 2026-11-23 11:00 UTC by Anna, terminal K7",
        "",
        "since the morning",
        "<\u200bpre>&amp;",
        "",
        ORIGIN_LINE,
        "</pre>",
    ]
    assert issue["priority"]["name"] == "High"


def test_what_was_refused_before_is_left_out(plant):
    without = frozenset({"priority", "place", "who", "note"})
    ticket = replace(TICKET, who="Anna", note="a note")
    ref = plant.backend.deliver(sent(DeliveryKind.CREATE, without=without), ticket)
    issue = plant.issue(ref)
    assert issue["priority"]["name"] == "Normal"
    assert not {"Anna", "a note", "Line 2"} & set(issue["description"].replace(" by ", "\n").split("\n"))


def test_a_long_subject_is_cut(plant):
    assert len(plant.issue(plant.create(it_term="🔥" * 300))["subject"]) == 255


def test_the_tracker_is_chosen_by_name(plant):
    ref = plant.create(backend=plant.with_settings(tracker="support"))
    assert plant.issue(ref)["tracker"]["name"] == "Support"


def test_a_tracker_that_is_not_there_needs_a_human_before_anything_is_created(plant):
    with pytest.raises(MisconfiguredError, match="'Incident'"):
        plant.create(backend=plant.with_settings(tracker="Incident"))
    assert plant.fake.issues == {}


def test_a_priority_that_is_not_there_is_named_as_the_field_to_leave_out(plant):
    backend = plant.with_settings(priorities={"high": "Highest"})
    with pytest.raises(RejectedError) as caught:
        plant.create(backend=backend)
    assert caught.value.field == "priority"


def test_a_photo_that_is_gone_from_the_disk_is_named(plant, tmp_path):
    with pytest.raises(RejectedError) as caught:
        plant.create(photo=tmp_path / "gone.jpg")
    assert caught.value.field == "photo"


def test_a_field_that_is_no_filter_any_more_never_makes_a_ticket_look_absent(plant):
    plant.create("T1")
    plant.fake.is_filter = False
    with pytest.raises(MisconfiguredError, match="Used as a filter"):
        plant.backend.find("T2")


def test_the_oldest_of_two_twins_is_found(plant):
    first, _ = plant.create("T1"), plant.create("T1")
    assert plant.backend.find("T1") == first


def test_a_missing_project_needs_a_human(plant):
    with pytest.raises(MisconfiguredError):
        plant.create(backend=plant.with_settings(project="helpdesk"))


# ------------------------------------------------------------ notes


def test_a_status_that_the_workflow_forbids_is_no_success(plant):
    ref = plant.create()
    plant.fake.forbidden_statuses = {CLOSED}
    confirm = sent(DeliveryKind.CONFIRM, ref=ref)
    for ask in (plant.backend.deliver, plant.backend.took_effect):
        with pytest.raises(RejectedError, match="workflow does not let our user set issue #1 to 'Closed'"):
            ask(confirm, TICKET)


def test_a_confirmation_whose_outcome_could_not_be_seen_is_uncertain(plant):
    ref = plant.create()
    confirm = sent(DeliveryKind.CONFIRM, ref=ref)
    plant.server.strike(lose_answer, when=lambda request: request.target == "/issues/1.json?include=journals")
    with pytest.raises(UncertainError):
        plant.backend.deliver(confirm, TICKET)
    assert plant.backend.took_effect(confirm, TICKET)


def test_a_status_that_is_not_there_parks_the_confirmation_alone(plant):
    with pytest.raises(RejectedError, match="no status 'Done'"):
        plant.with_settings(confirm_status="Done").deliver(sent(DeliveryKind.CONFIRM, ref=plant.create()), TICKET)


def test_an_issue_that_somebody_else_changes_just_now_is_tried_again(plant):
    ref = plant.create()
    plant.fake.stale_once = True
    comment = sent(DeliveryKind.COMMENT, ref=ref, text="Hello")
    with pytest.raises(TemporaryError):
        plant.backend.deliver(comment, TICKET)
    assert not plant.backend.took_effect(comment, TICKET)
    plant.backend.deliver(comment, TICKET)
    assert plant.backend.took_effect(comment, TICKET)


def test_a_deleted_issue_refuses_notes_for_good(plant):
    ref = plant.create()
    plant.fake.issues.clear()
    comment = sent(DeliveryKind.COMMENT, ref=ref)
    assert not plant.backend.took_effect(comment, TICKET)
    with pytest.raises(RejectedError, match="#1 is not there any more"):
        plant.backend.deliver(comment, TICKET)


# ------------------------------------------------------------ what an issue says


def shown(plant, ref: RemoteRef):
    return next(change for change in plant.backend.changes("")[0] if change.ref == ref)


def test_what_was_done_before_a_reopening_is_not_what_was_done_now(plant):
    ref = plant.create()
    for fields in ({"status_id": RESOLVED, "notes": "New fuse"}, {"status_id": IN_PROGRESS}, {"status_id": RESOLVED}):
        plant.edit(ref, **fields)
    assert shown(plant, ref).progress.solution == ""


def test_private_notes_stay_at_redmine(plant):
    ref = plant.create()
    plant.edit(ref, notes="the operator did it again", private_notes=True, priority_id=5)
    progress = shown(plant, ref).progress
    assert progress.remarks == ()
    assert (progress.priority, progress.priority_reason) == (Priority.CRITICAL, "")


def test_a_priority_that_nobody_changed_is_not_told_as_changed(plant):
    ref = plant.backend.deliver(sent(DeliveryKind.CREATE, without=frozenset({"priority"})), TICKET)
    assert shown(plant, ref).progress.priority is None


@pytest.mark.parametrize(
    ("status", "is_closed", "assigned", "expected"),
    [
        ("New", False, False, Status.NEW),
        ("New", False, True, Status.ACKNOWLEDGED),
        ("Rejected", True, False, Status.CANCELLED),
        ("Neu", False, False, Status.NEW),
        ("In Bearbeitung", False, True, Status.ACKNOWLEDGED),
        ("Erledigt", True, True, Status.CLOSED),
        ("unterwegs", False, True, Status.ON_THE_WAY),
    ],
)
def test_a_status_follows_the_plants_names_then_what_is_sure(plant, status, is_closed, assigned, expected):
    backend = plant.with_settings(statuses={"Unterwegs": "on_the_way"})
    ref = plant.create()
    _, cursor = backend.changes("")
    issue = plant.issue(ref)
    issue["status"] = {"id": 9, "name": status, "is_closed": is_closed}
    issue |= {"assigned_to": {"id": 6, "name": "Jana"}} if assigned else {}
    assert backend.changes(cursor)[0][0].progress.status is expected


def test_a_question_written_before_the_status_was_set_is_still_the_question(plant):
    ref = plant.create()
    plant.edit(ref, notes="Is the lamp red?")
    plant.edit(ref, status_id=FEEDBACK)
    assert shown(plant, ref).progress.question.text == "Is the lamp red?"


def test_an_issue_whose_description_was_rewritten_is_still_followed(plant):
    ref = plant.create("T1")
    plant.issue(ref)["description"] = "kiosk: id=T1 priority=purple\nkiosk: id="
    change = shown(plant, ref)
    assert (change.ticket, change.machine, change.reported_priority) == ("T1", "", Priority.HIGH)


def test_a_copied_issue_does_not_speak_for_the_ticket(plant):
    ref = plant.create("T1")
    plant.fake.issues[50] = {**plant.issue(ref), "id": 50, "subject": "copy"}
    assert [change.ref.id for change in plant.backend.changes("")[0]] == [ref.id]


def test_the_tickets_of_another_plant_on_the_same_redmine_stay_there(plant):
    ref = plant.create("T1")
    plant.issue(ref)["description"] = plant.issue(ref)["description"].replace("project=it-helpdesk", "project=other")
    assert plant.backend.changes("")[0] == []


def test_an_issue_that_nobody_understands_does_not_hide_the_others(plant):
    plant.create("T1")
    plant.issue(plant.create("T2"))["updated_on"] = "some day"
    assert [change.ticket for change in plant.backend.changes("")[0]] == ["T1"]


def test_an_issue_without_our_id_is_no_ticket(plant):
    plant.issue(plant.create("T1"))["custom_fields"][0]["value"] = "see above"
    assert plant.backend.changes("")[0] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T14:47:00Z", datetime(2026, 11, 23, 14, 47, tzinfo=UTC)),
        ("2026-11-23 15:47+01:00", datetime(2026, 11, 23, 14, 47, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("2026-11-23", None),
        ("2026-11", None),
        ("25:00", None),
        ("0001-01-01T00:00+14:00", None),
    ],
)
def test_an_eta_is_read_or_left_out(text, expected):
    assert read_eta(text, NOON) == expected


def test_a_time_of_day_is_the_next_one():
    local = NOON.astimezone()
    later, earlier = local + timedelta(minutes=20), local - timedelta(hours=1)
    assert read_eta(f"{later:%H:%M}", NOON) == later.astimezone(UTC)
    assert read_eta(f" {earlier:%H:%M} ", NOON) == (earlier + timedelta(days=1)).astimezone(UTC)


# ------------------------------------------------------------ following the changes


def tickets(changes) -> list[str]:
    return sorted(change.ticket for change in changes)


def test_an_untouched_ticket_costs_no_request_of_its_own(plant):
    plant.create(), plant.create()
    plant.age()
    plant.create()
    plant.backend.changes("")
    assert len(plant.asked(part="/issues/")) == 1


def test_a_second_change_in_the_same_second_is_not_missed(plant):
    ref = plant.create("T1")
    _, cursor = plant.backend.changes("")
    before = plant.issue(ref)["updated_on"]
    plant.edit(ref, assigned_to_id=6)
    plant.issue(ref)["updated_on"] = before
    changes, following = plant.backend.changes(cursor)
    assert [change.progress.assignee for change in changes] == ["Jana Nowak"]
    assert following != cursor


def test_a_change_that_became_visible_late_is_not_missed(plant):
    plant.create("T1")
    _, cursor = plant.backend.changes("")
    late = plant.issue(plant.create("T2"))
    late["updated_on"] = late["created_on"] = shifted(now(), -40)
    assert "T2" in tickets(plant.backend.changes(cursor)[0])


def test_what_was_not_taken_in_is_given_again(plant):
    ref = plant.create("T1")
    plant.age()
    _, cursor = plant.backend.changes("")
    plant.edit(ref, status_id=RESOLVED)
    following = cursor
    for second in (0, 10):
        plant.backend._poller.monotonic = lambda second=second: float(second)
        lost, following = plant.backend.changes(following)
        assert tickets(lost) == ["T1"]
    assert plant.backend.changes(following)[0] == []
    assert tickets(plant.backend.changes(cursor)[0]) == ["T1"]


def test_what_was_lost_with_a_failed_call_is_given_by_the_next(plant):
    ref = plant.create("T1")
    plant.edit(plant.create("T2"), assigned_to_id=6)
    plant.backend._poller.monotonic = lambda: 0.0
    _, cursor = plant.backend.changes("")
    plant.edit(ref, status_id=RESOLVED)
    for second in (0, 10, 20):
        plant.backend._poller.monotonic = lambda second=second: float(second)
        plant.server.strike(lose_answer, when=lambda request: request.path == "/issues/2.json")
        with pytest.raises(TemporaryError):
            plant.backend.changes(cursor)
    assert "T1" in tickets(plant.backend.changes(cursor)[0])


def test_a_new_process_goes_on_from_the_old_cursor(plant):
    ref, _ = plant.create("T1"), plant.create("T2")
    plant.age()
    _, cursor = plant.backend.changes("")
    plant.edit(ref, status_id=CLOSED)
    changes, _ = plant.with_settings().changes(cursor)
    assert [(c.ticket, c.progress.status) for c in changes if c.ticket == "T1"] == [("T1", Status.CLOSED)]


def test_more_open_tickets_than_fit_a_page_are_all_given(plant):
    for n in range(250):
        plant.issue(plant.create())["updated_on"] = shifted(now(), n // 120 - 600)
    plant.age()
    plant.create()
    for issue in plant.fake.issues.values():
        issue["created_on"] = issue["updated_on"]
    assert len(plant.backend.changes("")[0]) == 251
    assert len(plant.asked()) < 10


def test_a_ticket_that_moves_while_the_pages_are_turned_hides_no_other(plant):
    refs = [plant.create() for _ in range(150)]
    for second, ref in enumerate(refs):
        plant.issue(ref)["updated_on"] = plant.issue(ref)["created_on"] = shifted(now(), second - 600)
    search = plant.fake._search

    def search_and_move(request, key):
        reply = search(request, key)
        if request.query.get("limit") == "100":
            plant.issue(refs[0])["updated_on"] = plant.issue(refs[1])["updated_on"] = now()
        return reply

    plant.fake._search = search_and_move
    assert len(plant.backend.changes("")[0]) == 150


def test_histories_are_fetched_a_few_at_a_time_and_none_is_forgotten(plant, monkeypatch):
    monkeypatch.setattr(polling, "MOST_LOOKS", 5)
    refs = [plant.create(f"T{n}") for n in range(12)]
    plant.age()
    _, cursor = plant.backend.changes("")
    plant.age()
    for second, ref in enumerate(refs):
        plant.edit(ref, status_id=CLOSED)
        plant.issue(ref)["updated_on"] = shifted(now(), 100 * second - 3000)
    given = set()
    for turn in range(8):
        backend = plant.backend if turn < 4 else plant.with_settings()  # switched off and on in between
        backend._poller.monotonic = lambda turn=turn: 10.0 * turn
        before = len(plant.asked(part="/issues/"))
        changes, cursor = backend.changes(cursor)
        assert len(plant.asked(part="/issues/")) - before <= 5
        given |= {change.ticket for change in changes if change.progress.status is Status.CLOSED}
    assert len(given) == 12


def test_the_first_look_completes_itself_in_the_next_calls(plant, monkeypatch):
    monkeypatch.setattr(polling, "MOST_LOOKS", 5)
    for n in range(12):
        plant.edit(plant.create(f"T{n}"), assigned_to_id=6)
    plant.age()
    first, cursor = plant.backend.changes("")
    second, cursor = plant.backend.changes("2020-01-01T00:00:00Z#3")
    third, _ = plant.backend.changes(cursor)
    assert len(first) == 5
    assert len({change.ticket for change in [*first, *second, *third]}) == 12


def test_an_empty_redmine_gives_a_cursor_from_which_everything_follows(plant):
    changes, cursor = plant.backend.changes("")
    assert changes == []
    plant.create("T1")
    assert tickets(plant.backend.changes(cursor)[0]) == ["T1"]


def test_an_issue_that_vanishes_between_two_requests_is_passed_over(plant):
    ref = plant.create("T1")
    plant.create("T2")
    show = plant.fake._show
    plant.fake._show = lambda request, key, number: show(request, key, "999" if number == ref.id else number)
    assert tickets(plant.backend.changes("")[0]) == ["T2"]


# ------------------------------------------------------------ wording


@pytest.mark.parametrize(
    "text", ["", "one line", "two\nlines", "<pre>a</pre>", "— x (kiosk D9)", "a\n— x (kiosk D9)\n"]
)
def test_a_note_of_ours_is_read_back(text):
    delivery = sent(DeliveryKind.COMMENT, text=text, who="Anna")
    note = wording.read_note(wording.note(delivery, terminal="K7").replace("\n", "\r\n"))
    assert note == OurNote(delivery="D1", text=text.strip(), who="Anna, K7")


@pytest.mark.parametrize("text", ["", "Hello", "<pre>\nHello\n</pre>", "(kiosk D1)"])
def test_other_peoples_notes_are_not_ours(text):
    assert wording.read_note(text) is None


def test_a_note_that_imitates_our_last_line_changes_nothing():
    ticket = replace(TICKET, note="kiosk: id=T2 machine=other priority=normal at=2020-01-01T00:00:00Z")
    assert wording.read_origin(wording.description(ticket, project="p")).machine == "press-4"


@pytest.mark.parametrize("machine", ["a b", "100%", "ü\u00a0x", "a=b", "%41", "<pre>"])
def test_every_machine_id_survives_the_way_there_and_back(machine):
    description = wording.description(replace(TICKET, machine=machine), project="p")
    assert wording.read_origin(description).machine == machine.replace("\u00a0", " ")
