"""What is Jira's own: its two kinds of markup, its lagging search, its screens, its workflows - and that its description agrees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from backends.fake_jira import AGENT, EMAIL, KIOSK, TOKEN, FakeJira
from backends.local_server import serving
from backends.official import SPECS, Official
from backends.samples import TICKET, sent
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from kiosk import plugins
from kiosk.backends.jira import markup
from kiosk.core.errors import ConfigError, MisconfiguredError, RejectedError
from kiosk.core.model import DeliveryKind, Status
from kiosk.core.plant import Priority
from kiosk.core.text import clean_text

DESCRIPTIONS = {"cloud": ("jira-cloud-v3.trim.json", ""), "dc": ("jira-dc-v2-10.3.trim.json", "/rest")}


class Plant:
    """A backend before a fake Jira, and people who work there."""

    def __init__(self, server, fake, monkeypatch):
        self.server, self.fake, self._environ = server, fake, monkeypatch
        self._ids = count(1)
        self.backend = self.with_settings()

    def with_settings(self, token=TOKEN, **table):
        self._environ.setenv("JIRA_TOKEN", token)
        needed = {"type": "jira", "url": self.server.url, "token": {"env": "JIRA_TOKEN"}, "project": "MNT"}
        needed |= {"flavour": "cloud", "email": EMAIL} if self.fake.is_cloud else {"flavour": "dc"}
        return plugins.build("backends", needed | table, terminal="K7")

    def create(self, backend=None, without=frozenset(), **changes):
        ticket = replace(TICKET, id=f"T{next(self._ids)}", **changes)
        return (backend or self.backend).deliver(replace(sent(DeliveryKind.CREATE), without=without), ticket)

    def issue(self, ref):
        return self.fake.issues[int(ref.id)]

    def say(self, ref, text, account=AGENT, **more):
        self.fake.say(int(ref.id), markup.adf(text) if self.fake.is_cloud else text, account, **more)

    def change(self, ref, **fields):
        self.fake.change(int(ref.id), **fields)

    def move(self, ref, status):
        self.change(ref, status=self.fake._status(status))

    def progress(self, ref, cursor="", backend=None):
        changes, _ = (backend or self.backend).changes(cursor)
        return next(change.progress for change in changes if change.ref.id == ref.id)


@pytest.fixture(params=["cloud", "dc"])
def plant(request, monkeypatch):
    fake = FakeJira(request.param)
    with serving(fake) as server:
        plant = Plant(server, fake, monkeypatch)
        yield plant
        plant.backend.close()


# ------------------------------------------------------------ the official description


def test_every_request_is_as_the_official_description_says(plant, tmp_path):
    name, base = DESCRIPTIONS[plant.fake.flavour]
    official = Official(name, base=base)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 a photo")
    plant.backend.check()
    ref = plant.create()
    ticket = replace(TICKET, photo=photo)
    for kind in (
        DeliveryKind.ATTACH,
        DeliveryKind.COMMENT,
        DeliveryKind.JOIN,
        DeliveryKind.CONFIRM,
        DeliveryKind.REOPEN,
    ):
        said = replace(sent(kind), ref=ref, text="Hello")
        plant.backend.deliver(said, ticket)
        assert plant.backend.took_effect(said, ticket)
    plant.backend.deliver(replace(sent(DeliveryKind.WITHDRAW), ref=ref), ticket)
    plant.backend.changes(plant.backend.changes("")[1])
    plant.backend.find("T1")

    asked = {(r.method, r.path) for r in plant.server.requests}
    faults = [f for r in plant.server.requests if "attachments" not in r.path for f in official.faults(r)]

    assert len(asked) > 10
    assert faults == []


# ------------------------------------------------------------ Service Management


@pytest.fixture
def service(plant):
    backend = plant.with_settings(request_type="Report a fault")
    yield backend
    backend.close()


def test_a_request_is_as_the_official_description_says(plant, service):
    official = Official("jsm-cloud.trim.json")
    service.check()
    plant.create(service)
    asked = [request for request in plant.server.requests if "/servicedeskapi/" in request.path]

    assert {request.method for request in asked} == {"GET", "POST"}
    assert [fault for request in asked for fault in official.faults(request)] == []
    (created,) = [request for request in asked if request.method == "POST"]
    assert official.faults(replace(created, body=b'{"labels": []}'))


def test_a_report_is_a_customers_request_with_what_its_form_allows(plant, service):
    plant.fake.on_form -= {"priority", "labels"}
    ref = plant.create(service, note="{noformat} *a*")

    fields = plant.issue(ref)["fields"]
    assert fields["labels"] == []
    assert service.find("T1") == ref
    assert plant.progress(ref, backend=service).status is Status.NEW


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ({"request_type": "Nonsense"}, "has no 'Nonsense'; it has Get help, Report a fault"),
        ({"request_type": "Report a fault", "project": "SALES"}, "SALES"),
    ],
)
def test_a_request_type_that_is_not_there_is_named(plant, table, part):
    with pytest.raises(MisconfiguredError, match=part):
        plant.with_settings(**table).check()


def test_a_form_that_wants_more_says_what(plant, service):
    plant.fake.required["customfield_10000"] = "Nominee"
    with pytest.raises(
        MisconfiguredError, match=r"customfield_10000 \(Nominee\) is required for a new 'Report a fault'"
    ):
        service.check()


def test_a_jira_without_service_management_says_so(plant, service):
    plant.fake.has_service_desk = False
    with pytest.raises(MisconfiguredError, match="no Service Management"):
        service.check()


def test_the_description_would_notice_a_wrong_request(plant):
    """The negative control."""
    name, base = DESCRIPTIONS[plant.fake.flavour]
    official = Official(name, base=base)
    plant.create()
    (created,) = [r for r in plant.server.requests if r.method == "POST" and r.path.endswith("/issue")]

    assert official.faults(replace(created, body=b'{"fields": [1]}'))
    assert official.faults(replace(created, target=created.target + "s"))


# ------------------------------------------------------------ text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_comes_back_from_a_document_and_from_wiki_markup(text):
    text = clean_text(text).strip()

    assert markup.plain(markup.adf(text)).strip() == text
    assert markup.unwrapped(markup.wiki(text)).strip() == text


@pytest.mark.parametrize(
    "text", ["{noformat} h1. big", "{code:java}x{code}", "*bold* [link|http://evil.example]", "{{a}}"]
)
def test_nothing_ends_the_wrapping_of_wiki_markup(text):
    inside = markup.wiki(text).removeprefix("{noformat}").removesuffix("{noformat}")

    assert "{noformat" not in inside
    assert "{code" not in inside
    assert markup.unwrapped(markup.wiki(text)) == text


def test_a_person_who_formats_a_comment_is_read_as_plain_text():
    document = {
        "type": "doc",
        "version": 1,
        "content": [
            {
                "type": "paragraph",
                "content": [{"type": "mention", "attrs": {"id": "1", "text": "@Omar"}}, _text(" look:")],
            },
            {"type": "bulletList", "content": [_item("the fuse"), _item("the cable")]},
            {"type": "codeBlock", "content": [_text("x = 1")]},
        ],
    }

    assert markup.plain(document) == "@Omar look:\nthe fuse\nthe cable\nx = 1"


def _text(text):
    return {"type": "text", "text": text}


def _item(text):
    return {"type": "listItem", "content": [{"type": "paragraph", "content": [_text(text)]}]}


# ------------------------------------------------------------ screens, permissions, names


def test_the_issue_says_it_in_its_own_terms_and_in_the_operators_words(plant):
    ref = plant.create()
    fields = plant.issue(ref)["fields"]
    text = markup.unwrapped(markup.plain(fields["description"]))

    assert fields["summary"].endswith("Label printer: no output")
    assert "It prints nothing" in text
    assert fields["priority"] == {"name": "High"}
    assert fields["labels"] == ["kiosk", "kiosk-T1"]
    assert ref.url == f"{plant.server.url}/browse/MNT-1"


@pytest.mark.parametrize("field", ["priority", "labels"])
def test_a_field_that_is_not_on_the_screen_is_left_out_and_the_ticket_found_all_the_same(plant, field):
    plant.fake.on_screen.remove(field)
    ref = plant.create()

    assert field not in plant.issue(ref)["fields"] or plant.issue(ref)["fields"][field] in ([], {"name": "Medium"})
    assert plant.backend.find("T1") == ref
    assert plant.progress(ref).status is Status.NEW


def test_a_refused_priority_is_named_so_that_the_ticket_can_come_without_it(plant):
    backend = plant.with_settings(priorities={"high": "Urgent!"})

    with pytest.raises(RejectedError) as caught:
        plant.create(backend)

    assert caught.value.field == "priority"
    assert plant.create(backend, without=frozenset({"priority"}))


def test_the_check_names_everything_that_is_missing_at_once(plant):
    plant.fake.permissions -= {"TRANSITION_ISSUES"}
    plant.fake.required = {"customfield_7": "Cost centre"}
    backend = plant.with_settings(priorities={"critical": "Urgent!"}, statuses={"Coming": "on_the_way"})

    with pytest.raises(MisconfiguredError) as caught:
        backend.check()

    assert "its user may not transition issues in MNT" in str(caught.value)
    assert "project MNT has no 'Urgent!'; it has Highest, High, Medium, Low" in str(caught.value)
    assert "project MNT has no 'Coming'" in str(caught.value)
    assert "customfield_7 (Cost centre) is required" in str(caught.value)


def test_a_field_that_the_site_insists_on_can_be_given(plant):
    plant.fake.required = {"customfield_7": "Cost centre"}
    backend = plant.with_settings(fields={"customfield_7": {"value": "4711"}})

    backend.check()
    assert plant.issue(plant.create(backend))["fields"]["customfield_7"] == {"value": "4711"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"project": "NOPE"}, "there is no 'NOPE'"),
        ({"issue_type": "Incident"}, "project MNT has no 'Incident'; it has Task, Bug"),
    ],
)
def test_a_wrong_name_is_said_with_what_there_is(plant, wrong, said):
    with pytest.raises(MisconfiguredError, match=said):
        plant.with_settings(**wrong).check()


def test_cloud_wants_an_address(monkeypatch):
    monkeypatch.setenv("JIRA_TOKEN", TOKEN)
    table = {"type": "jira", "url": "https://jira.example.com", "token": {"env": "JIRA_TOKEN"}, "project": "MNT"}

    with pytest.raises(ConfigError) as caught:
        plugins.build("backends", table, terminal="K7")

    assert "wants the e-mail address" in str(caught.value.faults[0].text)


def test_no_error_shows_the_token_in_either_form(plant):
    plant.fake.permissions.clear()
    for backend in (plant.with_settings(token="2" * 40), plant.backend):
        with pytest.raises(MisconfiguredError) as caught:
            backend.check()
        assert "1111" not in str(caught.value)
        assert "2222" not in str(caught.value) + repr(backend)


# ------------------------------------------------------------ what people do there


def test_what_only_agents_may_read_is_not_shown(plant):
    ref = plant.create()
    plant.say(ref, "internal", jsdPublic=False)
    plant.say(ref, "for managers", visibility={"type": "role", "value": "Managers"})
    plant.say(ref, "for all")

    assert [remark.text for remark in plant.progress(ref).remarks] == ["for all"]


def test_a_status_that_nobody_mapped_stands_on_jiras_own_three_steps(plant):
    ref = plant.create()
    plant.change(ref, status={"id": "99", "name": "Analyse", "statusCategory": {"key": "indeterminate"}})
    assert plant.progress(ref).status is Status.IN_PROGRESS
    plant.change(ref, status={"id": "98", "name": "Erledigt", "statusCategory": {"key": "done"}})
    plant.say(ref, "New fuse")
    progress = plant.progress(ref)
    assert (progress.status, progress.solution) == (Status.RESOLVED, "New fuse")


def test_in_a_workflow_that_ends_with_done_the_operators_word_closes(plant):
    ref = plant.create()
    plant.move(ref, "Done")
    _, cursor = plant.backend.changes("")
    plant.backend.deliver(replace(sent(DeliveryKind.CONFIRM), ref=ref), TICKET)
    assert plant.progress(ref, cursor).status is Status.CLOSED

    plant.move(ref, "In Progress")
    plant.move(ref, "Done")
    assert plant.progress(ref, cursor).status is Status.RESOLVED


def test_a_workflow_that_forbids_the_way_back_says_so(plant):
    ref = plant.create()
    plant.move(ref, "Done")
    plant.fake.forbidden_statuses.add("In Progress")

    with pytest.raises(RejectedError, match="no way from 'Done' to 'In Progress': To Do, On the way"):
        plant.backend.deliver(replace(sent(DeliveryKind.REOPEN), ref=ref), TICKET)


def test_a_reason_may_be_written_before_or_after_the_priority_is_changed(plant):
    before, after = plant.create(), plant.create()
    plant.say(before, "The line waits")
    plant.change(before, priority={"name": "Highest"})
    plant.change(after, priority={"name": "Medium"})
    plant.say(after, "There is a spare printer")

    assert plant.progress(before).priority_reason == "The line waits"
    assert (plant.progress(after).priority, plant.progress(after).priority_reason) == (
        Priority.NORMAL,
        "There is a spare printer",
    )


def test_a_clone_is_no_twin_and_does_not_stand_in_for_the_ticket(plant):
    ref = plant.create()
    clone = {**plant.issue(ref), "id": "10900", "key": "MNT-900"}
    clone["fields"] = {**clone["fields"], "creator": plant.fake._person(AGENT), "status": plant.fake._status("Done")}
    plant.fake.issues[10_900] = clone

    assert plant.backend.twins("T1", ref) == [ref]
    assert plant.progress(ref).status is Status.NEW
    assert KIOSK != AGENT


# ------------------------------------------------------------ the search


def test_many_changes_come_on_several_pages_of_one_question(plant):
    plant.fake.page_size = 10
    for _ in range(35):
        plant.create()

    changes, cursor = plant.backend.changes("")
    assert len({change.ticket for change in changes}) == 35
    assert len(plant.fake.asked) == 4
    assert plant.backend.changes(cursor)[0] == []


def test_what_the_search_shows_late_is_told_when_it_shows(plant):
    start, seconds = datetime(2026, 11, 23, 11, tzinfo=UTC), 0.0

    class Time:
        now = staticmethod(lambda: start + timedelta(seconds=seconds))
        monotonic = staticmethod(lambda: seconds)

    plant.fake.live_by(Time, lag=lambda ticket: 240.0)
    plant.backend._search.monotonic = Time.monotonic
    _, cursor = plant.backend.changes("")
    other = plant.with_settings()
    other._search.monotonic = Time.monotonic
    ref = plant.create(other)

    seen, cursor = plant.backend.changes(cursor)
    assert seen == []
    assert (ref.id in {c.ref.id for c in other.changes("")[0]}) is plant.fake.is_cloud, "our own is reconciled"
    seconds = 300.0
    seen, cursor = plant.backend.changes(cursor)
    assert [change.ref.id for change in seen] == [ref.id]
    assert plant.backend.changes(cursor)[0] == []


def test_comments_that_the_search_leaves_out_are_fetched(plant):
    ref = plant.create()
    for number in range(5):
        plant.say(ref, f"line {number}")
    plant.fake.shown_comments = 2

    assert [remark.text for remark in plant.progress(ref).remarks] == [f"line {number}" for number in range(5)]


def test_an_issue_that_is_not_understood_hides_no_other(plant, caplog):
    plant.create()
    plant.create()
    plant.issue(plant.create())["fields"]["creator"] = "nobody"

    assert len(plant.backend.changes("")[0]) == 2
    assert "not understood" in caplog.text


@pytest.fixture(scope="module")
def document_format():
    """Atlassian's own schema of the document format."""
    path = SPECS / "adf-schema-v1-full.json"
    if not path.exists():
        pytest.skip(f"needs the official description {path.name} in {SPECS}")
    return Draft4Validator(json.loads(path.read_text()))


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@example(text="")
@example(text="a\n\n\n  b\tc\r\n{code}h1. *x*")
def test_whatever_was_typed_is_a_document_by_atlassians_own_schema(document_format, text):
    document = markup.adf(text)

    assert [error.message for error in document_format.iter_errors(document)] == []


def test_a_document_that_is_none_is_noticed(document_format):
    document = markup.adf("Hello")
    document["content"][0]["type"] = "paragraf"

    assert list(document_format.iter_errors(document))
