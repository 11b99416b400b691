"""Reads a card: what was reported, and how the work on it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, RootModel

from kiosk.backends.trello.settings import TrelloSettings
from kiosk.core.model import Progress, Remark, RemoteChange, RemoteRef, Status
from kiosk.core.plant import Priority
from kiosk.story import DONE, Story
from kiosk.wording import Says, read_origin, read_signed

CARD_FIELDS = "idShort,name,desc,closed,idList,idMembers,due,dueComplete,dateLastActivity,shortUrl,labels"
TOLD_BY = "commentCard,updateCard:idList,updateCard:closed,addMemberToCard"
"""The actions that tell a card's story."""
_FENCE = re.compile(r"(?P<fence>`{3,})\n(?P<text>.*)\n(?P=fence)", re.DOTALL)


class Named(BaseModel):
    """A list, a label, a board."""

    id: str = ""
    name: str = ""


class Member(BaseModel):
    """A person."""

    id: str = ""
    full_name: str = Field(default="", alias="fullName")


class Action(BaseModel):
    """Something that somebody did."""

    id: str
    type: str
    date: AwareDatetime
    data: dict[str, Any] = {}
    member: Member = Field(default=Member(), alias="memberCreator")

    @property
    def card_id(self) -> str:
        """The card that it was done to."""
        return str(self._about("card").get("id", ""))

    @property
    def list_after(self) -> str:
        """The name of the list that the card was moved to; empty when it was not."""
        return str(self._about("listAfter").get("name", ""))

    @property
    def archives(self) -> bool:
        """True when it put the card away."""
        return self._about("card").get("closed") is True and "closed" in self._about("old")

    @property
    def text(self) -> str:
        """What was said."""
        return str(self.data.get("text", ""))

    def _about(self, what: str) -> dict[str, Any]:
        found = self.data.get(what)
        return found if isinstance(found, dict) else {}


class Card(BaseModel):
    """A card with its story."""

    id: str = Field(pattern="^[0-9a-f]{24}$")
    number: int = Field(alias="idShort")
    name: str = ""
    desc: str = ""
    closed: bool = False
    list_id: str = Field(default="", alias="idList")
    due: AwareDatetime | None = None
    is_due_complete: bool = Field(default=False, alias="dueComplete")
    changed_at: AwareDatetime = Field(alias="dateLastActivity")
    url: str = Field(default="", alias="shortUrl")
    labels: list[Named] = []
    members: list[Member] = []
    actions: list[Action] = []

    @property
    def ref(self) -> RemoteRef:
        """Name it to the outside."""
        return RemoteRef(id=self.id, number=f"#{self.number}", url=self.url)

    @property
    def created_at(self) -> datetime:
        """When it was made: its id begins with that."""
        return datetime.fromtimestamp(int(self.id[:8], 16), tz=self.changed_at.tzinfo)

    @property
    def ticket_id(self) -> str:
        """Our id; empty for a card that no terminal made."""
        origin = read_origin(unfenced(self.desc))
        return origin.id if origin else ""


class AllNamed(RootModel[list[Named]]):
    """Lists, labels or files."""


class Actions(RootModel[list[Action]]):
    """What was done."""


class Cards(RootModel[list[Card]]):
    """The cards of a board."""


def fenced(text: str) -> str:
    """Write text so that Markdown shows it as it was typed."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def unfenced(text: str) -> str:
    """Read what `fenced` wrote, whatever people wrote around it; text of theirs stays as it is."""
    found = _FENCE.search(text.replace("\r\n", "\n"))
    return found["text"] if found else text


class Reader:
    """Reads cards with the names that this plant's board uses."""

    def __init__(self, settings: TrelloSettings) -> None:
        self._settings, self._statuses = settings, settings.all_statuses
        self._priorities = {name.casefold(): ours for ours, name in settings.all_priorities.items()}

    def change(self, card: Card, lists: dict[str, str]) -> RemoteChange | None:
        """Give the whole picture of a card; None when it is not one of this board's tickets."""
        origin = read_origin(unfenced(card.desc))
        if origin is None or origin.project != self._settings.board:
            return None
        progress = self._progress(card, lists.get(card.list_id, ""), origin.priority)
        return origin.change(card.ref, progress, created_at=card.created_at, changed_at=card.changed_at)

    def _progress(self, card: Card, list_name: str, reported: Priority) -> Progress:
        story, priority = self._story(card), self._priority(card)
        if priority is not None and priority != reported:
            # Trello notes no time for a label: what was said in its name is the reason.
            story.prioritised(card.changed_at, _reason(story, card))
        return story.progress(
            self._status(card, list_name, story),
            assignee=card.members[0].full_name if card.members else "",
            eta_at=card.due,
            reported=reported,
            priority=priority,
        )

    def _priority(self, card: Card) -> Priority | None:
        """Give the most urgent of its labels."""
        found = {self._priorities.get(label.name.casefold()) for label in card.labels}
        return next((priority for priority in Priority if priority in found), None)

    def _named(self, list_name: str) -> Status:
        return self._statuses.get(list_name.casefold(), Status.ACKNOWLEDGED)

    def _status(self, card: Card, list_name: str, story: Story) -> Status:
        if card.closed:
            is_over = story.said is Says.WITHDRAWS or self._named(list_name) is Status.CANCELLED
            return Status.CANCELLED if is_over else Status.CLOSED
        status = self._named(list_name)
        if card.is_due_complete and status not in DONE:
            return Status.RESOLVED
        return story.stands(status, is_taken=bool(card.members))

    def _story(self, card: Card) -> Story:
        story = Story()
        for action in sorted(card.actions, key=lambda action: (action.date, action.id)):
            if action.type == "commentCard":
                self._hear(story, action)
            elif action.type == "addMemberToCard":
                story.assigned(action.date)
            elif action.list_after:
                story.moved(self._named(action.list_after), action.date)
            elif action.archives:
                # What was said before it was put away is still what was said.
                said = story.said
                story.moved(Status.CLOSED, action.date)
                story.said = said
        return story

    def _hear(self, story: Story, action: Action) -> None:
        ours = read_signed(unfenced(action.text))
        if ours:
            story.heard_ours(ours, action.date)
        else:
            who = action.member.full_name
            story.heard(Remark(at=action.date, text=action.text, who=who, id=f"C{action.id}"))


def _reason(story: Story, card: Card) -> str:
    """Give what the newest remark says that begins with a label of the card and a colon: `Normal: line 2 takes over`."""
    names = [label.name.casefold() for label in card.labels if label.name]
    for remark in reversed(story.remarks):
        name, colon, text = remark.text.partition(":")
        if colon and name.strip().casefold() in names:
            return text.strip()
    return ""


def archived(actions: list[Action], visible: list[Card]) -> Iterator[str]:
    """Name the cards that were put away and are still away."""
    there = {card.id for card in visible}
    yield from dict.fromkeys(a.card_id for a in actions if a.archives and a.card_id not in there)
