"""An application whose texts change their language while it runs."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import ObjectProperty, StringProperty

from kiosk.i18n import OWN_NAMES, Translator
from kiosk.memory import uncollected
from kiosk.ui.theme import THEME


class MultilingualApp(App):
    """What kv rules translate with: `app.tr`, `app.ntr` and the names of the language."""

    tr = ObjectProperty(Translator().tr)
    """The translating function; assigning another relabels every kv rule that uses it."""
    ntr = ObjectProperty(Translator().ntr)
    language = StringProperty("en")
    language_name = StringProperty("English")
    translator = Translator()

    def speak(self, language: str) -> None:
        """Switch the language of everything that is shown."""
        self.translator = Translator.load(language)
        THEME.rtl = self.translator.is_rtl
        self.language = self.translator.language
        self.language_name = OWN_NAMES.get(self.language, self.language)
        self._relabel()

    def _relabel(self) -> None:
        """Let every rule ask for its text again."""
        with uncollected():
            try:
                self.tr, self.ntr = self.translator.tr, self.translator.ntr
            except ReferenceError:
                # Kivy also asks the rules of what is left of a sheet that is gone, and such a rule ends the round for the others.
                self.ntr = self.translator.ntr
                for name in ("tr", "ntr"):
                    self._ask_each(name)

    def _ask_each(self, name: str) -> None:
        for function, first, named, is_weak, uid in self.get_property_observers(name, args=True):
            called = function() if is_weak else function
            try:
                if called is not None:
                    called(*(first or ()), self, getattr(self, name), **(named or {}))
            except ReferenceError:
                self.unbind_uid(name, uid)
