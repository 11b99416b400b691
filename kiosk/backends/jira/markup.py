"""Plain text as Jira shows it unchanged, and read back: Atlassian Document Format for Cloud, wiki markup for Data Center."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_ZERO_WIDTH_SPACE = "\u200b"
_END = re.compile(r"\{(?=(?:noformat|code)[}:])", re.IGNORECASE)
_WRAPPED = re.compile(r"\{noformat\}\n?(.*?)\n?\{noformat\}", re.DOTALL)
_BLOCKS = (
    "paragraph",
    "heading",
    "codeBlock",
    "bulletList",
    "orderedList",
    "listItem",
    "blockquote",
    "panel",
    "table",
    "tableRow",
    "rule",
    "mediaSingle",
)


def adf(text: str) -> dict[str, Any]:
    """Write `text` as a document: a paragraph for each block of lines, so that it wraps and nothing in it is markup."""
    paragraphs = [_paragraph(block.split("\n")) for block in text.split("\n\n")]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _paragraph(lines: list[str]) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        content += [{"type": "hardBreak"}] if number else []
        content += [{"type": "text", "text": line}] if line else []  # a text node is never empty
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def plain(document: Any) -> str:
    """Read what a person would from a document; from what is none (Data Center, an old API) its own text."""
    if isinstance(document, str):
        return document.replace("\r\n", "\n")
    return "".join(_texts(document)).strip("\n") if isinstance(document, dict) else ""


def _texts(node: dict[str, Any]) -> Iterator[str]:
    match node:
        case {"type": "text", "text": str(text)}:
            yield text
        case {"type": "hardBreak"}:
            yield "\n"
        case {"type": "mention" | "emoji" | "status" | "date" | "inlineCard", "attrs": dict(attrs)}:
            yield str(attrs.get("text") or attrs.get("shortName") or attrs.get("url") or "")
        case {"content": [*children]}:
            for index, child in enumerate(child for child in children if isinstance(child, dict)):
                if index and child.get("type") in _BLOCKS:
                    yield "\n\n" if child.get("type") == "paragraph" else "\n"
                yield from _texts(child)


def wiki(text: str) -> str:
    """Wrap `text` so that Jira Data Center shows it as it was typed; only what would end the wrapping is broken, invisibly."""
    return "{noformat}\n" + _END.sub("{" + _ZERO_WIDTH_SPACE, text) + "\n{noformat}"


def unwrapped(text: str) -> str:
    """Read back what `wiki` wrote; other text stays as it is."""
    text = text.replace("\r\n", "\n").strip()
    wrapped = _WRAPPED.fullmatch(text)
    return (wrapped[1] if wrapped else text).replace("{" + _ZERO_WIDTH_SPACE, "{")
