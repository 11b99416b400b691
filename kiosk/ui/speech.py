"""Says status lines aloud through the system's speech dispatcher (`spd-say`), for people who do not read the screen."""

from __future__ import annotations

import logging
import subprocess
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)

_PROGRAM = "spd-say"
_SECONDS = 10
_LONGEST = 400


class Speaker:
    """Speaks one thing after the other, never on the caller's time; what is new takes the word from what is old."""

    def __init__(self) -> None:
        """Speak from a thread of its own."""
        self._voice = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._is_missing = False

    def say(self, text: str, *, language: str) -> None:
        """Say `text`, which is in `language`."""
        if text.strip() and not self._is_missing:
            self._voice.submit(self._say, text[:_LONGEST], language)

    def _say(self, text: str, language: str) -> None:
        command = [_PROGRAM, "--priority", "message", "--language", language, "--", text]
        try:
            for words in ([_PROGRAM, "--cancel"], command):
                subprocess.run(words, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  no shell
        except FileNotFoundError:
            self._is_missing = True
            log.error("nothing is spoken: the program %s is not installed (package speech-dispatcher)", _PROGRAM)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("not spoken: %s", error)

    def close(self) -> None:
        """Say no more."""
        self._voice.shutdown(cancel_futures=True)
