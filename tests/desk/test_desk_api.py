from __future__ import annotations

import base64
import io
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from PIL import Image
from running_desk import report

from kiosk import __version__


def picture(image_format: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(file, image_format)
    return file.getvalue()


def photo(data: bytes, content_type: str = "image/jpeg") -> dict[str, str]:
    return {"content_type": content_type, "data": base64.b64encode(data).decode()}


def as_json(body: object) -> bytes:
    """JSON with lone surrogates escaped, as a careless sender writes it."""
    return json.dumps(body).encode()


def test_a_report_is_stored_and_shown_as_a_whole(desk):
    made = desk.report("T1", note="Since the shift change")

    assert made == desk.ticket("T1")
    assert made["url"] == f"{desk.url}/tickets/1"
    assert {
        "id": "T1",
        "number": 1,
        "machine": "P-0007",
        "words": "Es druckt nicht",
        "it_term": "Label printer: no output",
        "stopped": True,
        "status": "new",
        "assignee": "",
        "eta_at": None,
        "priority": "high",
        "priority_now": "high",
        "question": None,
        "remarks": [],
        "has_photo": False,
        "note": "Since the shift change",
        "reported_at": "2026-11-23T11:00:00Z",
        "respond_by": "2026-11-23T11:30:00Z",
        "since": {"new": "2026-11-23T11:00:00Z"},
        "changed_at": "2026-11-23T11:00:00Z",
    }.items() <= made.items()


def test_a_repeated_report_changes_nothing_and_says_so(desk):
    first = desk.report("T1")

    again = desk.terminal.put("/api/tickets/T1", json=report(desk.time.wall, words="Something else"))

    assert (again.status_code, again.json()) == (200, first)


def test_reports_at_the_same_time_under_one_id_make_one_ticket(desk):
    desk.report("T0")
    together = Barrier(8)

    def send(_):
        with httpx.Client(base_url=desk.url, headers=desk.terminal.headers, timeout=20) as terminal:
            together.wait()
            return terminal.put("/api/tickets/T1", json=report(desk.time.wall))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert {answer.json()["number"] for answer in answers} == {2}


def test_reports_at_the_same_time_get_numbers_of_their_own(desk):
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda n: desk.report(f"T{n}")["number"], range(24)))

    assert sorted(numbers) == list(range(1, 25))


def test_health_tells_the_name_and_version(quiet_desk):
    assert quiet_desk.terminal.get("/api/health").json() == {"name": "Help desk", "version": __version__}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/health"),
        ("PUT", "/api/tickets/T1"),
        ("GET", "/api/tickets/T1"),
        ("POST", "/api/tickets/T1/remarks"),
        ("GET", "/api/tickets/T1/photo"),
        ("GET", "/api/changes"),
    ],
)
@pytest.mark.parametrize("token", [None, "Bearer wrong", "Basic amFuYTpqYW5h", "Bearer \u00e9"])
def test_nothing_is_answered_without_a_known_token(quiet_desk, method, path, token):
    headers = {"Authorization": token.encode()} if token else {}

    answer = httpx.request(method, quiet_desk.url + path, headers=headers, json={} if method != "GET" else None)

    assert answer.status_code == 401
    assert "token" in answer.json()["detail"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_persons_cookie_opens_no_api(quiet_desk):
    assert quiet_desk.browser().get("/api/health").status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("machine", None),
        ("machine", ""),
        ("machine", " \x00\ud800 "),
        ("machine", 7),
        ("words", None),
        ("priority", "urgent"),
        ("priority", None),
        ("reported_at", "2026-11-23T11:00:00"),
        ("reported_at", "yesterday"),
        ("reported_at", "0001-01-01T00:00:00+14:00"),
        ("resolve_by", "later"),
        ("stopped", "perhaps"),
        ("photo", "picture"),
        ("photo", {"content_type": "image/jpeg", "data": "no base64!"}),
        ("photo", photo(b"<svg onload=alert(1)>", "image/svg+xml")),
        ("photo", photo(b"GIF89a")),
        ("photo", photo(picture() + b"\0" * 8 * 1024 * 1024)),
    ],
)
def test_a_field_that_cannot_be_used_is_named(quiet_desk, field, value):
    body = report(quiet_desk.time.wall, **{field: value})

    answer = quiet_desk.terminal.put(
        "/api/tickets/T1", content=as_json(body), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(field)
    assert quiet_desk.terminal.get("/api/tickets/T1").status_code == 404


def test_an_id_of_another_form_is_refused(quiet_desk):
    answer = quiet_desk.terminal.put("/api/tickets/T-1", json=report(quiet_desk.time.wall))

    assert answer.status_code == 422
    assert "ticket_id: must be letters and digits" in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"nope", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_report_is_refused(quiet_desk, body):
    answer = quiet_desk.terminal.put("/api/tickets/T1", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 422)
    assert isinstance(answer.json()["detail"], str)


def test_the_sender_of_a_report_far_too_large_gets_an_answer(quiet_desk):
    body = as_json(report(quiet_desk.time.wall, photo={"content_type": "image/jpeg", "data": "A" * 30_000_000}))

    answer = quiet_desk.terminal.put("/api/tickets/T1", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("photo")


def test_unknown_fields_are_ignored(desk):
    assert "colour" not in desk.report("T1", colour="blue", photo_of_cat={"a": [1]})


def test_a_long_note_is_kept_and_an_endless_one_is_cut(desk):
    assert desk.report("T1", note="ab" * 1000)["note"] == "ab" * 1000
    assert desk.report("T2", note="x" * 100_000)["note"] == "x" * 4000


def test_text_that_no_database_can_hold_is_cleaned(desk):
    body = report(desk.time.wall, note="Licht\x00 \ud83d rot\r\nseit heute \ud83d\ude00", who="Mi\x07ra\u202e")

    desk.terminal.put("/api/tickets/T1", content=as_json(body), headers={"Content-Type": "application/json"})

    assert desk.ticket("T1")["note"] == "Licht  rot\nseit heute 😀"
    assert desk.ticket("T1")["who"] == "Mira"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_comes_back_as_what_it_is(desk, image_format):
    data = picture(image_format)
    made = desk.report("T1", photo=photo(data, "text/html"))

    answer = desk.terminal.get("/api/tickets/T1/photo")

    assert made["has_photo"]
    assert answer.content == data
    assert answer.headers["Content-Type"] == f"image/{image_format.lower()}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_ticket_without_a_photo_has_none(desk):
    desk.report("T1")

    assert desk.terminal.get("/api/tickets/T1/photo").status_code == 404


def test_an_unknown_ticket_is_not_found(quiet_desk):
    assert quiet_desk.terminal.get("/api/tickets/T9").status_code == 404
    assert quiet_desk.say("R1", "comment", "Hello", ticket="T9").status_code == 404


def test_a_remark_is_told_once_however_often_it_is_sent(desk):
    desk.report("T1")

    codes = [desk.say("R1", "comment", "The light is red").status_code for _ in range(3)]

    assert codes == [201, 200, 200]
    assert desk.ticket("T1")["remarks"] == [
        {"id": "R1", "at": "2026-11-23T11:00:00Z", "who": "Mira", "text": "The light is red", "kind": "comment"}
    ]


def test_a_repeated_confirmation_does_not_close_a_reopened_ticket(desk):
    desk.report("T1")
    desk.say("R1", "confirm")
    desk.say("R2", "reopen")

    assert desk.say("R1", "confirm").status_code == 200
    assert desk.ticket("T1")["status"] == "new"


def test_a_confirmation_closes_the_ticket(desk):
    desk.report("T1")
    desk.time.advance(60)

    assert desk.say("R1", "confirm").json()["status"] == "closed"
    assert desk.ticket("T1")["since"] == {"new": "2026-11-23T11:00:00Z", "closed": "2026-11-23T11:01:00Z"}


def test_a_reopened_ticket_goes_back_to_whoever_had_it_and_forgets_the_solution(desk):
    desk.report("T1")
    desk.browser().post("/tickets/1/fix", data={"cause": "Cable", "solution": "Replaced"})
    assert desk.ticket("T1")["solution"] == "Replaced"

    desk.say("R1", "reopen", "Still nothing")

    ticket = desk.ticket("T1")
    assert (ticket["status"], ticket["assignee"], ticket["cause"], ticket["solution"]) == (
        "in_progress",
        "Jana",
        "",
        "",
    )


def test_a_reopened_ticket_that_nobody_had_is_new_again(desk):
    desk.report("T1")
    desk.say("R1", "confirm")

    assert desk.say("R2", "reopen").json()["status"] == "new"


def test_the_operators_comment_answers_the_question(desk):
    desk.report("T1")
    jana = desk.browser()
    jana.post("/tickets/1/way", data={"minutes": "15"})
    jana.post("/tickets/1/ask", data={"text": "Is the light on?", "answer": ["Yes", "No", "", "Flickers"]})
    asked = desk.ticket("T1")
    assert asked["status"] == "waiting"
    assert asked["question"] == {
        "id": asked["question"]["id"],
        "text": "Is the light on?",
        "who": "Jana",
        "answers": ["Yes", "No", "Flickers"],
    }

    desk.say("R1", "comment", "Yes")

    answered = desk.ticket("T1")
    assert (answered["status"], answered["question"]) == ("on_the_way", None)
    assert answered["eta_at"] == "2026-11-23T11:15:00Z"
    assert [remark["kind"] for remark in answered["remarks"]] == ["question", "comment"]


def test_a_comment_on_a_ticket_that_does_not_wait_changes_no_status(desk):
    desk.report("T1")
    desk.browser().post("/tickets/1/start")

    assert desk.say("R1", "comment", "Thanks").json()["status"] == "in_progress"


def test_a_database_that_fails_is_a_temporary_refusal(desk):
    database = sqlite3.connect(desk.settings.data / "desk.sqlite3")
    database.execute("ALTER TABLE tickets RENAME TO gone")
    database.close()

    answer = desk.terminal.put("/api/tickets/T1", json=report(desk.time.wall))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "database" in answer.json()["detail"]
