"""Brings tickets to a Trello board, finds them there, and asks for changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kiosk.backends.trello.board import Board
from kiosk.backends.trello.cards import Actions, AllNamed, Card, Reader, fenced, unfenced
from kiosk.backends.trello.settings import TrelloSettings
from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.model import Delivery, DeliveryKind, RemoteChange, RemoteRef, Ticket
from kiosk.core.ports import Backend
from kiosk.following import Oldest
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError, Upload
from kiosk.wording import lines, origin_line, read_signed, signed, subject

MOST_BYTES = 32 * 1024 * 1024


class TrelloBackend(Backend):
    """A Trello board. Trello repeats whatever it is sent twice, so every doubt is looked up on the board itself."""

    Settings = TrelloSettings
    settle = timedelta(seconds=15)

    def __init__(self, settings: TrelloSettings, *, terminal: str) -> None:
        key, token = settings.key.get_secret_value(), settings.token.get_secret_value()
        self.name, self.poll_seconds = settings.name, settings.poll_seconds
        self._settings, self._terminal = settings, terminal
        self._client = HttpClient.of(
            settings,
            "/1",
            # In the address, where Trello's examples have them, they would stand in every proxy's log.
            headers={"Authorization": f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"'},
            secrets=[key, token],
            max_bytes=MOST_BYTES,
        )
        self._board = Board(self._client, settings.board)
        self._reader = Reader(settings)
        self._oldest = Oldest(number=lambda card_id: int(card_id, 16))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def effects(self, ticket: Ticket) -> tuple[DeliveryKind, ...]:
        """Trello takes a photo only for a card that is there."""
        return (DeliveryKind.CREATE, DeliveryKind.ATTACH) if ticket.photo else (DeliveryKind.CREATE,)

    def check(self) -> None:
        """Ask for the board, the lists and the labels that tickets need there."""
        self._board.look()
        missing = list(self._missing())
        if missing:
            raise MisconfiguredError("; ".join(missing))

    def _missing(self) -> Iterator[str]:
        settings = self._settings
        for setting, name in (("new_list", settings.new_list), ("reopen_list", settings.reopen_list)):
            if self._board.list_id(name) is None:
                there = ", ".join(self._board.lists().values()) or "none"
                yield f"{setting}: board {settings.board} has no list {name!r}; it has: {there}"
        for priority, name in settings.all_priorities.items():
            if self._board.label_id(name) is None:
                there = ", ".join(self._board.labels()) or "none with a name"
                yield f"priorities.{priority}: board {settings.board} has no label {name!r}; it has: {there}"

    def deliver(self, delivery: Delivery, ticket: Ticket) -> RemoteRef | None:
        """Create the card, attach its photo, or write a comment that may also move the card."""
        match delivery.kind:
            case DeliveryKind.CREATE:
                return self._create(delivery, ticket)
            case DeliveryKind.ATTACH:
                self._attach(delivery, ticket)
            case DeliveryKind.JOIN:
                self._attach(delivery, ticket)
                self._comment(delivery)
            case DeliveryKind.COMMENT:
                self._comment(delivery)
            case DeliveryKind.CONFIRM | DeliveryKind.REOPEN | DeliveryKind.WITHDRAW:
                self._comment(delivery)
                self._move_after_comment(delivery)
            case _:
                raise RejectedError(f"Trello takes no {delivery.kind}")
        return None

    def find(self, ticket_id: str) -> RemoteRef | None:
        """Look for the id in the descriptions of all cards of the board."""
        cards = self._board.with_ticket(ticket_id)
        return cards[0].ref if cards else None

    def twins(self, ticket_id: str, ref: RemoteRef) -> list[RemoteRef]:
        """Give the cards with this id; whoever copies a card on the board copies the id, so a copy counts while it is in the first list."""
        del ref
        cards = self._board.with_ticket(ticket_id)
        first = self._board.list_id(self._settings.new_list)
        return [card.ref for card in cards if card is cards[0] or (not card.closed and card.list_id == first)]

    def took_effect(self, delivery: Delivery, ticket: Ticket) -> bool:
        """Look for the file's name, or for the comment with the delivery's id and at where it should have moved the card."""
        if delivery.kind is DeliveryKind.ATTACH:
            return _photo_name(ticket, delivery) in self._files(delivery)
        try:
            question = {"filter": "commentCard", "limit": "1000"}
            comments = self._client.read(f"/cards/{_id(delivery)}/actions", Actions, question).root
        except NotFoundError:
            self._board.look()
            return False
        notes = (read_signed(unfenced(comment.text)) for comment in comments)
        if not any(note and note.delivery == delivery.id for note in notes):
            return False
        self._move_after_comment(delivery)
        return True

    def changes(self, cursor: str) -> tuple[list[RemoteChange], str]:
        """Ask for every card of ours that changed; an empty cursor gives what is open."""
        cards, following = self._board.changed(cursor)
        lists = self._board.lists()
        changes = (
            change for card in cards if (change := self._reader.change(card, lists)) and self._oldest.is_ticket(change)
        )
        return [change for change in changes if cursor or change.progress.status.is_open], following

    # ------------------------------------------------------------ create

    def _create(self, delivery: Delivery, ticket: Ticket) -> RemoteRef:
        settings, without = self._settings, delivery.without
        target = self._board.list_id(settings.new_list)
        if target is None:
            raise MisconfiguredError(f"new_list: board {settings.board} has no list {settings.new_list!r}")
        text = "\n".join([*lines(ticket, without=without), "", origin_line(ticket, project=settings.board)])
        card = {"idList": target, "name": subject(ticket), "desc": fenced(text), "pos": "top"}
        label = self._board.label_id(settings.all_priorities[ticket.priority])
        if label and "priority" not in without:
            card["idLabels"] = label
        try:
            return self._client.write("POST", "/cards", Card, json=card).ref
        except NotFoundError as error:
            self._board.look()  # a list that was archived meanwhile is not the ticket's fault
            raise TemporaryError(f"the list for new cards is not there any more: {error}") from error
        except RefusedError as error:
            raise RejectedError(str(error), field="priority" if "label" in str(error).lower() else "") from error

    def _attach(self, delivery: Delivery, ticket: Ticket) -> None:
        if ticket.photo is None or "photo" in delivery.without:
            return
        name = _photo_name(ticket, delivery)
        try:
            content = ticket.photo.read_bytes()
            if delivery.kind is DeliveryKind.JOIN and name in self._files(delivery):
                return  # an earlier try came so far
            file = Upload(field="file", name=name, content=content)
            self._client.write("POST", f"/cards/{_id(delivery)}/attachments", Nothing, file=file)
        except OSError as error:
            raise RejectedError(f"the photo cannot be read: {error.strerror}", field="photo") from error
        except (RefusedError, NotFoundError) as error:
            raise self._refusal(error, delivery, field="photo") from error

    def _files(self, delivery: Delivery) -> list[str]:
        try:
            files = self._client.read(f"/cards/{_id(delivery)}/attachments", AllNamed, {"fields": "name"}).root
        except NotFoundError:
            self._board.look()
            return []
        return [file.name for file in files]

    # ------------------------------------------------------------ comments and lists

    def _comment(self, delivery: Delivery) -> None:
        text = fenced(signed(delivery, terminal=self._terminal))
        try:
            self._client.write("POST", f"/cards/{_id(delivery)}/actions/comments", Nothing, json={"text": text})
        except (RefusedError, NotFoundError) as error:
            raise self._refusal(error, delivery) from error

    def _move_after_comment(self, delivery: Delivery) -> None:
        """Put the card where the comment says; that it is there already is fine, so this may be repeated."""
        try:
            if delivery.kind is DeliveryKind.REOPEN:
                target = self._board.list_id(self._settings.reopen_list)
                self._change(delivery, {"closed": False, **({"idList": target} if target else {})})
            elif delivery.kind is DeliveryKind.CONFIRM or not self._is_taken(delivery):
                self._change(delivery, {"closed": True})
        except TemporaryError as error:
            # The comment is written; only whether the card followed is not known.
            raise UncertainError(str(error)) from error
        except (RefusedError, NotFoundError) as error:
            raise self._refusal(error, delivery) from error

    def _is_taken(self, delivery: Delivery) -> bool:
        """Tell whether it is in somebody's hands: then they are told, and decide."""
        question = {"fields": "idShort,dateLastActivity", "members": "true", "member_fields": "fullName"}
        return bool(self._client.read(f"/cards/{_id(delivery)}", Card, question).members)

    def _change(self, delivery: Delivery, fields: dict[str, object]) -> None:
        self._client.write("PUT", f"/cards/{_id(delivery)}", Nothing, json=fields, repeatable=True)

    def _refusal(self, error: RefusedError | NotFoundError, delivery: Delivery, *, field: str = "") -> RejectedError:
        if isinstance(error, RefusedError):
            return RejectedError(str(error), field=field)
        self._board.look()  # Trello says the same of a card that is gone and of an address that is wrong
        label = delivery.ref.label if delivery.ref else delivery.ticket
        return RejectedError(f"card {label} is not there any more", field=field)


def _photo_name(ticket: Ticket, delivery: Delivery) -> str:
    return f"{ticket.id}-{delivery.id}.jpg"


def _id(delivery: Delivery) -> str:
    if delivery.ref is None:
        raise RejectedError("the ticket is not in Trello")
    return delivery.ref.id
