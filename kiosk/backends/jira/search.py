"""Questions to Jira that many issues answer: one search for a ticket's id, one for what changed on the whole plant.

Jira's search lags: a change shows up seconds to minutes late. So each question reaches back ten minutes, and what was told
already is not told again. Issues that this terminal wrote to lately are named, and Jira Cloud then shows them as they are now.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from kiosk.backends.jira.issues import FIELDS, Comments, Issue, Moment
from kiosk.backends.jira.settings import JiraSettings
from kiosk.following import Mark
from kiosk.httpclient import HttpClient

OVERLAP = timedelta(minutes=10)
PAGE = 100
MOST_PAGES = 20
MOST_LOOKS = 20
"""Issues with more comments than a search gives, that are looked at in one call; the others wait for the next."""
MOST_RECONCILED = 50
"""So many issues Jira Cloud takes to show as they are now."""
LABEL = "kiosk"

log = logging.getLogger(__name__)


class _Page(BaseModel):
    issues: list[Any] = []
    token: str | None = Field(default=None, alias="nextPageToken")
    total: int = 0


class _Server(BaseModel):
    at: Moment = Field(alias="serverTime")


class Search:
    """Asks Jira's search; `monotonic` measures how old the server's clock is since it was read."""

    def __init__(self, client: HttpClient, settings: JiraSettings) -> None:
        self.monotonic: Callable[[], float] = time.monotonic
        self._client, self._settings = client, settings
        self._server: tuple[datetime, float] | None = None
        self._told: dict[str, datetime] = {}
        self._given = ""
        self._touched: dict[str, float] = {}

    def touch(self, issue_id: str) -> None:
        """Remember that this terminal wrote to an issue just now."""
        self._touched.pop(issue_id, None)
        self._touched[issue_id] = self.monotonic()

    def with_ticket(self, ticket_id: str) -> list[Issue]:
        """Give the issues with our id, oldest first."""
        wanted = f'labels = "{LABEL}-{ticket_id}" OR description ~ "{ticket_id}"'
        issues = [issue for issue in self._ask(f"({wanted})", "id ASC", pages=1) if issue.ticket_id == ticket_id]
        return sorted(issues, key=lambda issue: int(issue.id))

    def changed(self, cursor: str) -> tuple[list[Issue], str]:
        """Give what changed since `cursor`, and the next cursor; empty gives what is open, and what was done of late."""
        if cursor != self._given:
            # The caller did not take in what it was given last.
            self._told.clear()
        mark = Mark.parse(cursor)
        now = self._server_now()
        when = (
            f'updated >= "-{self._minutes(now - mark.at)}m"' if mark else '(statusCategory != Done OR updated >= "-2d")'
        )
        listed = self._ask(f'(labels = "{LABEL}" OR description ~ "{LABEL}") AND {when}', "updated ASC, id ASC")
        fresh = [issue for issue in listed if self._told.get(issue.id) != issue.fields.updated]
        seen = list(self._completed(fresh))
        self._told |= {issue.id: issue.fields.updated for issue in seen}
        following = self._following(mark, seen, fresh, now)
        self._given = str(following)
        return seen, self._given

    def _following(self, mark: Mark | None, seen: list[Issue], fresh: list[Issue], now: datetime) -> Mark:
        """Move on to the newest change that was told; one that still waits to be looked at holds the mark back."""
        start = mark or Mark(now if not fresh else min(issue.fields.updated for issue in fresh))
        waiting = [issue.fields.updated for issue in fresh if issue.id not in {told.id for told in seen}]
        newest = max([start.at, *(issue.fields.updated for issue in seen)])
        at = min([newest, *waiting])
        self._told = {number: told for number, told in self._told.items() if told >= at - 2 * OVERLAP}
        return Mark(max(at, start.at), start.turn + bool(seen))

    def _minutes(self, span: timedelta) -> int:
        # A time of day in a question would be in the time zone of the token's user; minutes are the same everywhere.
        return math.ceil(max(timedelta(0), span) / timedelta(minutes=1)) + int(OVERLAP / timedelta(minutes=1))

    def _server_now(self) -> datetime:
        """Tell Jira's own time; this terminal's may be years off."""
        if self._server is None or self.monotonic() - self._server[1] > 3600:  # noqa: PLR2004  an hour
            self._server = self._client.read("/serverInfo", _Server).at, self.monotonic()
        at, read_at = self._server
        return at + timedelta(seconds=self.monotonic() - read_at)

    # ------------------------------------------------------------ asking

    def _ask(self, which: str, order: str, *, pages: int = MOST_PAGES) -> list[Issue]:
        question: dict[str, Any] = {
            "jql": f'project = "{self._settings.project}" AND {which} ORDER BY {order}',
            "fields": [*FIELDS, *filter(None, [self._settings.eta_field])],
            "maxResults": PAGE,
        }
        ask = self._cloud_pages if self._settings.is_cloud else self._dc_pages
        found: dict[str, Issue] = {}
        for page in ask(question, pages):
            found |= {issue.id: issue for issue in _issues_of(page)}
        return list(found.values())

    def _cloud_pages(self, question: dict[str, Any], pages: int) -> Iterator[_Page]:
        now = self.monotonic()
        self._touched = {i: at for i, at in self._touched.items() if now - at < OVERLAP.total_seconds()}
        question |= {"expand": "changelog"}
        if self._touched:
            question["reconcileIssues"] = [int(issue_id) for issue_id in list(self._touched)[-MOST_RECONCILED:]]
        for _ in range(pages):
            page = self._client.search("/search/jql", _Page, question)
            yield page
            if not page.token:
                return
            question["nextPageToken"] = page.token

    def _dc_pages(self, question: dict[str, Any], pages: int) -> Iterator[_Page]:
        question |= {"expand": ["changelog"], "startAt": 0}
        for _ in range(pages):
            page = self._client.search("/search", _Page, question)
            yield page
            question["startAt"] += len(page.issues)
            if not page.issues or question["startAt"] >= page.total:
                return

    def _completed(self, issues: list[Issue]) -> Iterator[Issue]:
        """Fetch the comments that a search left out, of so many issues at most."""
        looks = 0
        for issue in issues:
            comments = issue.fields.comment
            if comments.total > len(comments.comments):
                looks += 1
                if looks > MOST_LOOKS:
                    continue
                issue.fields.comment = self.comments(issue.id)
            yield issue

    def comments(self, issue_id: str) -> Comments:
        """Give the newest comments of one issue."""
        params = {"orderBy": "-created", "maxResults": PAGE}
        return self._client.read(f"/issue/{issue_id}/comment", Comments, params)


def _issues_of(page: _Page) -> Iterator[Issue]:
    for data in page.issues:
        try:
            yield Issue.model_validate(data)
        except ValidationError as error:
            log.warning("an issue of Jira is not understood: %s", error.errors(include_input=False)[0]["msg"])
