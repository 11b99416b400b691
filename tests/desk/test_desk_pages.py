from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running_desk import PASSWORD

from kiosk.desk import add_person

NASTY = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.mark.parametrize(
    "path", ["/", "/board/big", "/closed", "/tickets/1", "/tickets/1/photo", "/people", "/live", "/m/P-1"]
)
def test_a_page_is_shown_to_nobody_unknown(quiet_desk, path):
    answer = quiet_desk.client().get(path)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={path}")


@pytest.mark.parametrize("cookie", ["1", "1.2", "1.9999999999.abc", "..", "x.y.z", "1.9999999999.\u00e9", "9" * 4000])
def test_a_made_up_cookie_opens_nothing(quiet_desk, cookie):
    add_person(quiet_desk.settings, "Jana", PASSWORD)
    for name in ("kiosk_desk", "kiosk_desk_screen"):
        answer = quiet_desk.client(Cookie=f"{name}={cookie}".encode()).get("/board/big")
        assert answer.status_code == 303


def test_the_login_leads_to_the_page_that_was_wanted(desk):
    browser = desk.browser()

    answer = browser.post("/login", data={"name": " jana ", "password": PASSWORD, "after": "/tickets/1"})

    assert answer.headers["Location"] == "/tickets/1"


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\r\nX: y", "evil"])
def test_the_login_leads_to_no_foreign_page(desk, after):
    browser = desk.browser()

    assert (
        browser.post("/login", data={"name": "Jana", "password": PASSWORD, "after": after}).headers["Location"] == "/"
    )


def test_the_first_login_page_says_how_to_begin(desk):
    assert "kiosk desk --add-person" in desk.client().get("/login").text

    add_person(desk.settings, "Jana", PASSWORD)

    assert "kiosk desk --add-person" not in desk.client().get("/login").text


def test_a_session_is_kept_from_scripts_and_from_other_sites(desk):
    add_person(desk.settings, "Jana", PASSWORD)

    cookie = (
        desk.client(Origin=desk.url).post("/login", data={"name": "Jana", "password": PASSWORD}).headers["Set-Cookie"]
    )

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_wrong_passwords_become_slow(desk):
    add_person(desk.settings, "Jana", PASSWORD)
    browser = desk.client(Origin=desk.url)

    def attempt(password):
        return browser.post("/login", data={"name": "Jana", "password": password})

    assert [attempt("wrong").status_code for _ in range(5)] == [401] * 5

    refused = attempt(PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert browser.get("/").status_code == 303


def test_wrong_passwords_of_one_person_slow_nobody_else(desk):
    browser = desk.browser("Tom")
    for _ in range(6):
        browser.post("/login", data={"name": "Jana", "password": "wrong"})

    assert browser.post("/login", data={"name": "Tom", "password": PASSWORD}).status_code == 303


def test_a_new_password_ends_the_old_sessions(desk):
    browser = desk.browser()
    assert browser.get("/").status_code == 200

    add_person(desk.settings, "jana", "another-password")

    assert browser.get("/").status_code == 303


def test_a_session_ends_after_a_month(desk):
    browser = desk.browser()

    desk.time.advance(timedelta(days=31).total_seconds())

    assert browser.get("/").status_code == 303


def test_logging_out_ends_the_visit(desk):
    browser = desk.browser()

    browser.post("/logout")

    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}]
)
def test_a_form_from_a_foreign_page_does_nothing(desk, headers):
    desk.report("T1")
    browser = desk.browser()
    del browser.headers["Origin"]

    assert browser.post("/tickets/1/take", headers=headers).status_code == 403
    assert desk.ticket("T1")["status"] == "new"


def test_every_page_comes_with_safe_headers(desk):
    desk.report("T1")
    browser = desk.browser()

    for path in ("/", "/tickets/1", "/login", "/docs", "/static/page.js"):
        headers = browser.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_loads_anything_from_elsewhere_or_runs_inline_scripts(desk):
    desk.report("T1")
    browser = desk.browser()

    for path in (
        "/",
        "/tickets/1",
        "/board/big",
        "/closed",
        "/people",
        "/login",
        "/docs",
        "/static/docs.js",
        "/static/base.css",
    ):
        text = browser.get(path).text
        assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", text), path


def test_what_a_report_says_is_text_and_nothing_else(desk):
    fields = (
        "machine",
        "machine_name",
        "place",
        "area",
        "symptom",
        "words",
        "it_term",
        "terminal",
        "language",
        "note",
        "who",
    )
    desk.report("T1", **dict.fromkeys(fields, NASTY))
    browser = desk.browser(NASTY[:50])
    browser.post("/tickets/1/ask", data={"text": NASTY, "answer": [NASTY]})
    browser.post("/tickets/1/priority", data={"priority": "normal", "reason": NASTY})
    browser.post("/tickets/1/comment", data={"text": NASTY})
    desk.say("R1", "comment", NASTY)
    pages = [browser.get(path).text for path in ("/", "/board/big", "/tickets/1")]
    browser.post("/tickets/1/fix", data={"cause": NASTY, "solution": NASTY})
    desk.say("R2", "confirm")
    pages += [browser.get(path).text for path in ("/tickets/1", "/closed", "/people")]

    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"&#39;&#39;(\d+)", page)
    assert "&lt;script&gt;" in pages[0]


def order(page: str) -> list[str]:
    return re.findall(r'data-ticket="(\d+)"', page)


def test_the_board_shows_the_most_urgent_first_and_what_is_fixed_last(desk):
    now = desk.time.wall
    for number, minutes in enumerate((50, 10, 90, 30), start=1):
        desk.report(f"T{number}", respond_by=(now + timedelta(minutes=minutes)).isoformat())
    desk.report("T5", priority="critical", respond_by=None, resolve_by=None)
    browser = desk.browser()
    browser.post("/tickets/2/fix", data={"solution": "Cable replaced"})

    assert order(browser.get("/").text) == ["5", "4", "1", "3", "2"]


def test_a_late_ticket_is_marked_in_form_and_word(desk):
    desk.report("T1", words="Late one")
    browser = desk.browser()
    assert 'class="card row tone-warn late"' not in browser.get("/").text

    desk.time.advance(31 * 60)

    page = browser.get("/").text
    assert 'class="card row tone-warn late"' in page
    assert '<span class="late-word">Late</span>' in page
    assert 'class="octagon"' in page


def test_a_person_takes_a_ticket_comes_works_and_fixes_it(desk):
    desk.report("T1")
    jana = desk.browser()
    steps = []

    for action, data in (
        ("take", {}),
        ("way", {"minutes": "5"}),
        ("start", {}),
        ("fix", {"cause": " Cable ", "solution": "Replaced\r\nTested"}),
    ):
        desk.time.advance(60)
        answer = jana.post(f"/tickets/1/{action}", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/tickets/1")
        ticket = desk.ticket("T1")
        steps.append((ticket["status"], ticket["assignee"], ticket["eta_at"]))

    assert steps == [
        ("acknowledged", "Jana", None),
        ("on_the_way", "Jana", "2026-11-23T11:07:00Z"),
        ("in_progress", "Jana", None),
        ("resolved", "Jana", None),
    ]
    assert (ticket["cause"], ticket["solution"]) == ("Cable", "Replaced\nTested")
    assert ticket["since"] == {
        "new": "2026-11-23T11:00:00Z",
        "acknowledged": "2026-11-23T11:01:00Z",
        "on_the_way": "2026-11-23T11:02:00Z",
        "in_progress": "2026-11-23T11:03:00Z",
        "resolved": "2026-11-23T11:04:00Z",
    }


def test_the_board_can_take_a_ticket_and_stays(desk):
    desk.report("T1")

    answer = desk.browser().post("/tickets/1/take", data={"seen": "", "back": "board"})

    assert answer.headers["Location"] == "/"
    assert desk.ticket("T1")["assignee"] == "Jana"


def test_nobody_takes_a_colleagues_ticket_unknowingly(desk):
    desk.report("T1")
    desk.browser("Jana").post("/tickets/1/take", data={"seen": ""})
    tom = desk.browser("Tom")

    answer = tom.post("/tickets/1/take", data={"seen": ""})

    assert answer.headers["Location"] == "/tickets/1?note=moved"
    assert "moved on meanwhile" in tom.get("/tickets/1?note=moved").text
    assert desk.ticket("T1")["assignee"] == "Jana"

    tom.post("/tickets/1/take", data={"seen": "Jana"})

    assert desk.ticket("T1")["assignee"] == "Tom"


def test_a_question_on_a_new_ticket_makes_the_asker_the_one_who_has_it(desk):
    desk.report("T1")

    desk.browser().post("/tickets/1/ask", data={"text": "Is the light on?"})

    asked = desk.ticket("T1")
    assert (asked["status"], asked["assignee"], asked["question"]["answers"]) == ("waiting", "Jana", ["Yes", "No"])
    assert desk.say("R1", "comment", "No").json()["status"] == "acknowledged"


def test_going_on_with_the_work_takes_the_question_back(desk):
    desk.report("T1")
    jana = desk.browser()
    jana.post("/tickets/1/ask", data={"text": "Is the light on?"})

    jana.post("/tickets/1/start")

    assert (desk.ticket("T1")["status"], desk.ticket("T1")["question"]) == ("in_progress", None)


def test_a_changed_priority_is_told_with_its_reason_and_moves_the_ticket(desk):
    desk.report("T1", priority="critical", respond_by=(desk.time.wall + timedelta(minutes=15)).isoformat())
    desk.report("T2")
    desk.report("T3", priority="normal", respond_by=(desk.time.wall + timedelta(hours=2)).isoformat())
    jana = desk.browser()
    assert order(jana.get("/").text) == ["1", "2", "3"]

    jana.post("/tickets/1/priority", data={"priority": "normal", "reason": "A second printer stands beside it"})

    ticket = desk.ticket("T1")
    assert (ticket["priority"], ticket["priority_now"]) == ("critical", "normal")
    assert ticket["priority_reason"] == "A second printer stands beside it"
    assert order(jana.get("/").text) == ["2", "1", "3"]
    # Both have the two hours that were agreed for normal ones.
    assert jana.get("/").text.count('data-due="2026-11-23T13:00:00.000Z"') == 2


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("priority", {"priority": "normal", "reason": " "}),
        ("ask", {"text": "\t"}),
        ("fix", {"cause": "Cable", "solution": ""}),
        ("comment", {"text": "\n"}),
        ("cancel", {"reason": ""}),
    ],
)
def test_an_action_without_its_words_changes_nothing(desk, action, data):
    before = desk.report("T1")

    answer = desk.browser().post(f"/tickets/1/{action}", data=data)

    assert answer.headers["Location"] == "/tickets/1?note=empty"
    assert desk.ticket("T1") == before


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("priority", {"priority": "urgent", "reason": "x"}),
        ("way", {"minutes": "-5"}),
        ("way", {}),
        ("way", {"minutes": "soon"}),
    ],
)
def test_a_form_that_the_page_would_not_send_is_refused(desk, action, data):
    before = desk.report("T1")

    assert desk.browser().post(f"/tickets/1/{action}", data=data).status_code == 422
    assert desk.ticket("T1") == before


def test_a_fixed_ticket_can_be_closed_without_the_operator_or_worked_on_again(desk):
    desk.report("T1")
    jana = desk.browser()
    assert jana.post("/tickets/1/close").headers["Location"] == "/tickets/1?note=moved"
    jana.post("/tickets/1/fix", data={"solution": "Replaced"})

    jana.post("/tickets/1/start")
    assert desk.ticket("T1")["status"] == "in_progress"
    jana.post("/tickets/1/fix", data={"solution": "Replaced"})
    jana.post("/tickets/1/close")

    assert desk.ticket("T1")["status"] == "closed"
    assert "Replaced" in jana.get("/closed").text
    assert order(jana.get("/").text) == []


def test_a_cancelled_ticket_says_why(desk):
    desk.report("T1")
    jana = desk.browser()

    jana.post("/tickets/1/cancel", data={"reason": "Same as #2"})

    assert (desk.ticket("T1")["status"], desk.ticket("T1")["solution"]) == ("cancelled", "Same as #2")
    assert "Same as #2" in jana.get("/tickets/1").text


def test_a_comment_reaches_the_floor_and_a_step_does_not_crowd_it(desk):
    desk.report("T1")
    jana = desk.browser()
    jana.post("/tickets/1/take")

    jana.post("/tickets/1/comment", data={"text": "I bring a cable"})

    (remark,) = desk.ticket("T1")["remarks"]
    assert (remark["who"], remark["text"], remark["kind"]) == ("Jana", "I bring a cable", "comment")
    assert "has it" in jana.get("/tickets/1").text


def test_the_ticket_page_shows_both_languages_of_the_fault(desk):
    desk.report("T1", note="Seit heute früh")

    page = desk.browser().get("/tickets/1").text

    for text in (
        "Zebra L7",
        "D-07",
        "Packing",
        "Mira K.",
        "Es druckt nicht",
        "Label printer: no output",
        "Seit heute früh",
        "High",
    ):
        assert text in page


def test_a_missing_page_is_told_in_plain_words(desk):
    browser = desk.browser()

    assert browser.get("/tickets/99").status_code == 404
    assert "There is no ticket #99 here." in browser.get("/tickets/99").text
    assert browser.post("/tickets/99/take").status_code == 404
    assert "There is nothing at this address." in browser.get("/nothing").text
    assert browser.get("/fonts/..%2f..%2fplant.toml").status_code == 404


def test_a_wall_screen_shows_the_big_board_and_nothing_else(desk):
    desk.report("T1")
    browser = desk.browser()

    assert browser.post("/board/big").headers["Location"] == "/board/big"

    assert "Zebra L7" in browser.get("/board/big").text
    assert "<input" not in browser.get("/board/big").text
    assert "<form" not in browser.get("/board/big").text
    for path in ("/", "/tickets/1", "/people"):
        assert browser.get(path).status_code == 303
    browser.post("/tickets/1/take")
    assert desk.ticket("T1")["status"] == "new"


def test_the_big_board_says_how_many_more_there_are(desk):
    for number in range(7):
        desk.report(f"T{number}")

    assert "and 2 more" in desk.browser().get("/board/big").text


def test_people_make_and_withdraw_tokens(desk):
    jana = desk.browser()
    made = jana.post("/people/add-terminal", data={"name": "Line 4"}).text
    token = re.search(r"<code>(kiosk_[^<]+)</code>", made)[1]
    terminal = desk.client(Authorization=f"Bearer {token}")
    assert terminal.get("/api/health").status_code == 200
    assert token not in jana.get("/people").text
    row = re.search(r"Line 4.*?value=\"(\d+)\"", jana.get("/people").text, re.DOTALL)[1]

    jana.post("/people/remove-terminal", data={"row": row})

    assert terminal.get("/api/health").status_code == 401


def test_people_let_colleagues_in_and_out_but_never_themselves_out(desk):
    jana = desk.browser()
    made = jana.post("/people/add-person", data={"name": "Tom"}).text
    password = re.search(r"<code>([^<]+)</code>", made)[1]
    tom = desk.client(Origin=desk.url)
    assert tom.post("/login", data={"name": "Tom", "password": password}).status_code == 303

    for row in ("1", "2"):
        jana.post("/people/remove-person", data={"row": row})

    assert tom.get("/").status_code == 303
    assert jana.get("/").status_code == 200


def test_a_name_of_nothing_is_refused(desk):
    assert "a name is needed" in desk.browser().post("/people/add-person", data={"name": " \x00 "}).text


def test_the_interface_is_described_offline(desk):
    description = desk.client().get("/openapi.json").json()

    assert set(description["paths"]) == {
        "/api/health",
        "/api/tickets/{ticket_id}",
        "/api/tickets/{ticket_id}/remarks",
        "/api/tickets/{ticket_id}/photo",
        "/api/changes",
    }
    assert "/static/docs.js" in desk.client().get("/docs").text


def test_a_failing_database_is_told_on_the_page(desk):
    browser = desk.browser()
    desk.store.close()
    (desk.settings.data / "desk.sqlite3").rename(desk.settings.data / "away")
    (desk.settings.data / "desk.sqlite3").mkdir()

    assert browser.get("/").status_code == 503


@pytest.mark.parametrize("label", ["P-0007*Z", "p-0007", "P-0007"])
@pytest.mark.parametrize("path", ["/M/", "/m/"])
def test_a_machines_label_leads_a_phone_to_what_was_reported_there(desk, path, label):
    desk.report("T1", it_term="Printer offline")
    desk.report("T2", it_term="Print is faint")
    desk.report("T3", machine="M-1014", machine_name="CNC 14", it_term="HMI frozen")
    jana = desk.browser()
    jana.post("/tickets/1/fix", data={"solution": "Replaced"})
    jana.post("/tickets/1/close")

    shown = jana.get(f"{path}{label}").text

    assert re.findall(r'href="/tickets/(\d+)"', shown) == ["2", "1"]
    assert "Zebra L7" in shown
    assert "Replaced" in shown


def test_a_machine_without_a_report_says_where_to_report(desk):
    shown = desk.browser().get("/m/Q-1%3Cscript%3E*A").text

    assert "Nothing was reported on this machine" in shown
    assert "<script>" not in shown.partition("</head>")[2].replace('<script src="', "")
