"""IT's day in a real browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from needs import missing
from running_desk import PASSWORD

from kiosk.desk import add_person

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
expect = playwright.expect

SCREENSHOTS = os.environ.get("KIOSK_SCREENSHOTS")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, desk):
    """Open a browser in which Jana has logged in through the page."""
    contexts, troubles = [], []

    def note(trouble):
        if not any(words in trouble for words in note.expected):
            troubles.append(trouble)

    def open_page(*, expected=(), **options):
        note.expected = expected
        add_person(desk.settings, "Jana", PASSWORD)
        context = chromium.new_context(base_url=desk.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: note(str(error)))
        page.on("console", lambda message: message.type == "error" and note(message.text))
        page.on("dialog", lambda dialog: note(dialog.message))
        page.goto("/")
        page.get_by_label("Your name").fill("Jana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("What is open now")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def picture(page, name: str) -> None:
    """Keep a screenshot where the environment asks for it."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS, f"desk-{name}.png"), full_page=True)


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_it_sees_a_report_arrive_takes_it_asks_and_fixes_it(desk, visit):
    page = visit()
    expect(page.get_by_text("Nothing is open")).to_be_visible()

    desk.report("T1")
    ticket = page.locator("article", has_text="Zebra L7")
    expect(ticket.get_by_text("Nobody has it yet")).to_be_visible()
    picture(page, "board")

    ticket.get_by_role("button", name="I have it").click()
    expect(ticket.get_by_text("Jana has it")).to_be_visible()
    assert desk.ticket("T1")["assignee"] == "Jana"

    ticket.get_by_role("link", name="Zebra L7").click()
    page.get_by_role("button", name="15 min").click()
    expect(page.locator("#hero")).to_contain_text("Jana is on the way, there at")
    picture(page, "ticket")
    assert desk.ticket("T1")["eta_at"] == "2026-11-23T11:15:00Z"

    page.get_by_role("button", name="Ask the operator").click()
    page.get_by_label("Question").fill("Is the green light on?")
    page.get_by_label("Answer 3").fill("It blinks")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#hero")).to_contain_text("Jana asks the operator")
    assert desk.ticket("T1")["question"]["answers"] == ["Yes", "No", "It blinks"]

    desk.say("R1", "comment", "It blinks")
    expect(page.locator("#hero")).to_contain_text("Jana is on the way")
    expect(page.locator("#history")).to_contain_text("It blinks")

    page.get_by_role("button", name="Fixed").click()
    page.get_by_label("Cause").fill("Head was dirty")
    page.get_by_label("What was done").fill("Cleaned, test label printed")
    page.locator("dialog[open]").get_by_role("button", name="Fixed").click()
    expect(page.locator("#hero")).to_contain_text("Fixed by Jana, to be confirmed")
    assert (desk.ticket("T1")["status"], desk.ticket("T1")["cause"]) == ("resolved", "Head was dirty")

    desk.say("R2", "confirm")
    expect(page.locator("#hero")).to_contain_text("Closed")


def test_words_that_are_being_typed_survive_what_happens_meanwhile(desk, visit):
    desk.report("T1")
    page = visit()
    page.goto("/tickets/1")
    page.get_by_label("Tell the floor").fill("I bring a")
    page.get_by_role("button", name="Change priority").click()
    page.locator("dialog[open]").get_by_label("Reason").fill("A second printer")

    desk.say("R1", "comment", "It smells")

    expect(page.locator("#history")).to_contain_text("It smells")
    expect(page.locator("dialog[open]").get_by_label("Reason")).to_have_value("A second printer")
    expect(page.get_by_label("Tell the floor")).to_have_value("I bring a")
    page.get_by_text("Normal", exact=True).click()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#report")).to_contain_text("Agreed: High. Now: Normal, because A second printer")


def test_a_ticket_becomes_late_before_the_eyes_of_it(desk, visit):
    desk.report("T1")
    desk.time.advance(30 * 60 - 1)
    page = visit()

    ticket = page.locator("article", has_text="Zebra L7")

    expect(ticket.locator(".late-word")).to_be_visible()
    expect(ticket.locator(".octagon")).to_be_visible()
    expect(ticket.locator(".ring")).to_be_hidden()
    assert ticket.locator("[data-count]").inner_text().startswith("\u2212")


def test_the_board_comes_alive_again_after_the_desk_was_away(desk, visit):
    page = visit(expected=("net::ERR_", "Failed to fetch"))
    chip = page.locator("[data-live-chip]")
    expect(chip).to_have_text("Live")

    desk.stop()
    expect(chip).to_have_text("No connection. Trying again")
    desk.start()
    desk.report("T1")

    expect(page.locator("article", has_text="Zebra L7")).to_be_visible(timeout=20000)
    expect(chip).to_have_text("Live")


def test_times_are_shown_in_the_viewers_own_zone(desk, visit):
    desk.report("T1", who="")
    page = visit(timezone_id="Asia/Tokyo")
    page.goto("/tickets/1")

    expect(page.locator("#report time").first).to_contain_text("20:00")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(desk, visit, scheme):
    desk.report("T1", machine_name="Press 4 with a name that never ends" * 3, note="x" * 400, it_term="T" * 200)
    desk.report("T2", words="شاشة مظلمة", language="ar")
    page = visit(color_scheme=scheme, **PHONE)

    for path in ("/", "/tickets/1", "/closed", "/people", "/docs", "/board/big"):
        page.goto(path)
        assert overflow(page) == 0, path
        picture(page, f"phone-{scheme}-{path.strip('/').replace('/', '-') or 'board'}")
    page.goto("/tickets/1")
    for button in page.locator("#actions .button").all():
        assert button.bounding_box()["height"] >= 48


def test_the_big_board_fits_a_television_and_stays_alive(desk, visit):
    for number in range(7):
        desk.report(f"T{number}", machine_name=f"Machine {number}")
    page = visit(viewport={"width": 1920, "height": 1080})
    page.goto("/board/big")
    page.get_by_role("button", name="Use this browser as a wall screen").click()
    expect(page.locator(".big-setup")).to_have_count(0)

    desk.say("R1", "confirm", ticket="T0")

    expect(page.locator("article").first).to_contain_text("Machine 1")
    expect(page.get_by_text("and 1 more")).to_be_in_viewport(ratio=1)
    assert page.locator("article h2").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 56
    assert page.locator(".count-words").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 36
    picture(page, "big")


def test_the_interface_page_is_made_from_its_description(desk, visit):
    page = visit()
    page.goto("/docs")

    expect(page.get_by_role("heading", name="/api/changes")).to_be_visible()
    expect(page.locator("#docs")).to_contain_text("reported_at")
