"""A small stateful Redmine in this process, as measured on a real one, odd habits included."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from http import HTTPStatus

from backends.local_server import Reply, Request

KIOSK_KEY, AGENT_KEY, OUTSIDER_KEY = "1" * 40, "2" * 40, "3" * 40
USERS = {KIOSK_KEY: (5, "Kiosk Terminals"), AGENT_KEY: (6, "Jana Nowak"), OUTSIDER_KEY: (7, "Otto Outside")}
STATUSES = {1: "New", 2: "In Progress", 3: "Resolved", 4: "Feedback", 5: "Closed", 6: "Rejected", 7: "On the way"}
CLOSED = (5, 6)
PRIORITIES = {1: "Low", 2: "Normal", 3: "High", 4: "Urgent", 5: "Immediate"}
TRACKERS = {1: "Bug", 2: "Feature", 3: "Support"}
FIELDS = {1: "Kiosk ID", 2: "ETA"}
MOST_UPLOAD = 5120 * 1024
NO_PERMISSION, NOT_THERE = Reply(HTTPStatus.FORBIDDEN), Reply(404, b"", {"Content-Type": "application/json"})


def now(moment: datetime | None = None) -> str:
    return (moment or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def named(table: dict[int, str], number: int) -> dict[str, object]:
    return {"id": number, "name": table[number]}


def refused(*errors: str) -> Reply:
    return Reply.of({"errors": list(errors)}, 422)


class FakeRedmine:
    """Answers requests; a test may change its attributes, as an administrator would."""

    def __init__(self) -> None:
        self.issues: dict[int, dict] = {}
        self.uploads: dict[str, bytes] = {}
        self.is_filter = True
        self.project_fields = dict(FIELDS)
        self.project_status = 1
        self.permissions = ["view_issues", "add_issues", "edit_issues"]
        self.forbidden_statuses: set[int] = set()
        self.stale_once = False
        self._now = lambda: datetime.now(UTC)
        self._is_indexed = lambda issue: True
        self._numbers = itertools.count(1)

    def live_by(self, clock, *, lag) -> None:
        """Go by `clock`; a search finds an issue only `lag(ticket)` seconds after it was made."""
        made_at = {}
        self._now = clock.now

        def is_indexed(issue: dict) -> bool:
            made = made_at.setdefault(issue["id"], clock.monotonic())
            ticket = next(field["value"] for field in issue["custom_fields"] if field["id"] == 1)
            return clock.monotonic() >= made + lag(ticket)

        self._is_indexed = is_indexed

    def _time(self) -> str:
        return now(self._now())

    def __call__(self, request: Request) -> Reply:
        key = request.headers.get("X-Redmine-API-Key", "")
        if key not in USERS:
            return Reply(401, b"", {"WWW-Authenticate": 'Basic realm="Redmine API"'})
        for method, pattern, answer in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return answer(request, key, *found.groups())
        return Reply(404, b"<!DOCTYPE html><title>404</title>", {"Content-Type": "text/html"})

    def _routes(self):
        yield "GET", r"/users/current\.json", self._user
        yield "GET", r"/projects/([\w-]+)\.json", self._project
        yield "GET", r"/roles/6\.json", lambda *_: Reply.of({"role": {"id": 6, "permissions": self.permissions}})
        yield "GET", r"/issue_statuses\.json", lambda *_: self._list("issue_statuses", STATUSES)
        yield "GET", r"/enumerations/issue_priorities\.json", lambda *_: self._list("issue_priorities", PRIORITIES)
        yield "POST", r"/uploads\.json", self._upload
        yield "POST", r"/projects/([\w-]+)/issues\.json", self._create
        yield "GET", r"/issues\.json", self._search
        yield "GET", r"/issues/(\d+)\.json", self._show
        yield "PUT", r"/issues/(\d+)\.json", self._update
        yield "DELETE", r"/issues/(\d+)\.json", self._delete
        yield "GET", r"/attachments/download/([^/]+)/.*", self._download

    def _list(self, name: str, table: dict[int, str]) -> Reply:
        return Reply.of({name: [named(table, number) for number in table]})

    def _user(self, request: Request, key: str) -> Reply:
        number, name = USERS[key]
        project = {"id": 1, "name": "IT helpdesk"}
        memberships = (
            [] if key == OUTSIDER_KEY else [{"id": 1, "project": project, "roles": [{"id": 6, "name": "API"}]}]
        )
        return Reply.of({"user": {"id": number, "login": name, "admin": False, "memberships": memberships}})

    def _project(self, request: Request, key: str, project: str) -> Reply:
        if project != "it-helpdesk":
            return NOT_THERE
        if key == OUTSIDER_KEY:
            return NO_PERMISSION
        trackers = [named(TRACKERS, number) for number in TRACKERS]
        fields = [named(self.project_fields, number) for number in self.project_fields]
        about = {"id": 1, "name": "IT helpdesk", "status": self.project_status}
        return Reply.of({"project": {**about, "trackers": trackers, "issue_custom_fields": fields}})

    # ------------------------------------------------------------ writing

    def _upload(self, request: Request, key: str) -> Reply:
        if request.headers.get("Content-Type") != "application/octet-stream":
            return Reply(406)
        if len(request.body) > MOST_UPLOAD:
            return refused("This file cannot be uploaded because it exceeds the maximum allowed file size (5242880)")
        token = f"{len(self.uploads) + 1}.abc"
        self.uploads[token] = request.body
        return Reply.of({"upload": {"id": len(self.uploads), "token": token}}, 201)

    def _create(self, request: Request, key: str, project: str) -> Reply:
        if project != "it-helpdesk":
            return NOT_THERE
        if key == OUTSIDER_KEY or "add_issues" not in self.permissions:
            return NO_PERMISSION
        wanted = request.json["issue"]
        tokens = [upload["token"] for upload in wanted.get("uploads", [])]
        if any(token not in self.uploads for token in tokens):
            return refused("1 file(s) could not be saved.")
        if wanted.get("priority_id", 2) not in PRIORITIES:
            return refused("Priority cannot be blank")
        if not 0 < len(wanted["subject"]) <= 255:
            return refused("Subject is too long (maximum is 255 characters)")
        number = next(self._numbers)
        self.issues[number] = {
            "id": number,
            "project": {"id": 1, "name": "IT helpdesk"},
            "tracker": named(TRACKERS, wanted.get("tracker_id", 1) if wanted.get("tracker_id") in TRACKERS else 1),
            "status": self._status(1),
            "priority": named(PRIORITIES, wanted.get("priority_id", 2)),
            "author": dict(zip(("id", "name"), USERS[key], strict=True)),
            "subject": wanted["subject"],
            "description": wanted["description"],
            "custom_fields": [{"id": n, "name": FIELDS[n], "value": ""} for n in FIELDS],
            "created_on": self._time(),
            "updated_on": self._time(),
            "journals": [],
            "attachments": [{"id": token, "content": self.uploads.pop(token)} for token in tokens],
        }
        self._set_fields(self.issues[number], wanted)
        self._is_indexed(self.issues[number])
        return Reply.of({"issue": self._shown(number)}, 201, Location=f"/issues/{number}")

    def _update(self, request: Request, key: str, number: str) -> Reply:
        issue = self.issues.get(int(number))
        if issue is None:
            return NOT_THERE
        if self.stale_once:
            self.stale_once = False
            return refused()
        wanted, details = request.json["issue"], []
        for attribute, table in (("status", STATUSES), ("priority", PRIORITIES)):
            new = wanted.get(f"{attribute}_id", issue[attribute]["id"])
            if (
                new in table
                and new != issue[attribute]["id"]
                and not (attribute == "status" and self._is_forbidden(key, new))
            ):
                details.append(self._detail(f"{attribute}_id", issue[attribute]["id"], new))
                issue[attribute] = self._status(new) if attribute == "status" else named(table, new)
        if "assigned_to_id" in wanted:
            details.append(self._detail("assigned_to_id", None, wanted["assigned_to_id"]))
            issue["assigned_to"] = {"id": 6, "name": "Jana Nowak"}
        tokens = [upload["token"] for upload in wanted.get("uploads", [])]
        issue["attachments"] += [{"id": token, "content": self.uploads.pop(token)} for token in tokens]
        self._set_fields(issue, wanted)
        self._journal(issue, key, wanted, details)
        issue["updated_on"] = self._time()
        return Reply(204)

    def _delete(self, request: Request, key: str, number: str) -> Reply:
        del self.issues[int(number)]
        return Reply(204)

    def _is_forbidden(self, key: str, status: int) -> bool:
        return key == KIOSK_KEY and status in self.forbidden_statuses

    def _status(self, number: int) -> dict[str, object]:
        return {**named(STATUSES, number), "is_closed": number in CLOSED}

    def _detail(self, name: str, old: object, new: object) -> dict[str, object]:
        return {"property": "attr", "name": name, "old_value": old and str(old), "new_value": str(new)}

    def _set_fields(self, issue: dict, wanted: dict) -> None:
        for wish in wanted.get("custom_fields", []):
            for field in issue["custom_fields"]:
                if field["id"] == wish["id"]:
                    field["value"] = wish["value"]

    def _journal(self, issue: dict, key: str, wanted: dict, details: list) -> None:
        issue["journals"].append(
            {
                "id": sum(len(other["journals"]) for other in self.issues.values()) + 1,
                "user": dict(zip(("id", "name"), USERS[key], strict=True)),
                "notes": wanted.get("notes", ""),
                "private_notes": wanted.get("private_notes", False),
                "created_on": self._time(),
                "details": details,
            }
        )

    # ------------------------------------------------------------ reading

    def _show(self, request: Request, key: str, number: str) -> Reply:
        if int(number) not in self.issues:
            return NOT_THERE
        return Reply.of({"issue": self._shown(int(number), *request.query.get("include", "").split(","))})

    def _shown(self, number: int, *included: str) -> dict:
        issue = self.issues[number]
        shown = {name: issue[name] for name in issue if name not in ("journals", "attachments")}
        if "journals" in included:
            shown["journals"] = issue["journals"]
        if "attachments" in included:
            shown["attachments"] = [
                {"id": file["id"], "content_url": f"/attachments/download/{file['id']}/photo"}
                for file in issue["attachments"]
            ]
        return shown

    def _download(self, request: Request, key: str, token: str) -> Reply:
        files = [file for issue in self.issues.values() for file in issue["attachments"] if file["id"] == token]
        return Reply(200, files[0]["content"])

    def _search(self, request: Request, key: str) -> Reply:
        query = request.query
        since = query.get("updated_on", "")
        if since and not re.fullmatch(r">=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", since):
            return refused("Updated is invalid")
        found = [i for i in self.issues.values() if self._is_indexed(i) and self._matches(i, query)]
        column, _, direction = query.get("sort", "id:desc").split(",")[0].partition(":")
        found.sort(key=lambda issue: (issue[column], issue["id"]), reverse=direction == "desc")
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 25)), 100)
        page = [self._shown(issue["id"]) for issue in found[offset : offset + limit]]
        return Reply.of({"issues": page, "total_count": len(found), "offset": offset, "limit": limit})

    def _matches(self, issue: dict, query: dict[str, str]) -> bool:
        if query.get("status_id", "open") == "open" and issue["status"]["is_closed"]:
            return False
        if query.get("updated_on", "")[2:] > issue["updated_on"]:
            return False
        return not self.is_filter or all(
            self._field_matches(issue, int(name[3:]), wanted)
            for name, wanted in query.items()
            if name.startswith("cf_") and int(name[3:]) in self.project_fields
        )

    def _field_matches(self, issue: dict, number: int, wanted: str) -> bool:
        value = next(field["value"] for field in issue["custom_fields"] if field["id"] == number)
        return bool(value) if wanted == "*" else value == wanted
