"""What is stored comes back equal, and what another version stored does no harm."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import MONDAY_NOON

from kiosk.core.document import from_document, to_document
from kiosk.core.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    Progress,
    Question,
    Remark,
    RemoteRef,
    Status,
    Ticket,
)
from kiosk.core.plant import Priority

TICKET = Ticket(
    id="T1",
    machine="P-0007",
    machine_name="Zebra L7",
    place="D-07",
    area="pack",
    symptom="noprint",
    words="Es druckt nichts",
    it_term="Printer offline",
    priority=Priority.CRITICAL,
    stopped=True,
    reported_at=MONDAY_NOON,
    terminal="K1",
    photo=Path("T1.jpg"),
)
ENTRY = Entry(
    sequence=7,
    ticket=TICKET,
    deliveries=(
        Delivery(
            id="D1",
            ticket="T1",
            destination="it",
            kind=DeliveryKind.CREATE,
            created_at=MONDAY_NOON,
            state=DeliveryState.DELIVERED,
            ref=RemoteRef(id="12", number="#12"),
            without=frozenset({"photo", "priority"}),
        ),
    ),
    progress=Progress(
        status=Status.WAITING,
        assignee="Jana",
        eta_at=MONDAY_NOON + timedelta(minutes=5),
        question=Question(id="q", text="Is it on?", answers=("Yes",)),
        remarks=(Remark(at=MONDAY_NOON, text="Hello", who="Jana"),),
        since={Status.NEW: MONDAY_NOON},
    ),
)


def test_an_entry_survives_the_way_through_json():
    assert from_document(Entry, json.loads(json.dumps(to_document(ENTRY)))) == ENTRY


def test_a_field_of_a_newer_version_is_passed_over_and_a_missing_one_takes_its_default():
    document = to_document(ENTRY)
    document["invented_later"] = 1
    del document["progress"]

    assert from_document(Entry, document).progress == Progress()


@pytest.mark.parametrize("damage", [{"ticket": None}, {"sequence": "x"}, {"ticket": {"id": "T1"}}, {"deliveries": 5}])
def test_a_document_that_describes_no_entry_is_refused(damage):
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_document(Entry, to_document(ENTRY) | damage)


def test_what_has_its_default_is_not_written():
    document = to_document(Progress(assignee="Jana"))

    assert document == {"assignee": "Jana"}
    assert from_document(Progress, document) == Progress(assignee="Jana")


def test_what_an_older_version_wrote_whole_is_read():
    whole = {"status": "waiting", "assignee": "", "eta_at": None, "remarks": [], "since": {}, "question": None}

    assert from_document(Progress, whole) == Progress(status=Status.WAITING)
