"""`kiosk setup`: asks what a ticket system needs, tries it, and writes the `[[destinations]]` of `kiosk.toml`."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from kiosk import plugins
from kiosk.cli.check import asked
from kiosk.cli.codes import DONE, FAILED, UsageError
from kiosk.config import Config, load_config
from kiosk.core.errors import ConfigError
from kiosk.faults import faults_of, suggestion
from kiosk.storage.files import replace_text


def setup(options: argparse.Namespace) -> int:
    """Ask, try, write. Nothing is written before the last answer was given."""
    settings = _settings(options.type)
    config = _config(options.config)
    name = options.name or options.type
    if name.casefold() in {destination.name.casefold() for destination in config.destinations}:
        raise UsageError(f"{options.config} has a destination {name!r} already; --name gives this one another name")
    try:
        answers = _answers(settings, {"type": options.type, "name": name})
        error = asked(plugins.build("backends", answers, terminal=config.terminal.name))["error"]
        print(f"{name}: {error or 'it answers, and everything that is needed is there'}")
        if error and not _is_yes("Write it all the same? [y/N] "):
            return _left(options.config)
    except EOFError:
        print()
        return _left(options.config)
    _write(config, answers, settings)
    print(f"written to {options.config}. `kiosk check --try` sends a test ticket through it")
    return DONE


def types() -> list[str]:
    """Name what can be set up by questions."""
    return [name for name in plugins.types("backends") if _has_questions(name)]


def _has_questions(type_: str) -> bool:
    try:
        return bool(plugins.find("backends", type_).Settings.questions)
    except ConfigError:  # it needs a package that is not installed
        return False


def _config(path: Path) -> Config:
    if not path.exists():
        raise UsageError(f'{path} does not exist; begin it with [terminal] and name = "..." (docs/install.md)')
    return load_config(path)


def _settings(type_: str) -> type[plugins.PluginSettings]:
    settings = plugins.find("backends", type_).Settings
    if not settings.questions:
        raise UsageError(f"there is nothing to ask for {type_!r}; {suggestion('', types())}")
    return settings


def _left(path: Path) -> int:
    print(f"{path} was left as it is")
    return FAILED


# ---------------------------------------------------------------- asking


def _answers(settings: type[plugins.PluginSettings], known: dict[str, Any]) -> dict[str, Any]:
    """Give the whole table; what is wrong is said and asked again."""
    table = known
    for key, question in settings.questions.items():
        while True:
            answer = _ask(question, settings.model_fields[key])
            tried = table if answer is None else table | {key: answer}
            fault = _fault(settings, tried, key)
            if not fault:
                table = tried
                break
            print(f"  {fault}")
    return table


def _ask(question: str, field: FieldInfo) -> str | SecretStr | None:
    """Give an answer; None where Enter takes what is usual."""
    usual = "" if field.is_required() else str(field.default or "")
    text = f"{question}{f' [{usual}]' if usual else ''}: "
    if _is_secret(field):
        secret = getpass.getpass(text) if sys.stdin.isatty() else input(text)
        return SecretStr(secret.strip()) if secret.strip() else None
    return input(text).strip() or None


def _fault(settings: type[plugins.PluginSettings], table: dict[str, Any], key: str) -> str:
    """Say what is wrong with the answer to `key`; what is still missing was not asked yet."""
    try:
        settings.model_validate(table)
    except ValidationError as error:
        faults = faults_of(error, file="", place="", model=settings)
        return next((fault.text for fault in faults if fault.place.partition(".")[0] == key), "")
    return ""


def _is_yes(question: str) -> bool:
    return input(question).strip().casefold() in {"y", "yes"}


def _is_secret(field: FieldInfo) -> bool:
    """Tell whether an answer must not be shown; one that may be left out is `Annotated[SecretStr, ...] | None`."""
    kinds = (field.annotation, *get_args(field.annotation))
    return any(SecretStr in (kind, *get_args(kind)) for kind in kinds)


# ---------------------------------------------------------------- writing


def _write(config: Config, answers: dict[str, Any], settings: type[plugins.PluginSettings]) -> None:
    """Put secrets into files of their own, then the section at the end of the file, all of it or nothing."""
    lines = ["", "[[destinations]]"]
    for key, value in _plain(answers, settings).items():
        if isinstance(value, SecretStr):
            secret = config.file.with_name(f"{answers['name']}-{key}.secret".replace("/", "-"))
            replace_text(secret, value.get_secret_value() + "\n", like=config.terminal.data, mode=0o600)
            lines.append(f"{key} = {{ file = {json.dumps(secret.name, ensure_ascii=False)} }}")
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    text = config.file.read_text(encoding="utf-8-sig").rstrip() + "\n"
    replace_text(config.file, text + "\n".join(lines) + "\n", like=config.file)


def _plain(answers: dict[str, Any], settings: type[plugins.PluginSettings]) -> dict[str, Any]:
    """Give the answers as TOML has them: a number as a number, a secret as itself."""
    values = settings.model_validate(answers).model_dump(mode="json", include=set(answers))
    return {key: answer if isinstance(answer, SecretStr) else values[key] for key, answer in answers.items()}
