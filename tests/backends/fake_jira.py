"""A small stateful Jira in this process, Cloud or Data Center, with the habits that its documentation tells of."""

from __future__ import annotations

import base64
import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

from backends.local_server import Reply, Request

TOKEN, EMAIL = "1" * 40, "kiosk@example.com"
KIOSK, AGENT = "acc-kiosk", "acc-jana"
NAMES = {KIOSK: "Kiosk Terminals", AGENT: "Jana Nowak"}
STATUSES = {
    "To Do": "new",
    "In Progress": "indeterminate",
    "On the way": "indeterminate",
    "Waiting for operator": "indeterminate",
    "Done": "done",
    "Closed": "done",
}
PRIORITIES = ["Highest", "High", "Medium", "Low"]
MOST_BYTES = 5 * 1024 * 1024
PERMISSIONS = "BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES", "CREATE_ATTACHMENTS"


def refused(*messages: str, **fields: str) -> Reply:
    return Reply.of({"errorMessages": list(messages), "errors": fields}, 400)


GONE = Reply.of({"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}, 404)


class FakeJira:
    """Answers requests; a test may change its attributes, as an administrator would."""

    def __init__(self, flavour: str) -> None:
        self.flavour, self.is_cloud = flavour, flavour == "cloud"
        self.base = "/rest/api/3" if self.is_cloud else "/rest/api/2"
        self.issues: dict[int, dict] = {}
        self.on_screen = {"summary", "description", "issuetype", "project", "labels", "priority"}
        self.on_form = {"summary", "description", "priority", "labels"}
        self.has_service_desk = True
        self.required: dict[str, str] = {}
        self.permissions = set(PERMISSIONS)
        self.forbidden_statuses: set[str] = set()
        self.page_size = 100
        self.shown_comments = 100
        """So many a search gives with an issue."""
        self.asked: list[dict] = []
        self._now = lambda: datetime.now(UTC)
        self._lag = lambda ticket: 0.0
        self._monotonic = None
        self._numbers = itertools.count(10_001)
        self._events = itertools.count(1)
        self._last = datetime.min.replace(tzinfo=UTC)

    def live_by(self, clock, *, lag) -> None:
        """Go by `clock`; a search finds an issue only `lag(ticket)` seconds after it was made, unless it is reconciled."""
        self._now, self._monotonic, self._lag = clock.now, clock.monotonic, lag

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != self._key():
            return Reply.of({"message": "Client must be authenticated to access this resource."}, 401)
        if request.path.startswith("/rest/servicedeskapi"):
            return self._service_desk(request)
        if not request.path.startswith(self.base):
            return Reply(404, b"<!DOCTYPE html><title>404</title>", {"Content-Type": "text/html"})
        path = request.path.removeprefix(self.base)
        for method, pattern, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return answer(request, *found.groups())
        return Reply(404, b"<!DOCTYPE html><title>404</title>", {"Content-Type": "text/html"})

    def _key(self) -> str:
        basic = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        return f"Basic {basic}" if self.is_cloud else f"Bearer {TOKEN}"

    def _routes(self):
        yield "GET", r"/myself", lambda _: Reply.of(self._person(KIOSK))
        yield "GET", r"/serverInfo", lambda _: Reply.of({"version": "1001.0.0", "serverTime": _text(self._now())})
        yield "GET", r"/mypermissions", self._my_permissions
        yield "GET", r"/status", lambda _: Reply.of([self._status(name) for name in STATUSES])
        yield "GET", r"/issue/createmeta/(\w+)/issuetypes", self._types
        yield "GET", r"/issue/createmeta/(\w+)/issuetypes/(\d+)", self._screen
        yield "POST", r"/issue", self._create
        yield "GET", r"/issue/(\d+)", self._show
        yield "GET", r"/issue/(\d+)/comment", self._list_comments
        yield "POST", r"/issue/(\d+)/comment", self._comment
        yield "GET", r"/issue/(\d+)/transitions", self._list_transitions
        yield "POST", r"/issue/(\d+)/transitions", self._transition
        yield "POST", r"/issue/(\d+)/attachments", self._attach
        yield "POST", r"/search/jql" if self.is_cloud else r"/search", self._search

    # ------------------------------------------------------------ what the site has

    def _person(self, account: str) -> dict:
        key = "accountId" if self.is_cloud else "name"
        return {key: account, "displayName": NAMES[account], "active": True}

    def _status(self, name: str) -> dict:
        number = str(list(STATUSES).index(name) + 1)
        return {"id": number, "name": name, "statusCategory": {"id": 2, "key": STATUSES[name], "name": name}}

    def _my_permissions(self, request: Request) -> Reply:
        if request.query.get("projectKey") != "MNT":
            return Reply.of({"errorMessages": ["No project could be found with key."], "errors": {}}, 404)
        held = {name: {"key": name, "havePermission": name in self.permissions} for name in PERMISSIONS}
        return Reply.of({"permissions": held})

    def _types(self, request: Request, project: str) -> Reply:
        if project != "MNT":
            return Reply.of({"errorMessages": ["No project could be found with key."], "errors": {}}, 404)
        types = [{"id": "10001", "name": "Task", "subtask": False}, {"id": "10002", "name": "Bug", "subtask": False}]
        return Reply.of(
            {"issueTypes" if self.is_cloud else "values": types, "total": 2, "maxResults": 50, "startAt": 0}
        )

    def _screen(self, request: Request, project: str, number: str) -> Reply:
        fields = [
            {"fieldId": f, "key": f, "name": f.title(), "required": f == "summary"} for f in sorted(self.on_screen)
        ]
        fields += [{"fieldId": f, "key": f, "name": name, "required": True} for f, name in self.required.items()]
        for field in fields:
            if field["fieldId"] == "priority":
                field["allowedValues"] = [{"id": str(n), "name": name} for n, name in enumerate(PRIORITIES, 1)]
        return Reply.of({"fields" if self.is_cloud else "values": fields, "total": len(fields)})

    # ------------------------------------------------------------ Service Management

    def _service_desk(self, request: Request) -> Reply:
        path = request.path.removeprefix("/rest/servicedeskapi")
        if not self.has_service_desk:
            return Reply(404, b"<!DOCTYPE html><title>404</title>", {"Content-Type": "text/html"})
        if (request.method, path) == ("POST", "/request"):
            return self._request(request)
        pages = {
            "/servicedesk": [{"id": "3", "projectKey": "HR"}, {"id": "10", "projectKey": "MNT"}],
            "/servicedesk/10/requesttype": [{"id": "24", "name": "Get help"}, {"id": "25", "name": "Report a fault"}],
        }
        if path in pages:
            start = int(request.query["start"])
            values = pages[path][start : start + 1]
            return Reply.of({"values": values, "start": start, "limit": 1, "isLastPage": start > 0})
        assert path == "/servicedesk/10/requesttype/25/field"
        fields = [
            {"fieldId": f, "name": f.title(), "required": f == "summary", "validValues": self._valid(f)}
            for f in sorted(self.on_form)
        ]
        fields += [{"fieldId": f, "name": name, "required": True} for f, name in self.required.items()]
        return Reply.of({"requestTypeFields": fields, "canRaiseOnBehalfOf": False})

    def _valid(self, field: str) -> list[dict]:
        return [{"value": str(n), "label": name} for n, name in enumerate(PRIORITIES)] if field == "priority" else []

    def _request(self, request: Request) -> Reply:
        body = request.json
        if (body["serviceDeskId"], body["requestTypeId"]) != ("10", "25"):
            return Reply.of({"errorMessage": "The service desk does not exist."}, 404)
        values = body["requestFieldValues"]
        strange = set(values) - self.on_form - set(self.required)
        if strange or not isinstance(values.get("description", ""), str):
            return Reply.of({"errorMessage": f"Field {strange or 'description'} is not valid."}, 400)
        # A description comes as wiki markup, and the cloud keeps it as a document.
        text = values.get("description", "").removeprefix("{noformat}\n").removesuffix("\n{noformat}")
        code = {"type": "codeBlock", "content": [{"type": "text", "text": text}] if text else []}
        document = {"type": "doc", "version": 1, "content": [code]}
        description = document if self.is_cloud else values.get("description", "")
        issue = self._add({**values, "description": description})
        answer = {"issueId": issue["id"], "issueKey": issue["key"], "requestTypeId": "25", "serviceDeskId": "10"}
        return Reply.of(answer, 201)

    # ------------------------------------------------------------ writing

    def _create(self, request: Request) -> Reply:
        fields = request.json["fields"]
        if fields["project"] != {"key": "MNT"}:
            return refused(project="valid project is required")
        if fault := self._fault_in(fields):
            return fault
        issue = self._add(fields)
        return Reply.of({"id": issue["id"], "key": issue["key"], "self": "https://jira.example.com/x"}, 201)

    def _add(self, fields: dict) -> dict:
        number, now = next(self._numbers), self._tick()
        self.issues[number] = {
            "id": str(number),
            "key": f"MNT-{number - 10_000}",
            "fields": {
                "labels": [],
                "priority": {"name": "Medium"},
                **fields,
                "status": self._status("To Do"),
                "assignee": None,
                "creator": self._person(KIOSK),
                "created": now,
                "updated": now,
            },
            "comments": [],
            "histories": [],
            "files": [],
            "made_at": self._monotonic() if self._monotonic else 0.0,
        }
        return self.issues[number]

    def _fault_in(self, fields: dict) -> Reply | None:
        strange = set(fields) - self.on_screen - set(self.required)
        if strange:
            text = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
            return refused(**{name: text.format(name) for name in strange})
        if (
            not isinstance(fields.get("summary"), str)
            or not 0 < len(fields["summary"]) <= 255
            or "\n" in fields["summary"]
        ):
            return refused(summary="You must specify a summary of the issue.")
        if "priority" in fields and fields["priority"].get("name") not in PRIORITIES:
            return refused(priority="The priority selected is invalid.")
        if any(re.search(r"\s", label) or len(label) > 255 for label in fields.get("labels", [])):
            return refused(labels="The label contains spaces which is invalid.")
        return self._fault_in_text(fields.get("description"), "description")

    def _fault_in_text(self, body: object, name: str) -> Reply | None:
        if self.is_cloud and not _is_document(body):
            return refused(
                **{name: "Operation value must be an Atlassian Document (see the Atlassian Document Format)"}
            )
        if not self.is_cloud and not isinstance(body, str):
            return refused(**{name: "Operation value must be a string"})
        return None

    def _comment(self, request: Request, number: str) -> Reply:
        if int(number) not in self.issues:
            return GONE
        body = request.json["body"]
        return self._fault_in_text(body, "comment") or self.say(int(number), body, KIOSK)

    def say(self, number: int, body: object, account: str, **more: object) -> Reply:
        """Write a comment, as anybody can."""
        issue, now = self.issues[number], self._tick()
        comment = {"id": str(next(self._events)), "author": self._person(account), "body": body, "created": now, **more}
        issue["comments"].append(comment)
        issue["fields"]["updated"] = now
        return Reply.of(comment, 201)

    def change(self, number: int, **fields: object) -> None:
        """Play a person who edits the issue: `status`, `assignee`, `priority` or any other field."""
        issue, now = self.issues[number], self._tick()
        items = []
        for name, value in fields.items():
            text = value["name"] if isinstance(value, dict) and "name" in value else str(value)
            items.append({"field": name, "fieldId": name, "to": AGENT if name == "assignee" else "1", "toString": text})
        issue["fields"] |= fields
        issue["fields"]["updated"] = now
        issue["histories"].append({"id": str(next(self._events)), "created": now, "items": items})

    def _list_transitions(self, request: Request, number: str) -> Reply:
        if int(number) not in self.issues:
            return GONE
        offered = [name for name in STATUSES if name not in self.forbidden_statuses]
        shown = [
            {"id": str(11 + n), "name": f"Go to {name}", "to": self._status(name)} for n, name in enumerate(offered)
        ]
        return Reply.of({"transitions": shown})

    def _transition(self, request: Request, number: str) -> Reply:
        offered = [name for name in STATUSES if name not in self.forbidden_statuses]
        chosen = int(request.json["transition"]["id"]) - 11
        if not 0 <= chosen < len(offered):
            return refused("It seems that you have tried to perform a workflow operation that is not valid.")
        self.change(int(number), status=self._status(offered[chosen]))
        return Reply(204)

    def _attach(self, request: Request, number: str) -> Reply:
        if int(number) not in self.issues:
            return GONE
        if request.headers.get("X-Atlassian-Token") != "no-check":
            return Reply(403, b"XSRF check failed", {"Content-Type": "text/plain"})
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + request.body).get_payload()
        assert part.get_param("name", header="content-disposition") == "file"
        content = part.get_payload(decode=True)
        if len(content) > MOST_BYTES:
            return Reply.of({"errorMessages": ["The file is too large"], "errors": {}}, 413)
        file = {
            "id": str(next(self._events)),
            "filename": part.get_filename(),
            "size": len(content),
            "content": content,
        }
        self.issues[int(number)]["files"].append(file)
        self.issues[int(number)]["fields"]["updated"] = self._tick()
        return Reply.of([{name: file[name] for name in ("id", "filename", "size")}])

    # ------------------------------------------------------------ reading

    def _show(self, request: Request, number: str) -> Reply:
        if int(number) not in self.issues:
            return GONE
        shown = self._shown(self.issues[int(number)], request.query.get("fields", "").split(","))
        return Reply.of(shown)

    def _shown(self, issue: dict, wanted: list[str]) -> dict:
        fields = {name: value for name, value in issue["fields"].items() if name in wanted}
        if "attachment" in wanted:
            fields["attachment"] = [{name: f[name] for name in ("id", "filename", "size")} for f in issue["files"]]
        if "comment" in wanted:
            comments = issue["comments"][: self.shown_comments]
            fields["comment"] = {"comments": comments, "total": len(issue["comments"]), "startAt": 0, "maxResults": 100}
        return {"id": issue["id"], "key": issue["key"], "fields": fields}

    def _list_comments(self, request: Request, number: str) -> Reply:
        if int(number) not in self.issues:
            return GONE
        comments = self.issues[int(number)]["comments"]
        newest = comments[::-1] if request.query.get("orderBy") == "-created" else comments
        return Reply.of({"comments": newest[: int(request.query["maxResults"])], "total": len(comments)})

    def _search(self, request: Request) -> Reply:
        question = request.json
        self.asked.append(question)
        reconciled = {str(number) for number in question.get("reconcileIssues", [])}
        if len(reconciled) > 50:
            return refused("reconcileIssues: at most 50")
        found = [i for i in self.issues.values() if self._is_seen(i, reconciled) and self._matches(i, question["jql"])]
        by = "updated" if "ORDER BY updated" in question["jql"] else "created"
        found.sort(key=lambda issue: (issue["fields"][by], int(issue["id"])))
        start = int(question.get("nextPageToken") or question.get("startAt") or 0)
        size = min(self.page_size, question.get("maxResults", 50))
        shown = [
            self._shown(issue, question["fields"]) | {"changelog": {"histories": issue["histories"]}}
            for issue in found[start : start + size]
        ]
        if not self.is_cloud:
            return Reply.of({"issues": shown, "startAt": start, "maxResults": size, "total": len(found)})
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return Reply.of({"issues": shown, "isLast": not more, **more})

    def _is_seen(self, issue: dict, reconciled: set[str]) -> bool:
        if self._monotonic is None or issue["id"] in reconciled:
            return True
        ticket = next((la.removeprefix("kiosk-") for la in issue["fields"]["labels"] if la.startswith("kiosk-")), "")
        return self._monotonic() >= issue["made_at"] + self._lag(ticket)

    def _matches(self, issue: dict, jql: str) -> bool:
        """Understand the few questions that the backend asks, and refuse any other."""
        asked = re.fullmatch(
            r'project = "(\w+)" AND \(labels = "([\w-]+)" OR description ~ "(\w+)"\)'
            r'(?: AND (?:updated >= "-(\d+)m"|\(statusCategory != Done OR updated >= "-2d"\)))? ORDER BY [\w ,]+',
            jql,
        )
        assert asked, f"not a question that Jira would understand: {jql}"
        project, label, word, minutes = asked.groups()
        fields = issue["fields"]
        is_ours = label in fields["labels"] or word in json.dumps(fields["description"])
        since = timedelta(minutes=int(minutes)) if minutes else timedelta(days=2)
        is_late = _moment(fields["updated"]) >= self._now() - since
        is_open = "statusCategory" in jql and fields["status"]["statusCategory"]["key"] != "done"
        return project == "MNT" and is_ours and ("updated >=" not in jql or is_open or is_late)

    def _tick(self) -> str:
        """Give the time, and never the same twice: Jira counts milliseconds."""
        self._last = max(self._now(), self._last + timedelta(milliseconds=1))
        return _text(self._last)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def _is_document(body: object) -> bool:
    """Tell whether it is a document of paragraphs, texts and line breaks, as the format wants them."""
    if not isinstance(body, dict) or body.get("type") != "doc" or body.get("version") != 1:
        return False
    return all(_is_block(node) for node in body.get("content", []))


def _is_block(node: dict) -> bool:
    inline = node.get("content", [])
    texts = [child["text"] for child in inline if child.get("type") == "text"]
    return (
        node.get("type") == "paragraph"
        and set(node) <= {"type", "content"}
        and all(child.get("type") in ("text", "hardBreak") for child in inline)
        and all(text and "\n" not in text for text in texts)
    )
