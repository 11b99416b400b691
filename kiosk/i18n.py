"""The screens' texts in the operator's language, from the catalogues in `translations/`.

A text's key is its English sentence, so English needs no catalogue and a missing translation still reads as a sentence.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk import resources

DOMAIN = "kiosk"

OWN_NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""What each language calls itself: the language picker must be readable for somebody who is lost in the current one."""

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_WITHOUT_SPACES = frozenset({"zh"})
_COMMAS = {"ar": "، ", "fa": "، ", "ur": "، ", "zh": "，"}
_FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the screens can speak, and its own name for itself."""

    code: str
    name: str


def languages() -> list[Language]:
    """Give English, then every language with a compiled catalogue, by code."""
    found = {path.parent.parent.name for path in resources.translations().glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return [Language(code, OWN_NAMES.get(code, code)) for code in ["en", *sorted(found - {"en"})]]


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts in one language. Switching the language means another translator."""

    language: str = "en"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, repr=False, compare=False)

    @classmethod
    def load(cls, language: str) -> Translator:
        """Read the catalogue of `language`; a language without one gives English."""
        if language not in {known.code for known in languages()} - {"en"}:
            return cls()
        return cls(language, gettext.translation(DOMAIN, resources.translations(), [language]))

    @property
    def is_rtl(self) -> bool:
        """True when the language is written from right to left."""
        return self.language in _RIGHT_TO_LEFT

    def tr(self, msgid: str, /, **fields: object) -> str:
        """Translate `msgid` and fill its `{fields}`; a field without a value stays as it is written."""
        # gettext answers the empty key with the catalogue's header.
        return self._fill(self.catalogue.gettext(msgid), fields) if msgid else ""

    def ntr(self, singular: str, plural: str, n: int, /, **fields: object) -> str:
        """Translate in the grammatical number of `n`, which also fills the field `{n}`."""
        return self._fill(self.catalogue.ngettext(singular, plural, n), {"n": n, **fields})

    def isolate(self, text: str) -> str:
        """Keep a name from tearing apart in a right-to-left sentence; elsewhere give `text` as it is."""
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if self.is_rtl and text else text

    def listed(self, *parts: str) -> str:
        """Put the parts that are not empty one after the other, with commas as the language writes them."""
        return _COMMAS.get(self.language, ", ").join(filter(None, parts))

    def sentences(self, *parts: str) -> str:
        """Put whole sentences one after the other, without the empty ones; Chinese has no space between two."""
        return ("" if self.language in _WITHOUT_SPACES else " ").join(filter(None, parts))

    def _fill(self, text: str, fields: Mapping[str, object]) -> str:
        # Not str.format: a brace or a missing field in a catalogue must never stop a screen.
        return _FIELD.sub(lambda found: self._value(found, fields), text)

    def _value(self, found: re.Match[str], fields: Mapping[str, object]) -> str:
        name = found[1]
        return self.isolate(str(fields[name])) if name in fields else found[0]


def N_(msgid: str) -> str:  # noqa: N802  the name gettext's tools know
    """Mark a text for the catalogues without translating it here."""
    return msgid
