"""Asks a board: its lists and labels, its cards, and what changed on them, in a bounded number of requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import RootModel, ValidationError

from kiosk.backends.trello.cards import CARD_FIELDS, TOLD_BY, Action, Actions, AllNamed, Card, Cards, archived
from kiosk.core.errors import MisconfiguredError, TemporaryError
from kiosk.following import Mark, News
from kiosk.httpclient import HttpClient, NotFoundError

MOST_ACTIONS = 1000
"""Trello gives no more at once."""
_BATCH = 10
"""Trello takes no more addresses at once."""
_OVERLAP = timedelta(seconds=30)
_WHOLE = {
    "fields": CARD_FIELDS,
    "members": "true",
    "member_fields": "fullName",
    "actions": TOLD_BY,
    "actions_limit": str(MOST_ACTIONS),
}


class _Batch(RootModel[list[dict[str, Any]]]):
    """Status -> content, for each address."""


class Board:
    """One board, as far as tickets need it."""

    def __init__(self, client: HttpClient, board: str) -> None:
        self._client, self._path = client, f"/boards/{board}"
        self._lists: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._news = News(overlap=_OVERLAP)

    # ------------------------------------------------------------ what is there

    def look(self) -> None:
        """Read the lists and labels anew.

        Raises:
            MisconfiguredError: there is no such board, or our user may not see it.
        """
        try:
            lists = self._client.read(f"{self._path}/lists", AllNamed, {"fields": "name"}).root
            labels = self._client.read(f"{self._path}/labels", AllNamed, {"fields": "name", "limit": "1000"}).root
        except NotFoundError as error:
            raise MisconfiguredError(f"board: there is none of this name that our user may see ({error})") from error
        self._lists = {row.id: row.name for row in lists}
        self._labels = {row.name: row.id for row in labels if row.name}

    def lists(self) -> dict[str, str]:
        """Give id -> name, in the order of the board."""
        if not self._lists:
            self.look()
        return self._lists

    def labels(self) -> dict[str, str]:
        """Give name -> id of the labels that have a name."""
        if not self._lists:
            self.look()
        return self._labels

    def list_id(self, name: str) -> str | None:
        """Give the id of the list with this name; of the first where `name` is empty."""
        ids = [key for key, there in self.lists().items() if name in ("", there) or there.casefold() == name.casefold()]
        return ids[0] if ids else None

    def label_id(self, name: str) -> str | None:
        """Give the id of the label with this name."""
        return next((key for there, key in self.labels().items() if there.casefold() == name.casefold()), None)

    # ------------------------------------------------------------ cards

    def with_ticket(self, ticket_id: str) -> list[Card]:
        """Give the cards with our id, the oldest first, also those that were put away."""
        cards = self._cards("all", {"fields": CARD_FIELDS})
        found = [card for card in cards if ticket_id in card.desc and card.ticket_id == ticket_id]
        return sorted(found, key=lambda card: card.number)

    def changed(self, cursor: str) -> tuple[list[Card], str]:
        """Give the cards that changed since `cursor`, and the next cursor."""
        mark = Mark.parse(cursor)
        # First what was put away: a card that goes between the two questions is then seen at the next look.
        actions = self._actions(mark)
        visible = self._cards("visible", _WHOLE)
        if any(card.list_id not in self.lists() for card in visible):
            self.look()
        gone = self._batch(list(archived(actions, visible))) if mark else []
        cards = {card.id: card for card in (*visible, *gone)}
        seen = {key: card.changed_at for key, card in cards.items()}
        fresh, following = self._news.follow(seen, mark, times=(action.date for action in actions))
        return [card for key, card in cards.items() if key in fresh], str(following)

    def _cards(self, which: str, question: dict[str, str]) -> list[Card]:
        return self._client.read(f"{self._path}/cards/{which}", Cards, question).root

    def _actions(self, mark: Mark | None) -> list[Action]:
        """Ask what was put away since the mark; without one, only for the newest action, whose time is the server's."""
        question = {"fields": "date,type,data", "memberCreator": "false", "member": "false", "limit": "1"}
        start = self._news.start(mark)
        if start is not None:
            since = start.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            question |= {"filter": "updateCard:closed", "since": since, "limit": str(MOST_ACTIONS)}
        return self._client.read(f"{self._path}/actions", Actions, question).root

    def _batch(self, ids: list[str]) -> list[Card]:
        return [card for start in range(0, len(ids), _BATCH) for card in self._ten(ids[start : start + _BATCH])]

    def _ten(self, ids: list[str]) -> Iterator[Card]:
        whole = "&".join(f"{key}={quote(value, safe='')}" for key, value in _WHOLE.items())
        urls = ",".join(f"/cards/{card}?{whole}" for card in ids)
        for answer in self._client.read("/batch", _Batch, {"urls": urls}).root:
            if "200" not in answer:
                continue  # it was deleted: nothing is left to tell
            try:
                yield Card.model_validate(answer["200"])
            except ValidationError as error:
                raise TemporaryError("a card in Trello's answer is not understood") from error
