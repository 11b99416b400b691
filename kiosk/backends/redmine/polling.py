"""What changed: one query for the whole plant, and one look at each issue that has a history.

Redmine tells times of change to the second only, and shows a slow transaction late. So every query
reaches back a minute, and an issue is reported until it has been reported well after its second.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from kiosk.backends.redmine.issues import Issue, OneIssue, Page
from kiosk.following import Mark
from kiosk.httpclient import HttpClient, NotFoundError

OVERLAP = timedelta(seconds=60)
SETTLED = 2.0
"""Seconds after which nothing more can happen in the second in which a change was first seen."""
PAGE = 100
MOST_PAGES = 20
MOST_LOOKS = 50
"""Issues whose history is fetched in one call; the others wait for the next."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Report:
    """When a change, known by its time, was reported first and last."""

    updated_on: datetime
    first: float
    last: float

    @property
    def is_settled(self) -> bool:
        return self.last - self.first >= SETTLED


class Poller:
    """Asks for the issues that carry a ticket's id."""

    def __init__(self, client: HttpClient, id_field: int, *, overlap: timedelta = OVERLAP) -> None:
        self.monotonic: Callable[[], float] = time.monotonic
        self.overlap = overlap
        self._client, self._id_field = client, id_field
        self._given = ""
        self._reports: dict[int, _Report] = {}
        self._owed: dict[int, Issue] = {}

    def changed(self, cursor: str) -> tuple[list[Issue], str]:
        """Give what changed since `cursor`, with histories, and the next cursor; empty gives what is open."""
        if cursor != self._given:
            # The caller did not take in what it was given last.
            self._reports.clear()
        mark = Mark.parse(cursor)
        following = mark or Mark(self._newest())
        listed = self._changed_since(mark.at) if mark else self._list(status_id="open")
        fresh = [issue for issue in listed if not self._is_settled(issue)]
        queue = list((self._owed | {issue.id: issue for issue in fresh}).values())
        seen, rest = self._look_at(queue)
        # Only now, when nothing can fail any more: what is never returned must not count as reported.
        self._remember(queue[: len(queue) - len(rest)])
        if mark is None:
            self._owed = {issue.id: issue for issue in rest}
        else:
            self._owed = {issue.id: issue for issue in rest if issue.id in self._owed}
            following = self._advanced(mark, listed, rest)
        following = Mark(following.at, following.turn + 1) if seen else following
        self._given = str(following)
        return seen, self._given

    def _advanced(self, mark: Mark, listed: list[Issue], rest: list[Issue]) -> Mark:
        """Move on to the newest change, but not past one that still waits to be looked at."""
        waiting = {issue.id for issue in rest} - self._owed.keys()
        done = [issue.updated_on for issue in listed if issue.id not in waiting]
        first_waiting = min((issue.updated_on for issue in listed if issue.id in waiting), default=None)
        at = max([mark.at, *(moment for moment in done if first_waiting is None or moment <= first_waiting)])
        self._reports = {n: report for n, report in self._reports.items() if report.updated_on >= at - 2 * self.overlap}
        return Mark(at, mark.turn)

    # ------------------------------------------------------------ looking

    def _look_at(self, issues: list[Issue]) -> tuple[list[Issue], list[Issue]]:
        """Complete the issues with their histories as far as one call may go; the second list is what is left."""
        newest = max((issue.updated_on for issue in issues), default=BEGINNING)
        seen: list[Issue] = []
        looks = 0
        for index, issue in enumerate(issues):
            complete: Issue | None = issue
            if _has_history(issue, newest):
                if looks == MOST_LOOKS:
                    return seen, issues[index:]
                looks += 1
                complete = self._fetch(issue.id)
            seen += [complete] if complete else []
        return seen, []

    def _fetch(self, number: int) -> Issue | None:
        try:
            return self._client.read(f"/issues/{number}.json", OneIssue, {"include": "journals"}).issue
        except NotFoundError as error:
            if error.from_api:
                return None
            raise

    def _remember(self, issues: list[Issue]) -> None:
        now = self.monotonic()
        for issue in issues:
            known = self._reports.get(issue.id)
            first = known.first if known and known.updated_on == issue.updated_on else now
            self._reports[issue.id] = _Report(issue.updated_on, first, now)

    def _is_settled(self, issue: Issue) -> bool:
        known = self._reports.get(issue.id)
        return known is not None and known.updated_on == issue.updated_on and known.is_settled

    # ------------------------------------------------------------ listing

    def _newest(self) -> datetime:
        """Read the server's own clock off the youngest change; the terminal's may be years off."""
        page = self._page(status_id="*", sort="updated_on:desc", limit=1)
        return max((issue.updated_on for issue in _issues_of(page)), default=BEGINNING)

    def _changed_since(self, moment: datetime) -> list[Issue]:
        return self._list(status_id="*", since=max(BEGINNING, moment - self.overlap))

    def _list(self, *, status_id: str, since: datetime = BEGINNING) -> list[Issue]:
        """Turn the pages by time, for rows that change meanwhile move between numbered pages."""
        found: dict[int, Issue] = {}
        offset = 0
        for _ in range(MOST_PAGES):
            page = self._page(status_id=status_id, since=since, offset=offset, limit=PAGE, sort="updated_on,id")
            issues = _issues_of(page)
            found |= {issue.id: issue for issue in issues}
            if len(page.issues) < PAGE:
                break
            last = max((issue.updated_on for issue in issues), default=since)
            since, offset = (last, 0) if last > since else (since, offset + PAGE)
        return sorted(found.values(), key=lambda issue: (issue.updated_on, issue.id))

    def _page(self, *, since: datetime | None = None, **params: str | int) -> Page:
        if since:
            params["updated_on"] = f">={_text_of(since)}"
        return self._client.read("/issues.json", Page, {f"cf_{self._id_field}": "*", **params})


def _has_history(issue: Issue, newest: datetime) -> bool:
    """Tell whether there is more to know than the list says; an issue may change in the very second of its creation."""
    is_young = issue.updated_on >= newest - timedelta(seconds=1)
    return is_young or issue.assigned_to is not None or issue.updated_on != issue.created_on


def _issues_of(page: Page) -> list[Issue]:
    issues = []
    for data in page.issues:
        try:
            issues.append(Issue.model_validate(data))
        except ValidationError as error:
            log.warning("an issue of Redmine is not understood: %s", error.errors(include_input=False)[0]["msg"])
    return issues


def _text_of(moment: datetime) -> str:
    # Redmine refuses fractions and offsets.
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
