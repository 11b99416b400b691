"""One report from the scanned label to the confirmed fix: a real window, a real desk, a real browser, real keys and touches."""

import json

import pytest
from floor import free_port, kiosk, write_config

from kiosk import desk

pytestmark = pytest.mark.journey

PRINTER = "P-0007"


@pytest.fixture
def it_desk(tmp_path):
    """A desk's data folder with a person and a terminal, not started yet."""
    settings = desk.DeskSettings(data=tmp_path / "desk")
    return settings, desk.add_person(settings, "Jana Nowak"), desk.add_terminal(settings, "K07")


def config_for(folder, url, token):
    (folder / "terminal").mkdir(exist_ok=True)
    (folder / "terminal" / "token").write_text(token)
    destination = f'[[destinations]]\ntype = "desk"\nname = "IT desk"\nurl = "{url}"\ntoken = {{ file = "token" }}'
    return write_config(folder / "terminal", destination, area="packaging")


def report_by_touch(terminal, *, machine=PRINTER, symptom="Nothing prints"):
    terminal.scan(f"KIOSK:{machine}")
    terminal.touch(symptom)
    terminal.touch("Yes, it is stopped")
    terminal.touch("Send to IT")


def log_in(browser, url, password):
    page = browser.new_page()
    page.goto(url)
    page.get_by_label("Your name").fill("Jana Nowak")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


def test_scan_report_taken_in_the_browser_fixed_and_confirmed(tmp_path, it_desk, start_desk, start_terminal, chromium):
    _, password, token = it_desk
    running = start_desk()
    terminal = start_terminal(config_for(tmp_path, running.url, token))
    page = log_in(chromium, running.url, password)

    report_by_touch(terminal)
    terminal.wait_for("Nobody has taken it yet.")
    assert not terminal.sees("Jana")

    page.get_by_text("Label printer 7").first.wait_for()  # the board shows it without a reload
    page.get_by_text("Label printer 7").first.click()
    page.get_by_role("button", name="15 min").click()
    terminal.wait_for("Jana Nowak is on the way")

    page.get_by_role("button", name="Fixed").first.click()
    page.get_by_label("What was done").fill("Cable replaced")
    page.get_by_role("dialog").get_by_role("button", name="Fixed").click()
    terminal.wait_for("Is it running again?")
    terminal.touch("Yes, it works")
    terminal.wait_for("Thank you")

    page.get_by_text("closed", exact=False).first.wait_for()
    page.close()


def test_offline_killed_and_restarted_it_arrives_once_and_in_order(tmp_path, it_desk, start_desk, start_terminal):
    _, _, token = it_desk
    port = free_port()
    config = config_for(tmp_path, f"http://127.0.0.1:{port}", token)

    terminal = start_terminal(config)
    report_by_touch(terminal)
    terminal.wait_for("Saved on this terminal")
    terminal.kill()
    second = kiosk("--config", str(config), "report", "--machine", "M-1014", "--symptom", "frozen", "--json")
    assert second.returncode == 0, second.stderr
    terminal = start_terminal(config)
    terminal.scan(f"KIOSK:{PRINTER}")
    terminal.wait_for("This is already reported")
    terminal.wait_for("Saved on this terminal")

    running = start_desk(port=port)
    terminal.wait_for("Nobody has taken it yet.")
    terminal.close()

    listed = json.loads(kiosk("--config", str(config), "tickets", "--json").stdout)
    delivered = [entry["deliveries"][0] for entry in listed]
    assert [d["state"] for d in delivered] == ["delivered", "delivered"]
    assert [d["ref"]["number"] for d in delivered] == ["#1", "#2"]
    running.close()


def test_while_the_terminal_runs_a_second_process_is_refused(tmp_path, it_desk, start_terminal):
    config = config_for(tmp_path, f"http://127.0.0.1:{free_port()}", it_desk[2])
    terminal = start_terminal(config)

    other = kiosk("--config", str(config), "tickets")

    assert other.returncode == 1
    assert f"(process {terminal.process.pid})" in other.stderr
