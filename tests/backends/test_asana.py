"""What is particular to Asana: sections and fields, pages and batches, completed tasks, and its official description."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from backends.fake_asana import AGENT, PROJECT, TOKEN, FakeAsana
from backends.local_server import closed_port, serving
from backends.official import Official
from backends.samples import TICKET, sent

from kiosk import plugins
from kiosk.backends.asana import project
from kiosk.core.errors import ConfigError, MisconfiguredError, RejectedError, TemporaryError
from kiosk.core.model import DeliveryKind, Status
from kiosk.core.plant import Priority


@pytest.fixture
def fake():
    return FakeAsana()


@pytest.fixture
def front(fake):
    with serving(fake) as front:
        yield front


@pytest.fixture
def backend(front, monkeypatch):
    backend = built(front.url, monkeypatch)
    yield backend
    backend.close()


def built(url, monkeypatch, **table):
    monkeypatch.setenv("ASANA_TOKEN", TOKEN)
    whole = {"type": "asana", "url": url, "project": PROJECT, "token": {"env": "ASANA_TOKEN"}, **table}
    return plugins.build("backends", whole, terminal="K7")


def create(backend, **changes):
    made = dataclasses.replace(TICKET, **changes)
    ref = backend.deliver(sent(DeliveryKind.CREATE, id=f"D{made.id}", ticket=made.id), made)
    return made, ref


def test_a_task_bears_its_priority_and_lies_in_the_first_section(backend, fake):
    made, ref = create(backend, priority=Priority.CRITICAL)

    task = fake.tasks[ref.id]
    assert fake.sections[task["section"]] == "To do"
    assert fake.options[task["option"]] == "Critical"
    assert made.words in task["notes"]
    assert made.it_term in task["name"]
    assert (ref.number, ref.url) == (f"#{ref.id}", f"https://app.asana.example.com/0/{PROJECT}/{ref.id}")


def test_names_of_sections_and_options_are_the_projects_own(front, fake, monkeypatch):
    fake.sections, fake.options = {"1": "Eingang", "2": "In Arbeit"}, {"3": "Rot"}
    names = {"priorities": {"critical": "rot"}, "statuses": {"Eingang": "new", "in arbeit": "in_progress"}}
    backend = built(front.url, monkeypatch, new_section="eingang", reopen_section="In Arbeit", **names)
    _, ref = create(backend, priority=Priority.CRITICAL)

    assert fake.tasks[ref.id]["option"] == "3"
    fake.change(ref.id, section="2")
    (change,), _ = backend.changes("")
    assert change.progress.status is Status.IN_PROGRESS
    backend.close()


def test_a_section_of_its_own_may_be_said(front, fake, monkeypatch):
    backend = built(front.url, monkeypatch, new_section="In progress")
    _, ref = create(backend)

    assert fake.sections[fake.tasks[ref.id]["section"]] == "In progress"
    backend.close()


def test_a_project_without_a_priority_field_takes_reports_and_check_names_it(backend, fake):
    fake.has_field = False
    _, ref = create(backend)

    assert fake.tasks[ref.id]["option"] is None
    assert "Priority: high" in fake.tasks[ref.id]["notes"]
    with pytest.raises(MisconfiguredError, match=r"has no custom field 'Priority'"):
        backend.check()


def test_check_names_options_and_sections_that_are_missing_and_creates_nothing(front, fake, monkeypatch):
    fake.options = {"1": "Hoch"}
    backend = built(front.url, monkeypatch, new_section="Inbox")

    with pytest.raises(MisconfiguredError) as caught:
        backend.check()
    assert "new_section: project 1200 has no section 'Inbox'; it has: To do, On the way" in str(caught.value)
    assert "priorities.critical: the field 'Priority' has no option 'Critical'; it has: Hoch" in str(caught.value)
    with pytest.raises(MisconfiguredError, match="Inbox"):
        create(backend)
    assert fake.tasks == {}
    assert all(asked.startswith("GET") for asked in fake.asked)
    backend.close()


def test_a_project_that_nobody_may_see_needs_a_human(front, monkeypatch):
    backend = built(front.url, monkeypatch, project="99")

    with pytest.raises(MisconfiguredError, match="project"):
        backend.check()
    backend.close()


def test_an_option_that_is_refused_is_blamed_so_that_the_ticket_comes_without_it(backend, fake):
    backend.check()
    fake.options = {"7": "New names"}
    with pytest.raises(RejectedError) as caught:
        create(backend)
    assert caught.value.field == "priority"

    _, ref = create(backend)
    assert fake.tasks[ref.id]["option"] is None, "it was read anew meanwhile"


def test_the_token_stands_in_no_error(monkeypatch):
    backend = built(f"http://127.0.0.1:{closed_port()}", monkeypatch)
    with pytest.raises(TemporaryError) as caught:
        backend.check()
    assert TOKEN not in str(caught.value) + repr(backend) + repr(backend._settings)


def test_a_project_is_named_by_its_number(monkeypatch):
    with pytest.raises(ConfigError, match="project"):
        built("https://app.asana.com", monkeypatch, project="IT helpdesk")


def test_requests_are_bounded_by_pages_of_a_hundred_and_batches_of_ten(backend, fake):
    for number in range(205):
        create(backend, id=f"T{number}")
    before = len(fake.asked)

    changes, cursor = backend.changes("")
    assert len(changes) == 205
    assert len(fake.asked) - before == 3 + 21

    before = len(fake.asked)
    assert backend.changes(cursor) == ([], cursor)
    assert len(fake.asked) - before == 3, "what changed in the last half minute is asked for again"


def years_of_tasks(backend, fake, count=250):
    for number in range(count):
        _, ref = create(backend, id=f"OLD{number}")
        fake.tasks[ref.id]["modified_at"] = (datetime.now(UTC) - timedelta(days=400)).isoformat()
    fake.tasks[ref.id]["modified_at"] = datetime.now(UTC).isoformat()
    backend.changes("")


def test_a_look_up_reads_only_what_changed_since_the_ticket_first_left(backend, fake):
    years_of_tasks(backend, fake)
    _, ref = create(backend, id="T1")
    before = len(fake.asked)

    assert backend.find("T1") == ref
    assert backend.twins("T1", ref) == [ref]
    assert len(fake.asked) - before == 2


def test_after_a_start_a_look_up_reads_the_whole_project(backend, fake, front, monkeypatch):
    years_of_tasks(backend, fake)
    _, ref = create(backend, id="T1")
    fake.tasks[ref.id]["modified_at"] = (datetime.now(UTC) - timedelta(days=300)).isoformat()
    restarted = built(front.url, monkeypatch)
    restarted.changes("")
    again = sent(DeliveryKind.CREATE, id="DT1", ticket="T1", attempts=2)
    newer = restarted.deliver(again, dataclasses.replace(TICKET, id="T1"))

    assert restarted.find("T1") == ref, "the older one is the ticket, whatever was seen since"
    assert restarted.twins("T1", ref) == [ref, newer]
    restarted.close()


def test_only_so_many_tickets_are_remembered_as_sent(backend, fake, monkeypatch):
    monkeypatch.setattr(project, "_MOST_SENT", 3)
    years_of_tasks(backend, fake, 5)
    made = [create(backend, id=f"T{number}") for number in range(5)]

    assert list(backend._project._sent_after) == ["T2", "T3", "T4"]
    assert [backend.find(ticket.id) for ticket, _ in made] == [ref for _, ref in made]


def test_a_story_of_more_than_a_page_is_read_to_its_end(backend, fake):
    fake.page_size = 10
    _, ref = create(backend)
    for number in range(35):
        fake.say(ref.id, f"remark {number}")

    (change,), _ = backend.changes("")
    assert [remark.text for remark in change.progress.remarks] == [f"remark {number}" for number in range(35)]


def test_a_completed_task_waits_for_the_operators_word(backend, fake):
    made, ref = create(backend)
    fake.change(ref.id, completed=True)
    (change,), cursor = backend.changes("")
    assert change.progress.status is Status.RESOLVED

    confirm = sent(DeliveryKind.CONFIRM, id="DC", ticket=made.id, ref=ref, who="Anna")
    backend.deliver(confirm, made)
    (change,), _ = backend.changes(cursor)
    assert change.progress.status is Status.CLOSED


def test_a_task_that_was_completed_days_ago_is_found_but_no_longer_told(backend, fake):
    made, ref = create(backend)
    fake.change(ref.id, completed=True)
    fake.tasks[ref.id]["completed_at"] = (datetime.now(UTC) - timedelta(days=3)).isoformat()

    assert backend.changes("")[0] == []
    assert backend.find(made.id) == ref


def test_a_section_that_nobody_mapped_means_that_somebody_saw_it(backend, fake):
    _, ref = create(backend)
    fake.sections["77"] = "Ordered parts"
    fake.change(ref.id, section="77")

    (change,), _ = backend.changes("")
    assert change.progress.status is Status.ACKNOWLEDGED


def test_a_task_that_is_deleted_between_two_questions_stops_nothing(backend, fake, monkeypatch):
    create(backend)
    _, ref = create(backend, id="T2")
    real = fake._batch

    def delete_first(request):
        fake.tasks.pop(ref.id, None)
        return real(request)

    monkeypatch.setattr(fake, "_batch", delete_first)

    changes, _ = backend.changes("")
    assert {change.ticket for change in changes} == {"T1", "T2"}


def test_tasks_of_people_are_none_of_ours(backend, fake):
    _, ref = create(backend)
    fake.tasks["9"] = {**fake.tasks[ref.id], "gid": "9", "notes": "Buy milk"}

    changes, _ = backend.changes("")
    assert [change.ref.id for change in changes] == [ref.id]


def test_a_duplicate_that_somebody_moved_on_is_no_twin(backend, fake):
    made, ref = create(backend)
    doing = next(key for key, name in fake.sections.items() if name == "In progress")
    fake.tasks["12999999999999"] = {**fake.tasks[ref.id], "gid": "12999999999999", "section": doing}

    assert backend.twins(made.id, ref) == [ref]


@pytest.mark.filterwarnings("ignore:Use of allowEmptyValue")  # the description's own business
def test_every_request_is_as_the_official_description_says(backend, fake, front, tmp_path):
    official = Official("asana.trim.json", base="/api/1.0")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8photo")
    backend.check()
    made, ref = create(backend, photo=photo)
    fake.change(ref.id, assignee=AGENT)
    for kind in (DeliveryKind.COMMENT, DeliveryKind.CONFIRM, DeliveryKind.REOPEN, DeliveryKind.WITHDRAW):
        backend.deliver(sent(kind, ref=ref, text="Hello", who="Anna"), made)
    backend.took_effect(sent(DeliveryKind.COMMENT, ref=ref), made)
    backend.changes(backend.changes("")[1])
    backend.find("nowhere")

    asked = [request for request in front.requests if request.path != "/api/1.0/attachments"]
    assert len(asked) > 12
    assert [fault for request in asked for fault in official.faults(request)] == []
