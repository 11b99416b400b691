"""A small stateful Trello in this process, with the habits that its documentation tells of."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from urllib.parse import parse_qsl, urlsplit

from backends.local_server import Reply, Request

KEY, TOKEN, BOARD = "1" * 32, "1" * 64, "AbCd1234"
KIOSK, AGENT = "5" * 24, "6" * 24
NAMES = {KIOSK: "Kiosk Terminals", AGENT: "Jana Nowak"}
LISTS = ["To do", "On the way", "Doing", "Waiting for operator", "Done", "Closed", "Cancelled"]
LABELS = ["Critical", "High", "Normal", ""]
MOST_BYTES = 5 * 1024 * 1024
LONGEST = 16_384
CREATE = {"idList", "name", "desc", "idLabels", "pos"}
CHANGE = {"closed", "idList"}
NOT_FOUND = Reply(404, b"The requested resource was not found.", {"Content-Type": "text/plain"})


def invalid(text: str) -> Reply:
    return Reply(400, text.encode(), {"Content-Type": "text/plain"})


class FakeTrello:
    """Answers requests; a test may change its attributes, as an administrator would."""

    def __init__(self) -> None:
        self.lists = {f"{number:024x}": name for number, name in enumerate(LISTS, 0x100)}
        self.labels = {f"{number:024x}": name for number, name in enumerate(LABELS, 0x200)}
        self.cards: dict[str, dict] = {}
        self.actions: list[dict] = []
        self.asked: list[str] = []
        self._now = lambda: datetime.now(UTC)
        self._numbers, self._events = itertools.count(1), itertools.count(0x300)
        self._last = datetime.min.replace(tzinfo=UTC)

    def live_by(self, clock, *, lag) -> None:
        """Go by `clock`; a board shows a card at once, so nothing lags."""
        del lag
        self._now = clock.now

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != f'OAuth oauth_consumer_key="{KEY}", oauth_token="{TOKEN}"':
            return Reply(401, b"invalid key", {"Content-Type": "text/plain"})
        assert KEY not in request.target, "a key in an address stands in every log"
        self.asked.append(f"{request.method} {request.path}")
        return self._answer(request, request.path, request.query)

    def _answer(self, request: Request, path: str, query: dict[str, str]) -> Reply:
        for method, pattern, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return answer(request, query, *found.groups())
        return NOT_FOUND

    def _routes(self):
        board, card = rf"/1/boards/{BOARD}", r"/1/cards/([0-9a-f]+)"
        yield "GET", rf"{board}/lists", lambda *_: Reply.of([{"id": i, "name": n} for i, n in self.lists.items()])
        yield "GET", rf"{board}/labels", lambda *_: Reply.of([{"id": i, "name": n} for i, n in self.labels.items()])
        yield "GET", rf"{board}/cards/(visible|all|closed)", self._list
        yield "GET", rf"{board}/actions", self._list_actions
        yield "GET", r"/1/batch", self._batch
        yield "POST", r"/1/cards", self._create
        yield "GET", card, self._show
        yield "PUT", card, self._put
        yield "GET", rf"{card}/attachments", self._list_files
        yield "POST", rf"{card}/attachments", self._attach
        yield "GET", rf"{card}/actions", self._list_comments
        yield "POST", rf"{card}/actions/comments", self._comment

    # ------------------------------------------------------------ writing

    def _create(self, request: Request, query: dict) -> Reply:
        asked = request.json
        assert set(asked) <= CREATE, f"Trello has no {set(asked) - CREATE}"
        if asked.get("idList") not in self.lists:
            return invalid("invalid value for idList")
        labels = [label for label in asked.get("idLabels", "").split(",") if label]
        if any(label not in self.labels for label in labels):
            return invalid("invalid value for idLabels")
        if len(asked.get("desc", "")) > LONGEST:
            return invalid("invalid value for desc")
        now, number = self._tick(), next(self._numbers)
        card = f"{int(datetime.fromisoformat(now).timestamp()):08x}{number:016x}"
        self.cards[card] = {
            "id": card,
            "idShort": number,
            "name": asked["name"],
            "desc": asked.get("desc", ""),
            "closed": False,
            "idList": asked["idList"],
            "idLabels": labels,
            "idMembers": [],
            "due": None,
            "dueComplete": False,
            "dateLastActivity": now,
            "shortUrl": f"https://trello.example.com/c/{number}",
            "files": [],
        }
        return Reply.of(self._shown(self.cards[card], {}))

    def _put(self, request: Request, query: dict, card: str) -> Reply:
        if card not in self.cards:
            return NOT_FOUND
        assert set(request.json) <= CHANGE
        self.change(card, KIOSK, **request.json)
        return Reply.of(self._shown(self.cards[card], {}))

    def change(self, card: str, who: str = AGENT, **fields: object) -> None:
        """Play a person who edits the card. Only what Trello notes as an action becomes one; a label does not."""
        row = self.cards[card]
        before = dict(row)
        row |= fields
        row["dateLastActivity"] = self._tick()
        if row["idList"] != before["idList"]:
            names = {"id": row["idList"], "name": self.lists[row["idList"]]}
            self._note("updateCard", row, who, listAfter=names, old={"idList": before["idList"]})
        if row["closed"] != before["closed"]:
            self._note("updateCard", row, who, old={"closed": before["closed"]})
        for member in set(row["idMembers"]) - set(before["idMembers"]):
            self._note("addMemberToCard", row, who, idMember=member)

    def say(self, card: str, text: str, who: str = AGENT) -> None:
        """Write a comment, as anybody can."""
        self.cards[card]["dateLastActivity"] = self._tick()
        self._note("commentCard", self.cards[card], who, text=text)

    def _note(self, kind: str, row: dict, who: str, **data: object) -> None:
        about = {"id": row["id"], "idShort": row["idShort"], "closed": row["closed"]}
        self.actions.append(
            {
                "id": f"{next(self._events):024x}",
                "type": kind,
                "date": row["dateLastActivity"],
                "data": {"card": about, **data},
                "memberCreator": {"id": who, "fullName": NAMES[who]},
            }
        )

    def _comment(self, request: Request, query: dict, card: str) -> Reply:
        if card not in self.cards:
            return NOT_FOUND
        text = request.json["text"]
        if not 0 < len(text) <= LONGEST:
            return invalid("invalid value for text")
        self.say(card, text, KIOSK)
        return Reply.of(self.actions[-1])

    def _attach(self, request: Request, query: dict, card: str) -> Reply:
        if card not in self.cards:
            return NOT_FOUND
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + request.body).get_payload()
        assert part.get_param("name", header="content-disposition") == "file"
        content = part.get_payload(decode=True)
        if len(content) > MOST_BYTES:
            return Reply(413, b"File is too large", {"Content-Type": "text/plain"})
        self.cards[card]["files"].append({"name": part.get_filename(), "content": content})
        self.cards[card]["dateLastActivity"] = self._tick()
        return Reply.of({"id": f"{next(self._events):024x}", "name": part.get_filename()})

    # ------------------------------------------------------------ reading

    def _list(self, request: Request, query: dict, which: str) -> Reply:
        wanted = {"visible": (False,), "closed": (True,), "all": (False, True)}[which]
        return Reply.of([self._shown(row, query) for row in self.cards.values() if row["closed"] in wanted])

    def _show(self, request: Request, query: dict, card: str) -> Reply:
        return Reply.of(self._shown(self.cards[card], query)) if card in self.cards else NOT_FOUND

    def _shown(self, row: dict, query: dict[str, str]) -> dict:
        fields = query["fields"].split(",") if "fields" in query else [*row, "labels"]
        shown = {name: row[name] for name in fields if name in row and name != "files"} | {"id": row["id"]}
        if "labels" in fields:
            shown["labels"] = [{"id": label, "name": self.labels[label], "color": "red"} for label in row["idLabels"]]
        if query.get("members") == "true":
            shown["members"] = [{"id": member, "fullName": NAMES[member]} for member in row["idMembers"]]
        if "actions" in query:
            shown["actions"] = self._told(query["actions"], row["id"])[: int(query.get("actions_limit", "50"))]
        return shown

    def _told(self, kinds: str, card: str = "") -> list[dict]:
        """Give actions as Trello does: the newest first."""
        wanted = [kind.partition(":") for kind in kinds.split(",")] if kinds else []

        def fits(action: dict) -> bool:
            return not wanted or any(
                action["type"] == kind and (not field or field in action["data"].get("old", {}))
                for kind, _, field in wanted
            )

        return [a for a in reversed(self.actions) if card in ("", a["data"]["card"]["id"]) and fits(a)]

    def _list_actions(self, request: Request, query: dict) -> Reply:
        found = [a for a in self._told(query.get("filter", "")) if a["date"] >= query.get("since", "")]
        assert int(query["limit"]) <= 1000
        return Reply.of(found[: int(query["limit"])])

    def _list_comments(self, request: Request, query: dict, card: str) -> Reply:
        if card not in self.cards:
            return NOT_FOUND
        return Reply.of(self._told(query["filter"], card)[: int(query["limit"])])

    def _list_files(self, request: Request, query: dict, card: str) -> Reply:
        if card not in self.cards:
            return NOT_FOUND
        return Reply.of([{"id": "1", "name": file["name"]} for file in self.cards[card]["files"]])

    def _batch(self, request: Request, query: dict) -> Reply:
        urls = query["urls"].split(",")
        assert len(urls) <= 10
        answers = []
        for url in urls:
            parts = urlsplit(url)
            reply = self._answer(request, f"/1{parts.path}", dict(parse_qsl(parts.query)))
            answers.append(reply)
        shown = [f'{{"{r.status}": {r.body.decode() if r.status == 200 else chr(34) * 2}}}' for r in answers]
        return Reply(200, f"[{','.join(shown)}]".encode(), {"Content-Type": "application/json"})

    def _tick(self) -> str:
        """Give the time, and never the same twice: Trello counts milliseconds."""
        self._last = max(self._now(), self._last + timedelta(milliseconds=1))
        return self._last.isoformat(timespec="milliseconds").replace("+00:00", "Z")
