"""What the tables of `kiosk.toml` have in common beside plain values: paths, and secrets that are written elsewhere."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo

from kiosk import logs

_LONGEST_SECRET = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _from_folder(path: Any, info: ValidationInfo) -> Any:
    """Take a relative path as seen from the folder of the file that says it."""
    if not isinstance(path, str):
        return path
    if not path.strip():
        raise ValueError("must name a file or folder")
    if _CONTROL.search(path):
        raise ValueError("has a control character in it; write a plain path")
    try:
        return Path((info.context or {}).get("folder", ""), Path(path).expanduser())
    except RuntimeError:
        raise ValueError("~ stands for no home folder here; write the whole path") from None


def _fetch_secret(value: Any, info: ValidationInfo) -> SecretStr:
    match value:
        case SecretStr():
            return value
        case {"env": str(name), **rest} if not rest:
            secret, source = os.environ.get(name, "").strip(), f"the environment variable {name}"
        case {"file": str(path), **rest} if not rest:
            secret, source = _read_secret(_from_folder(path, info)), f"the file {path}"
        case _:
            raise ValueError('a secret is never written here: say {env = "NAME"} or {file = "path"}')
    if not secret:
        raise ValueError(f"{source} is missing, empty or not readable")
    logs.redact(secret)
    return SecretStr(secret)


def _read_secret(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(_LONGEST_SECRET).strip()
    except (OSError, ValueError):
        return ""


Secret = Annotated[SecretStr, BeforeValidator(_fetch_secret)]
"""A secret from `{env = "NAME"}` or `{file = "path"}`; it never shows in a repr, a log or an error."""
ConfigPath = Annotated[Path, BeforeValidator(_from_folder)]
"""A path; relative to the folder of the configuration file that says it."""
