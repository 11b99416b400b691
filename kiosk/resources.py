"""Where the files beside the code are: at the root of a checkout, inside the package of an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_resources"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent


def asset(name: str) -> Path:
    """Give the path of `assets/<name>`, such as `asset("fonts/KioskSans-Bold.ttf")`; a folder's name works too."""
    return _ROOT / "assets" / name


def translations() -> Path:
    """Give the folder with one folder of catalogues per language."""
    return _ROOT / "translations"


def kv_root() -> Path:
    """Give `kiosk.kv`, the rules of the root widget."""
    return _ROOT / "kiosk.kv"
