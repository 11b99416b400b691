import ast
import gettext
import importlib.util
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import i18n, resources
from kiosk.i18n import N_, Language, Translator

pytest.importorskip("babel", reason="Babel, which reads and writes catalogues, is not installed")


def _load_tool():
    spec = importlib.util.spec_from_file_location("update", resources.translations() / "update.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["update"] = module
    spec.loader.exec_module(module)
    return module


tool = _load_tool()

CODE = """
from kiosk.i18n import N_

LATER = [N_("Later"), N_(
    "Two "
    "parts"
)]


class OurError(Exception):
    message_key = "It failed."


def show(speak, name, word):
    speak.tr("Hello {name}", name=name)
    speak.tr("Yes" if name else "No")
    speak.tr(word)
    return speak.ntr("{n} report", "{n} reports", 3)
"""
RULES = """
<Screen>:
    # text: app.tr('Not this one')
    text: app.tr('On the (left) screen') if self.on else app.tr("It's off")
    hint: app.ntr('{n} day', '{n} days',
        self.days)
"""
SENTENCES = {
    "Later", "Two parts", "It failed.", "Hello {name}", "Yes", "No", ("{n} report", "{n} reports"),
    "On the (left) screen", "It's off", ("{n} day", "{n} days"),
}  # fmt: skip
GERMAN = {
    "Later": "Später",
    "Two parts": "Zwei Teile",
    "It failed.": "Es ging nicht.",
    "Hello {name}": "Hallo {name}",
    "Yes": "Ja",
    "No": "Nein",
    ("{n} report", "{n} reports"): ("Eine Meldung", "{n} Meldungen"),
    "On the (left) screen": "Auf dem linken Bildschirm",
    "It's off": "Er ist aus",
    ("{n} day", "{n} days"): ("{n} Tag", "{n} Tage"),
}


@pytest.fixture
def root(tmp_path):
    """A small checkout with a German and an Arabic catalogue, nothing translated yet."""
    (tmp_path / "kiosk" / "ui").mkdir(parents=True)
    (tmp_path / "kiosk" / "code.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "kiosk" / "ui" / "screen.kv").write_text(RULES, encoding="utf-8")
    (tmp_path / "kiosk.kv").write_text("Root:\n", encoding="utf-8")
    tool.update(tmp_path, "de")
    tool.update(tmp_path, "ar")
    return tmp_path


@pytest.fixture
def po(root):
    return root / "translations" / "de" / "LC_MESSAGES" / "kiosk.po"


@pytest.fixture
def translate(root, po):
    """Write German texts into the catalogue as a person does, in the .po file, and run the tool."""

    def translate(texts):
        known = tool.read_catalog(po, "de")
        catalogue = tool.updated("de", tool.collect(root), known)
        for key, text in texts.items():
            catalogue.get(key).string = text
        tool.write(catalogue, po)

    return translate


@pytest.fixture
def faults(root, po):
    """Give what the tool finds wrong with the German catalogue."""
    return lambda: list(tool.faults(tool.collect(root), po, "de"))


@pytest.fixture
def installed(root, translate, monkeypatch):
    """The small checkout is where the kiosk finds its catalogues."""
    translate(GERMAN)
    monkeypatch.setattr(resources, "_ROOT", root)


# ---------------------------------------------------------------- the translator


def test_english_needs_no_catalogue():
    speak = Translator.load("en")

    assert speak.tr("Hello {name}", name="Eva") == "Hello Eva"
    assert speak.ntr("{n} report", "{n} reports", 1) == "1 report"
    assert speak.ntr("{n} report", "{n} reports", 0) == "0 reports"


def test_a_sentence_is_spoken_in_the_operators_language(installed):
    speak = Translator.load("de")

    assert speak.language == "de"
    assert speak.tr("Hello {name}", name="Eva") == "Hallo Eva"
    assert speak.ntr("{n} report", "{n} reports", 1) == "Eine Meldung"
    assert speak.ntr("{n} report", "{n} reports", 3) == "3 Meldungen"


def test_a_missing_translation_is_the_english_sentence(installed):
    assert Translator.load("de").tr("Brand new {name}", name="Eva") == "Brand new Eva"


@pytest.mark.parametrize("language", ["xx", "", "..", "../..", "de/../de", "DE"])
def test_an_unknown_language_is_english(installed, language):
    assert Translator.load(language) == Translator()


def test_the_languages_are_english_and_those_with_a_catalogue_by_their_own_names(installed):
    assert i18n.languages() == [Language("en", "English"), Language("ar", "العربية"), Language("de", "Deutsch")]


def test_the_empty_sentence_is_empty_and_not_the_catalogues_header(installed):
    assert Translator.load("de").tr("") == ""


@pytest.mark.parametrize("name", ["{", "}", "{name}", "{0}", "{name!r:>99}", "%s", "\\1", "{" * 500])
def test_braces_in_what_people_write_are_just_braces(name):
    assert Translator().tr("Hello {name}!", name=name) == f"Hello {name}!"


def test_a_field_without_a_value_stays_as_it_is_written():
    assert Translator().tr("Hello {name} at {place}", name="Eva") == "Hello Eva at {place}"


@given(st.text())
def test_no_sentence_makes_it_raise(msgid):
    Translator().tr(msgid, name="Eva")


def test_values_are_isolated_in_a_sentence_that_runs_from_right_to_left(installed):
    speak = Translator.load("ar")

    assert speak.is_rtl
    assert speak.tr("Hello {name}", name="Mira K.") == "Hello \u2068Mira K.\u2069"
    assert speak.isolate("Mira K.") == "\u2068Mira K.\u2069"


def test_values_are_left_alone_in_a_sentence_that_runs_from_left_to_right():
    assert not Translator().is_rtl
    assert Translator().isolate("Mira K.") == "Mira K."


def test_a_marked_sentence_is_not_yet_translated(installed):
    assert N_("Later") == "Later"


# ---------------------------------------------------------------- the tool


def test_sentences_are_collected_from_code_and_rules(root):
    assert {sentence.key for sentence in tool.collect(root)} == SENTENCES


@pytest.mark.parametrize("call", ['speak.tr(f"Hello {name}")', 'speak.tr("Hello " + name)', 'N_("%s" % name)'])
def test_a_sentence_put_together_at_run_time_is_refused_with_its_file(root, call):
    (root / "kiosk" / "late.py").write_text(call, encoding="utf-8")

    with pytest.raises(tool.NotLiteralError, match=r"late\.py: put fields into the sentence"):
        tool.collect(root)


def test_a_new_catalogue_has_every_sentence_and_no_guess(root, po):
    messages = tool.read_catalog(po, "de")

    assert set(messages) == SENTENCES
    assert not any("".join(message.string) for message in messages.values())


def test_a_whole_translation_passes_the_check(translate, faults):
    translate(GERMAN)

    assert faults() == []


def test_running_it_again_changes_nothing(root, po, translate):
    translate(GERMAN)
    before = po.read_bytes(), po.with_suffix(".mo").read_bytes()

    tool.update(root)

    assert (po.read_bytes(), po.with_suffix(".mo").read_bytes()) == before


def test_what_is_no_longer_said_leaves_and_what_is_new_arrives_empty(root, po, translate, faults):
    translate(GERMAN)
    code = root / "kiosk" / "code.py"
    code.write_text(CODE.replace('N_("Later")', 'N_("Much later")'), encoding="utf-8")
    assert faults() == [
        "not in the catalogue: 'Much later'",
        "no longer in the code: 'Later'",
    ]

    tool.update(root)

    messages = tool.read_catalog(po, "de")
    assert messages["Much later"].string == ""
    assert "Later" not in messages
    assert messages["Yes"].string == "Ja"


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("Later", "", "not translated: 'Later'"),
        ("Hello {name}", "Hallo", "not the same fields in 'Hallo': 'Hello {name}'"),
        ("Hello {name}", "Hallo {Name}", "not the same fields in 'Hallo {Name}': 'Hello {name}'"),
        (("{n} day", "{n} days"), ("{n} Tag", ""), "not translated: '{n} day'"),
        (("{n} day", "{n} days"), ("ein Tag", "{m} Tage"), "not the same fields in '{m} Tage': '{n} day'"),
    ],
)
def test_a_fault_in_a_translation_is_named(translate, faults, key, text, fault):
    translate({**GERMAN, key: text})

    assert faults() == [fault]


def test_a_guess_counts_as_no_translation_and_is_dropped(root, po, translate, faults):
    translate(GERMAN)
    text = po.read_text(encoding="utf-8").replace('msgid "Later"', '#, fuzzy\nmsgid "Later"')
    po.write_text(text, encoding="utf-8")
    assert "marked as guessed (fuzzy): 'Later'" in faults()

    tool.update(root)

    assert tool.read_catalog(po, "de")["Later"].string == ""


def test_a_compiled_catalogue_that_lags_behind_is_named(po, translate, faults):
    translate(GERMAN)
    po.write_text(po.read_text(encoding="utf-8").replace("Später", "Nachher"), encoding="utf-8")

    assert faults() == ["kiosk.mo does not match kiosk.po; run this tool"]


def test_the_same_sentence_with_and_without_a_plural_is_named(root):
    (root / "kiosk" / "more.py").write_text('speak.tr("{n} day")', encoding="utf-8")

    assert list(tool.clashes(tool.collect(root))) == ["both with and without a plural: '{n} day'"]


# ---------------------------------------------------------------- the product's own catalogues


def test_german_and_polish_are_there():
    assert {language.code for language in i18n.languages()} >= {"en", "de", "pl"}


def test_every_sentence_of_the_code_is_translated_into_every_language():
    assert tool.check(tool.ROOT) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["1 Maschine gefunden", "2 Maschinen gefunden", "5 Maschinen gefunden"]),
        ("cs", ["1 stroj nalezen", "2 stroje nalezeny", "5 strojů nalezeno"]),
        ("uk", ["Знайдено 1 машину", "Знайдено 2 машини", "Знайдено 5 машин"]),
        ("zh", ["找到1台设备", "找到2台设备", "找到5台设备"]),
    ],
)
def test_every_plural_form_of_a_language_is_spoken(language, said):
    speak = Translator.load(language)
    assert isinstance(speak.catalogue, gettext.GNUTranslations)

    assert [speak.ntr("{n} machine found", "{n} machines found", n) for n in (1, 2, 5)] == said


def test_arabic_has_six_numbers():
    speak = Translator.load("ar")

    assert len({speak.ntr("{n} machine found", "{n} machines found", n) for n in (0, 1, 2, 3, 11, 100)}) >= 5


def test_only_the_times_of_the_screens_ask_babel():
    """It brings the forms of every language: a command that shows nothing does not pay for them."""
    files = resources.translations().parent.glob("kiosk/**/*.py")

    assert [file.name for file in files if "babel" in _imports(file)] == ["times.py"]


def _imports(file):
    nodes = [
        n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    return {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name or "").split(".")[0]
        for node in nodes
        for alias in node.names
        if isinstance(node, ast.Import) or node.module
    }
