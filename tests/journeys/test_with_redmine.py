"""One report from the scanned label to the confirmed fix, with a real Redmine in which a person of IT works."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import requests
from floor import until, write_config

pytestmark = pytest.mark.journey


class Agent:
    """Jana, who works in Redmine as always."""

    def __init__(self, redmine):
        self._url, self._eta_field = redmine["REDMINE_URL"], int(redmine["REDMINE_ETA_FIELD"])
        self._project, self._id_field = redmine["REDMINE_PROJECT"], redmine["REDMINE_ID_FIELD"]
        self._session = requests.Session()
        self._session.headers["X-Redmine-API-Key"] = redmine["REDMINE_AGENT_KEY"]
        self.number = None

    def _get(self, path, **params):
        answer = self._session.get(self._url + path, params=params, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def issues(self):
        found = self._get(
            "/issues.json", project_id=self._project, status_id="*", sort="id:desc", include="attachments"
        )
        return found["issues"]

    def look(self):
        return self._get(f"/issues/{self.number}.json", include="attachments")["issue"]

    def set(self, **fields):
        answer = self._session.put(f"{self._url}/issues/{self.number}.json", json={"issue": fields}, timeout=30)
        answer.raise_for_status()

    def status(self, name):
        return next(s["id"] for s in self._get("/issue_statuses.json")["issue_statuses"] if s["name"] == name)

    def me(self):
        return self._get("/users/current.json")["user"]["id"]

    def says_when(self, moment):
        return [{"id": self._eta_field, "value": moment.isoformat()}]


def test_scan_report_taken_in_redmine_fixed_reopened_and_confirmed(tmp_path, redmine, start_terminal):
    agent = Agent(redmine)
    before = {issue["id"] for issue in agent.issues()}
    folder = tmp_path / "terminal"
    folder.mkdir()
    (folder / "key").write_text(redmine["REDMINE_API_KEY"])
    destination = f"""[[destinations]]
type = "redmine"
name = "Redmine"
url = "{redmine["REDMINE_URL"]}"
project = "{redmine["REDMINE_PROJECT"]}"
id_field = {redmine["REDMINE_ID_FIELD"]}
eta_field = {redmine["REDMINE_ETA_FIELD"]}
api_key = {{ file = "key" }}
poll_seconds = 1
"""
    terminal = start_terminal(write_config(folder, destination, area="packaging"))

    terminal.scan("KIOSK:P-0007")
    terminal.touch("Nothing prints")
    terminal.touch("Yes, it is stopped")
    terminal.touch("Send to IT")
    terminal.wait_for("Nobody has taken it yet.")

    (agent.number,) = {issue["id"] for issue in agent.issues()} - before
    issue = agent.look()
    assert "Label printer 7" in issue["subject"]
    assert issue["priority"]["name"] == "Immediate"
    assert "Nothing prints" in issue["description"]

    coming_at = datetime.now().astimezone() + timedelta(minutes=12)
    agent.set(status_id=agent.status("On the way"), assigned_to_id=agent.me(), custom_fields=agent.says_when(coming_at))
    terminal.wait_for("Jana Nowak is on the way")

    agent.set(status_id=agent.status("Resolved"), notes="Cable replaced")
    terminal.wait_for("Is it running again?")
    terminal.touch("No, still broken")
    until(lambda: agent.look()["status"]["name"] == "In Progress", "Redmine to have it open again")

    agent.set(status_id=agent.status("Resolved"), notes="Printer replaced")
    terminal.wait_for("Is it running again?")
    terminal.touch("Yes, it works")
    until(lambda: agent.look()["status"]["name"] == "Closed", "Redmine to have it closed")
    terminal.wait_for("Thank you")
    assert {issue["id"] for issue in agent.issues()} - before == {agent.number}
