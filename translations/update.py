#!/usr/bin/env python3
"""Brings the catalogues up to date with the sentences in the code. A developer's tool: it needs Babel.

    python translations/update.py            collect the sentences, update every kiosk.po, compile every kiosk.mo
    python translations/update.py --add uk   the same, with a new language
    python translations/update.py --check    change nothing; exit with 1 and say so when something is missing

Collected are the literal arguments of `tr`, `ntr` and `N_`, and every `message_key = "..."`, in kiosk/**/*.py and in
the rules (kiosk.kv, kiosk/ui/**/*.kv). A translation is never guessed from a similar sentence: it is there or empty.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "kiosk"

Key = str | tuple[str, str]
"""A sentence, or its singular and plural."""

_FIELD = re.compile(r"\{[^{}]*\}")
_CALL_IN_RULE = re.compile(r"\b(?:tr|ntr|N_)\(")
_SENTENCES = {"tr": 1, "ntr": 2, "N_": 1}
"""How many of a function's first arguments are sentences."""


class NotLiteralError(Exception):
    """A sentence is put together at run time, so no catalogue can hold it."""


# ---------------------------------------------------------------- the sentences in the code


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the file where it stands."""

    key: Key
    file: str


def collect(root: Path) -> list[Sentence]:
    """Give every sentence of the code below `root`, without repetition, in alphabetical order.

    Raises:
        NotLiteralError: a sentence that is put together at run time.
    """
    sentences = {Sentence(key, str(file.relative_to(root))) for file in _sources(root) for key in _keys_in(file)}
    return sorted(sentences, key=lambda sentence: (_first(sentence.key), sentence.file))


def _sources(root: Path) -> list[Path]:
    return [*root.glob("kiosk/**/*.py"), *root.glob("kiosk/ui/**/*.kv"), *root.glob("kiosk.kv")]


def _keys_in(file: Path) -> Iterator[Key]:
    text = file.read_text(encoding="utf-8")
    trees = [ast.parse(text)] if file.suffix == ".py" else _calls_in_rules(text)
    for node in (node for tree in trees for node in ast.walk(tree)):
        try:
            yield from _keys_of(node)
        except NotLiteralError as error:
            raise NotLiteralError(f"{file}: {error}") from None


def _calls_in_rules(text: str) -> Iterator[ast.AST]:
    rules = "\n".join("" if line.lstrip().startswith("#") else line for line in text.split("\n"))
    for call in _CALL_IN_RULE.finditer(rules):
        yield _expression(rules[call.start() :])


def _expression(text: str) -> ast.AST:
    """Parse the call that `text` begins with; its end is the first bracket that makes it whole."""
    for bracket in re.finditer(r"\)", text):
        try:
            return ast.parse(text[: bracket.end()], mode="eval").body
        except SyntaxError:
            continue
    raise NotLiteralError(f"a bracket is not closed: {text[:60]!r}")


def _keys_of(node: ast.AST) -> Iterator[Key]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in _SENTENCES:
            yield from _keys_of_call(name, args[: _SENTENCES[name]])
        case ast.ClassDef(body=body):
            yield from (key for statement in body for key in _message_keys(statement))


def _keys_of_call(name: str, args: list[ast.expr]) -> Iterator[Key]:
    spoken = [list(_literals(arg)) for arg in args]
    if name == "ntr":
        if not all(spoken):
            raise NotLiteralError("both forms of a plural stand where it is asked for, each as one text")
        yield spoken[0][0], spoken[1][0]
    else:
        yield from (sentence for sentences in spoken for sentence in sentences)


def _message_keys(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id="message_key")], value=value)
            | ast.AnnAssign(target=ast.Name(id="message_key"), value=ast.expr() as value)
        ):
            yield from _literals(value)


def _literals(argument: ast.expr) -> Iterator[str]:
    """Give the sentences that `argument` can be; none for a name, whose sentence is marked with N_ elsewhere."""
    match argument:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)
        case ast.JoinedStr() | ast.BinOp():
            raise NotLiteralError(f"put fields into the sentence instead: {ast.unparse(argument)}")


# ---------------------------------------------------------------- the catalogues


class Texts(Catalog):
    """A catalogue whose header says only what matters, so that an update changes nothing else."""

    mime_headers = property(
        lambda self: [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]
    )


def updated(language: str, sentences: Iterable[Sentence], known: Mapping[Key, Message]) -> Texts:
    """Make the catalogue of `sentences`; translations that are `known`, and not marked as guessed, are kept."""
    texts = Texts(language, header_comment=f"# The kiosk's texts: {language}.", fuzzy=False)
    for sentence in sentences:
        old = known.get(sentence.key)
        string = old.string if old and not old.fuzzy else None
        comments = old.user_comments if old else ()
        texts.add(sentence.key, string, locations=[(sentence.file, 0)], user_comments=comments)
    return texts


def read_catalog(po: Path, language: str) -> dict[Key, Message]:
    """Read a catalogue's messages by their sentences; none when there is no such file."""
    if not po.exists():
        return {}
    with po.open("rb") as file:
        return _messages(read_po(file, locale=language))


def _messages(catalog: Catalog) -> dict[Key, Message]:
    return {_key(message): message for message in catalog if message.id}


def _key(message: Message) -> Key:
    forms = _forms(message.id)
    return (forms[0], forms[1]) if len(forms) > 1 else forms[0]


def write(texts: Texts, po: Path) -> None:
    """Write the catalogue and its compiled form beside it."""
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, texts, width=0, include_lineno=False, ignore_obsolete=True)
    for message in _messages(texts).values():
        if not all(_forms(message.string)):
            texts.delete(message.id)  # Babel would compile an untranslated plural as its English
    with po.with_suffix(".mo").open("wb") as file:
        write_mo(file, texts)


# ---------------------------------------------------------------- what may be wrong with them


def clashes(sentences: Iterable[Sentence]) -> Iterator[str]:
    """Name the sentences that stand in the code both with and without a plural: gettext cannot hold both."""
    keys = {sentence.key for sentence in sentences}
    for key in keys:
        if isinstance(key, tuple) and keys & set(key):
            yield f"both with and without a plural: {_first(key)!r}"


def faults(sentences: Iterable[Sentence], po: Path, language: str) -> Iterator[str]:
    """Name what a person who speaks `language` would miss, and what the compiled catalogue misses."""
    wanted, known = {sentence.key for sentence in sentences}, read_catalog(po, language)
    for key in sorted(wanted - known.keys(), key=_first):
        yield f"not in the catalogue: {_first(key)!r}"
    for key in sorted(known.keys() - wanted, key=_first):
        yield f"no longer in the code: {_first(key)!r}"
    for key in sorted(wanted & known.keys(), key=_first):
        yield from (f"{fault}: {_first(key)!r}" for fault in _faults_of(known[key]))
    if _spoken(known) != _compiled(po.with_suffix(".mo")):
        yield "kiosk.mo does not match kiosk.po; run this tool"


def _faults_of(message: Message) -> Iterator[str]:
    forms = _forms(message.string)
    if message.fuzzy:
        yield "marked as guessed (fuzzy)"
    if not forms or not all(form.strip() for form in forms):
        yield "not translated"
        return
    wanted = set(_FIELD.findall("".join(_forms(message.id))))
    # A plural form may spell its number out: "one minute".
    optional = {"{n}"} if message.pluralizable else set()
    for form in forms:
        if set(_FIELD.findall(form)) | optional != wanted | optional:
            yield f"not the same fields in {form!r}"


def _spoken(messages: Mapping[Key, Message]) -> dict[Key, tuple[str, ...]]:
    translated = {key: _forms(message.string) for key, message in messages.items() if not message.fuzzy}
    return {key: forms for key, forms in translated.items() if forms and all(forms)}


def _compiled(mo: Path) -> dict[Key, tuple[str, ...]]:
    if not mo.exists():
        return {}
    with mo.open("rb") as file:
        return {key: _forms(message.string) for key, message in _messages(read_mo(file)).items()}


def _forms(string: str | Iterable[str] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ())


def _first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


# ---------------------------------------------------------------- the command


def catalogs(folder: Path) -> dict[str, Path]:
    """Give the catalogue of each language in `folder`."""
    return {po.parent.parent.name: po for po in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}


def update(root: Path, added: str = "") -> None:
    """Update and compile every catalogue, and begin the one of the language `added`."""
    folder, sentences = root / "translations", collect(root)
    languages = catalogs(folder)
    if added:
        languages[added] = folder / added / "LC_MESSAGES" / f"{DOMAIN}.po"
    for language, po in languages.items():
        write(updated(language, sentences, read_catalog(po, language)), po)


def check(root: Path) -> list[str]:
    """Give what is wrong with the catalogues, one line each."""
    sentences = collect(root)
    found = list(clashes(sentences))
    for language, po in catalogs(root / "translations").items():
        found += [f"{language}: {fault}" for fault in faults(sentences, po, language)]
    return found


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Bring the catalogues up to date with the code.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when something is missing")
    parser.add_argument("--add", metavar="CODE", default="", help="begin the catalogue of a new language, such as uk")
    options = parser.parse_args()
    try:
        if not options.check:
            update(ROOT, options.add)
        found = check(ROOT)
    except NotLiteralError as error:
        found = [str(error)]
    print("\n".join(found) or "Every sentence is translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
