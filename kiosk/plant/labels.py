"""`[labels]`: what stands on labels that this plant has already, and on those that lead a phone to the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator

from kiosk.faults import ONE_GROUP_AT_MOST, Section

_LONGEST = 200
"""Characters of a code that a plant's pattern is asked about; a longer one is no label."""
_AI_8004 = re.compile(r"(?:\]\w\w)?(?:\(8004\)|8004)(.{1,30})")
"""GS1's Global Individual Asset Identifier, as a scanner types it: with its bracket or without, after a symbology's mark or not."""


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or len(text.split()) != 1:
        raise ValueError("is no web address; say it as https://desk.example.com/m")
    if parts.query or parts.fragment:
        raise ValueError("must be a plain address, without ? and #")
    return text.rstrip("/")


class LabelsSection(Section):
    """`[labels]`."""

    url: Annotated[str, AfterValidator(_address)] | None = None
    """What our labels begin with, so that a phone that reads one lands on the desk; without it they hold the id alone."""
    patterns: tuple[Annotated[str, ONE_GROUP_AT_MOST], ...] = ()
    """Labels that are there already; the group in brackets, or the whole, is the id or a tag of a machine."""


class OtherLabels:
    """Reads labels that are not in our own short form: addresses of ours, GS1's asset numbers, and the plant's own patterns.

    It only says what a label may mean; no address is ever opened.
    """

    def __init__(self, section: LabelsSection) -> None:
        """Take what `plant.toml` says."""
        self._url = f"{section.url}/".casefold() if section.url else None
        self._patterns = [re.compile(pattern) for pattern in section.patterns]

    def __call__(self, text: str) -> Iterator[str]:
        """Give the names that `text` may mean."""
        if len(text) > _LONGEST:
            return
        if self._url and text.casefold().startswith(self._url):
            yield f"K:{unquote(text[len(self._url) :])}"
        yield from self._gs1(text)
        for pattern in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                yield found[1] if pattern.groups else found[0]

    @staticmethod
    def _gs1(text: str) -> Iterator[str]:
        """Read an asset number: a GS1 Digital Link, on whatever host, or an element string."""
        found = _AI_8004.fullmatch(text)
        if found:
            yield found[1]
        try:
            parts = urlsplit(text)
            steps = parts.path.split("/") if parts.scheme.lower() in ("http", "https") and parts.hostname else []
        except ValueError:
            return
        for step, value in pairwise(steps):
            if step == "8004" and value:
                yield unquote(value)
