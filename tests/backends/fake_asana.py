"""A small stateful Asana in this process, with the habits that its documentation tells of."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

from backends.local_server import Reply, Request

TOKEN, PROJECT = "1" * 40, "1200"
KIOSK, AGENT = "5001", "5002"
NAMES = {KIOSK: "Kiosk Terminals", AGENT: "Jana Nowak"}
SECTIONS = ["To do", "On the way", "In progress", "Waiting for operator", "Done", "Closed", "Cancelled"]
OPTIONS = ["Critical", "High", "Normal"]
MOST_BYTES = 5 * 1024 * 1024
CREATE = {"name", "notes", "projects", "memberships", "custom_fields"}


def refused(text: str, status: int = 400) -> Reply:
    return Reply.of({"errors": [{"message": text, "help": "For more information on API status codes ..."}]}, status)


def gone(what: str = "task") -> Reply:
    return refused(f"{what}: Unknown object", 404)


class FakeAsana:
    """Answers requests; a test may change its attributes, as an administrator would."""

    def __init__(self) -> None:
        self.sections = {str(number): name for number, name in enumerate(SECTIONS, 1500)}
        self.options = {str(number): name for number, name in enumerate(OPTIONS, 1410)}
        self.has_field = True
        self.tasks: dict[str, dict] = {}
        self.asked: list[str] = []
        self.page_size = 100
        self._now = lambda: datetime.now(UTC)
        self._numbers = itertools.count(12_000_000_000_001)
        self._last = datetime.min.replace(tzinfo=UTC)

    def live_by(self, clock, *, lag) -> None:
        """Go by `clock`; a project's list shows a task at once, so nothing lags."""
        del lag
        self._now = clock.now

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return refused("Not Authorized", 401)
        self.asked.append(f"{request.method} {request.path}")
        for method, pattern, answer in self._routes():
            found = re.fullmatch(r"/api/1\.0" + pattern, request.path)
            if found and method == request.method:
                return answer(request, *found.groups())
        return refused("No matching route for request", 404)

    def _routes(self):
        yield "GET", r"/projects/(\d+)/sections", self._list_sections
        yield "GET", r"/projects/(\d+)/custom_field_settings", self._list_fields
        yield "GET", r"/tasks", self._list
        yield "POST", r"/tasks", self._create
        yield "GET", r"/tasks/(\d+)", self._show
        yield "PUT", r"/tasks/(\d+)", self._put
        yield "GET", r"/tasks/(\d+)/stories", self._list_stories
        yield "POST", r"/tasks/(\d+)/stories", self._comment
        yield "POST", r"/sections/(\d+)/addTask", self._add_to_section
        yield "GET", r"/attachments", self._list_files
        yield "POST", r"/attachments", self._attach
        yield "POST", r"/batch", self._batch

    # ------------------------------------------------------------ what the project has

    def _list_sections(self, request: Request, project: str) -> Reply:
        if project != PROJECT:
            return gone("project")
        return Reply.of({"data": [{"gid": key, "name": name} for key, name in self.sections.items()]})

    def _list_fields(self, request: Request, project: str) -> Reply:
        options = [{"gid": key, "name": name, "enabled": True} for key, name in self.options.items()]
        field = {"gid": "1401", "name": "Priority", "enum_options": options}
        return Reply.of({"data": [{"gid": "1", "custom_field": field}] if self.has_field else []})

    # ------------------------------------------------------------ writing

    def _create(self, request: Request) -> Reply:
        asked = request.json["data"]
        assert set(asked) <= CREATE, f"Asana has no {set(asked) - CREATE}"
        assert ("projects" in asked) != ("memberships" in asked), "one or the other says where a task belongs"
        (membership,) = asked.get("memberships") or [{"project": p} for p in asked["projects"]]
        section = membership.get("section", next(iter(self.sections)))
        if membership["project"] != PROJECT:
            return gone("project")
        if section not in self.sections:
            return refused("memberships: [0]: section: Not a recognized ID", 400)
        for field, option in asked.get("custom_fields", {}).items():
            if field != "1401" or option not in self.options:
                return refused(f"custom_fields: Custom field with ID {field} is not on given object")
        gid, now = str(next(self._numbers)), self._tick()
        self.tasks[gid] = {
            "gid": gid,
            "name": asked["name"],
            "notes": asked["notes"],
            "completed": False,
            "completed_at": "",
            "created_at": now,
            "modified_at": now,
            "due_at": None,
            "assignee": None,
            "section": section,
            "option": asked.get("custom_fields", {}).get("1401"),
            "stories": [],
            "files": [],
        }
        return Reply.of({"data": self._shown(self.tasks[gid])}, 201)

    def change(self, gid: str, who: str = AGENT, **fields: object) -> None:
        """Play a person who edits the task: `section`, `assignee`, `completed`, `option`, `due_at`."""
        row = self.tasks[gid]
        before = dict(row)
        row |= fields
        row["modified_at"] = self._tick()
        if row["assignee"] != before["assignee"] and row["assignee"]:
            self._tell(row, who, "assigned", assignee={"gid": row["assignee"], "name": NAMES[row["assignee"]]})
        if row["section"] != before["section"]:
            section = {"gid": row["section"], "name": self.sections[row["section"]]}
            self._tell(row, who, "section_changed", new_section=section)
        if row["completed"] != before["completed"]:
            row["completed_at"] = row["modified_at"] if row["completed"] else ""
            self._tell(row, who, "marked_complete" if row["completed"] else "marked_incomplete")
        if row["option"] != before["option"]:
            value = {"gid": row["option"], "name": self.options[row["option"]]}
            field = {"gid": "1401", "name": "Priority"}
            self._tell(row, who, "enum_custom_field_changed", custom_field=field, new_enum_value=value)

    def say(self, gid: str, text: str, who: str = AGENT) -> dict:
        """Write a comment, as anybody can."""
        self.tasks[gid]["modified_at"] = self._tick()
        return self._tell(self.tasks[gid], who, "comment_added", text=text)

    def _tell(self, row: dict, who: str, kind: str, **more: object) -> dict:
        by = {"gid": who, "name": NAMES[who]}
        told = {"gid": str(next(self._numbers)), "resource_subtype": kind, "created_at": row["modified_at"]}
        row["stories"].append(told | {"text": "somebody did something", "created_by": by} | more)
        return row["stories"][-1]

    def _put(self, request: Request, gid: str) -> Reply:
        if gid not in self.tasks:
            return gone()
        assert set(request.json["data"]) == {"completed"}
        self.change(gid, KIOSK, **request.json["data"])
        return Reply.of({"data": self._shown(self.tasks[gid])})

    def _add_to_section(self, request: Request, section: str) -> Reply:
        gid = request.json["data"]["task"]
        if section not in self.sections or gid not in self.tasks:
            return gone()
        self.change(gid, KIOSK, section=section)
        return Reply.of({"data": {}})

    def _comment(self, request: Request, gid: str) -> Reply:
        if gid not in self.tasks:
            return gone()
        assert set(request.json["data"]) == {"text"}
        return Reply.of({"data": self.say(gid, request.json["data"]["text"], KIOSK)}, 201)

    def _attach(self, request: Request) -> Reply:
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in message_from_bytes(head + request.body).get_payload()
        }
        parent, file = parts["parent"].get_payload(decode=True).decode(), parts["file"]
        if parent not in self.tasks:
            return gone("parent")
        content = file.get_payload(decode=True)
        if len(content) > MOST_BYTES:
            return refused("Attachment is too large", 413)
        self.tasks[parent]["files"].append({"name": file.get_filename(), "content": content})
        self.tasks[parent]["modified_at"] = self._tick()
        return Reply.of({"data": {"gid": str(next(self._numbers)), "name": file.get_filename()}})

    # ------------------------------------------------------------ reading

    def _page(self, request: Request, rows: list[dict]) -> Reply:
        start = int(request.query.get("offset", "0"))
        size = min(self.page_size, int(request.query["limit"]))
        assert 0 < int(request.query["limit"]) <= 100
        more = {"offset": str(start + size)} if start + size < len(rows) else None
        return Reply.of({"data": rows[start : start + size], "next_page": more})

    def _list(self, request: Request) -> Reply:
        query = request.query
        assert query["project"] == PROJECT
        if query["project"] != PROJECT:
            return gone("project")
        rows = [
            self._shown(row)
            for row in self.tasks.values()
            if _moment(row["modified_at"]) >= _moment(query.get("modified_since", ""))
            and (not row["completed"] or _moment(row["completed_at"]) >= _moment(query.get("completed_since", "")))
        ]
        return self._page(request, rows)

    def _show(self, request: Request, gid: str) -> Reply:
        return Reply.of({"data": self._shown(self.tasks[gid])}) if gid in self.tasks else gone()

    def _shown(self, row: dict) -> dict:
        plain = ("gid", "name", "notes", "completed", "created_at", "modified_at", "due_at")
        section = {"gid": row["section"], "name": self.sections.get(row["section"], "")}
        value = {"gid": row["option"], "name": self.options[row["option"]]} if row["option"] else None
        return {name: row[name] for name in plain} | {
            "permalink_url": f"https://app.asana.example.com/0/{PROJECT}/{row['gid']}",
            "assignee": {"gid": row["assignee"], "name": NAMES[row["assignee"]]} if row["assignee"] else None,
            "memberships": [{"project": {"gid": PROJECT, "name": "IT"}, "section": section}],
            "custom_fields": [{"gid": "1401", "name": "Priority", "enum_value": value}] if self.has_field else [],
        }

    def _list_stories(self, request: Request, gid: str) -> Reply:
        return self._page(request, self.tasks[gid]["stories"]) if gid in self.tasks else gone()

    def _list_files(self, request: Request) -> Reply:
        parent = request.query["parent"]
        if parent not in self.tasks:
            return gone("parent")
        return Reply.of({"data": [{"gid": "1", "name": file["name"]} for file in self.tasks[parent]["files"]]})

    def _batch(self, request: Request) -> Reply:
        actions = request.json["data"]["actions"]
        assert len(actions) <= 10
        assert all("?" not in action["relative_path"] for action in actions), "questions go into data"
        answers = []
        for action in actions:
            found = re.fullmatch(r"/tasks/(\d+)/stories", action["relative_path"])
            target = f"{action['relative_path']}?limit={action['options']['limit']}"
            reply = self._list_stories(Request("GET", target, {}, b""), found[1])
            answers.append({"status_code": reply.status, "headers": {}, "body": json.loads(reply.body)})
        return Reply.of({"data": answers})

    def _tick(self) -> str:
        """Give the time, and never the same twice: Asana counts milliseconds."""
        self._last = max(self._now(), self._last + timedelta(milliseconds=1))
        return self._last.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    # In a query a plus means a space.
    return datetime.fromisoformat(text.replace(" ", "+")) if text else datetime.min.replace(tzinfo=UTC)
