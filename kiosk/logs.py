"""The log: one line per event, UTC, without secrets, and without anything that an outsider could break a line with."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import quote

_LONGEST_LINE = 16 * 1024
_FILE_BYTES = 4 * 1024 * 1024
_OLD_FILES = 3
_SHORTEST_SECRET = 4
"""Shorter values are not hidden: taking every "1" out of a log hides the log."""
_TALKATIVE = ("kivy", "asyncio", "PIL", "urllib3")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_secrets: set[str] = set()


def redact(value: str) -> None:
    """Never let `value` into the log from now on, neither as it is nor as it stands in a URL."""
    if len(value) >= _SHORTEST_SECRET:
        _secrets.update({value, quote(value, safe="")})


def configure(level: str | int = "INFO", file: Path | None = None) -> None:
    """Log to standard error, and to `file` as well; 16 MiB of log at most. Calling it again replaces the earlier setup."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, OneLine)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    _add(root, logging.StreamHandler())
    if file:
        _add_file(root, file)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class OneLine(logging.Formatter):
    """Formats a record, its traceback included, as one printable line without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Give `2026-11-23T07:15:00.123Z WARNING kiosk.forwarder.forwarder [thread] text`."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{record.levelname} {record.name} [{record.threadName}]"
        # The moment stays whole: a PIN may look like a year.
        text = f"{moment}.{int(record.msecs):03d}Z " + _without_secrets(f"{head} {_text_of(record, self)}")
        return _UNPRINTABLE.sub(_escaped, text[:_LONGEST_LINE])


class _PrivateFile(RotatingFileHandler):
    """A rotating file that only the terminal's own user may read."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Do without the line: a full disk is told where a report is saved, and must not stop anything else."""

    def close(self) -> None:
        """Close, though what was still to be written may not fit."""
        with contextlib.suppress(OSError):
            super().close()

    def _open(self) -> TextIOWrapper:
        private = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(private, "ab"), encoding="utf-8")


def _add(root: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(OneLine())
    root.addHandler(handler)


def _add_file(root: logging.Logger, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _add(root, _PrivateFile(file, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"))
    except OSError as error:
        # A terminal that cannot keep a log can still keep reports.
        logging.getLogger(__name__).warning("no log file %s: %s", file, error.strerror)


def _text_of(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + formatter.formatException(record.exc_info)
    return text


def _without_secrets(text: str) -> str:
    # The longest first: one secret may be a part of another.
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
