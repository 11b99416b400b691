from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.desk import tickets


def ids(page):
    return [ticket["id"] for ticket in page["tickets"]]


def follow(desk, cursor=""):
    """Ask page after page, as a terminal does; give the pages and the last cursor."""
    pages = []
    while True:
        page = desk.changes(cursor)
        pages.append(ids(page))
        cursor = page["cursor"]
        if not page["more"]:
            return pages, cursor


def test_the_first_question_gives_what_is_open(desk):
    for ticket in ("T1", "T2", "T3"):
        desk.report(ticket)
    desk.say("R1", "confirm", ticket="T2")

    page = desk.changes()

    assert ids(page) == ["T1", "T3"]
    assert page["more"] is False


def test_afterwards_only_what_changed_is_given_closed_or_not(desk):
    desk.report("T1")
    desk.report("T2")
    cursor = desk.changes()["cursor"]
    desk.report("T3")
    desk.say("R1", "confirm", ticket="T1")

    page = desk.changes(cursor)

    assert ids(page) == ["T3", "T1"]
    assert page["tickets"][1]["status"] == "closed"
    assert ids(desk.changes(page["cursor"])) == []


def test_a_cursor_stays_good_while_nothing_happens(desk):
    desk.report("T1")
    cursor = desk.changes()["cursor"]

    assert desk.changes(cursor)["cursor"] == cursor


def test_an_empty_desk_gives_a_cursor_that_can_be_followed(desk):
    cursor = desk.changes()["cursor"]
    desk.report("T1")

    assert ids(desk.changes(cursor)) == ["T1"]


def test_a_page_holds_at_most_200_tickets(desk):
    for number in range(tickets.PAGE + 1):
        desk.report(f"T{number}")

    pages, cursor = follow(desk)

    assert [len(page) for page in pages] == [200, 1]
    assert len(set(itertools.chain(*pages))) == 201
    assert ids(desk.changes(cursor)) == []


def test_many_changes_come_in_pages_too(desk, monkeypatch):
    monkeypatch.setattr(tickets, "PAGE", 2)
    start = desk.changes()["cursor"]
    for number in range(5):
        desk.report(f"T{number}")

    pages, _ = follow(desk, start)

    assert pages == [["T0", "T1"], ["T2", "T3"], ["T4"]]


def test_a_ticket_that_closes_while_the_first_listing_is_read_is_told_afterwards(desk, monkeypatch):
    monkeypatch.setattr(tickets, "PAGE", 2)
    for number in range(5):
        desk.report(f"T{number}")
    first = desk.changes()
    desk.say("R1", "confirm", ticket="T0")
    desk.say("R2", "confirm", ticket="T3")
    desk.report("T5")

    pages, cursor = follow(desk, first["cursor"])

    assert pages == [["T2", "T4"]]
    assert follow(desk, cursor)[0] == [["T0", "T3"], ["T5"]]


def test_old_closed_tickets_are_no_part_of_the_first_listing(desk, monkeypatch):
    monkeypatch.setattr(tickets, "PAGE", 2)
    for number in range(6):
        desk.report(f"T{number}")
    for number in (0, 2, 4):
        desk.say(f"R{number}", "confirm", ticket=f"T{number}")

    assert follow(desk)[0] == [["T1", "T3"], ["T5"]]


@pytest.mark.parametrize(
    "strange",
    [
        "nonsense",
        "0",
        "a.b",
        "{epoch}",
        "{epoch}.",
        "{epoch}.x",
        "{epoch}.999",
        "{epoch}.0.999",
        "{other}.0",
        "{epoch}.1.2.3",
    ],
)
def test_a_cursor_of_another_time_is_answered_like_an_empty_one(desk, strange):
    desk.report("T1")
    desk.report("T2")
    desk.say("R1", "confirm", ticket="T2")
    epoch = desk.changes()["cursor"].split(".")[0]

    page = desk.changes(strange.format(epoch=epoch, other="0" * 32))

    assert ids(page) == ["T1"]
    assert page["cursor"] == desk.changes()["cursor"]


def test_no_change_is_missed_by_a_terminal_that_asks_while_others_write(desk):
    def work(number):
        desk.report(f"T{number}")
        desk.say(f"R{number}", "confirm", ticket=f"T{number}")

    seen, cursor = {}, desk.changes()["cursor"]
    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(work, number) for number in range(20)]
        while True:
            are_done = all(job.done() for job in running)
            page = desk.changes(cursor)
            seen |= {ticket["id"]: ticket["status"] for ticket in page["tickets"]}
            cursor = page["cursor"]
            if are_done and not page["tickets"]:
                break

    assert [job.result() for job in running] == [None] * 20
    assert seen == {f"T{number}": "closed" for number in range(20)}
