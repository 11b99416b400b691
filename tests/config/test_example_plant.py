import pytest

from kiosk import i18n, resources
from kiosk.config import load_config
from kiosk.core.draft import symptoms_for
from kiosk.core.labels import label_text, read_label
from kiosk.core.plant import Words
from kiosk.i18n import languages
from kiosk.plant import load_plant

LANGUAGES = {known.code for known in languages()}


@pytest.fixture(scope="module")
def plant():
    return load_plant(resources.asset("example/plant.toml"))


@pytest.fixture(scope="module")
def all_words(plant):
    texts = [area.name for area in plant.areas.values()] + [kind.name for kind in plant.kinds.values()]
    texts += [symptom.words for symptom in plant.symptoms.values()]
    texts += [step.text for symptom in plant.symptoms.values() for step in symptom.steps]
    return texts + [words for notice in plant.notices for words in (notice.title, notice.text)]


@pytest.fixture(scope="module")
def icons(plant):
    named = [*plant.areas.values(), *plant.kinds.values(), *plant.symptoms.values()]
    named += [step for symptom in plant.symptoms.values() for step in symptom.steps]
    badges = {symptom.badge for symptom in plant.symptoms.values()} - {""}
    return {one.icon for one in named} | badges


def test_it_is_a_plant_of_believable_size(plant):
    assert 40 <= len(plant.machines) <= 50
    assert 20 <= len(plant.symptoms) <= 25
    assert 5 <= len(plant.areas) <= 6


def test_every_text_is_there_in_every_language(all_words):
    incomplete = [words.by_language for words in all_words if set(words.by_language) != LANGUAGES]

    assert not incomplete


def test_no_text_is_merely_copied_from_english(all_words):
    def copied(words: Words) -> bool:
        return words.get("de") == words.get("en") == words.get("pl")

    assert not [words.get("en") for words in all_words if copied(words)]


def test_every_icon_is_in_the_icon_font(icons):
    drawn = {line.split()[0] for line in resources.asset("icons/icons.txt").read_text(encoding="ascii").splitlines()}

    assert icons <= drawn


def test_every_symptom_is_short_enough_for_its_tile(plant):
    longest = max((words for s in plant.symptoms.values() for words in s.words.by_language.values()), key=len)

    assert len(longest) <= 40, longest


def test_every_machine_has_a_handful_of_symptoms_to_choose_from(plant):
    offered = [len(symptoms_for(plant, machine)) for machine in plant.machines.values()]

    assert min(offered) >= 4
    assert max(offered) <= 12


def test_every_area_has_machines_and_somebody_to_call(plant):
    assert {machine.area for machine in plant.machines.values()} == set(plant.areas)
    assert all(any(contact.phone for contact in area.contacts) for area in plant.areas.values())


def test_every_kind_stands_somewhere(plant):
    assert {machine.kind for machine in plant.machines.values()} == set(plant.kinds)


def test_every_machine_can_be_found_by_its_printed_label(plant):
    assert all(read_label(label_text(machine.id), plant.machines) is machine for machine in plant.machines.values())


def test_notices_without_an_end_do_not_age(plant):
    assert {notice.kind for notice in plant.notices} == {"planned", "win"}
    assert all(notice.ends_at is None for notice in plant.notices)


def test_the_example_terminal_stands_in_the_example_plant(plant):
    config = load_config(resources.asset("example/kiosk.toml"))

    assert config.check_against(plant) == []
    assert config.terminal.area
    assert config.terminal.language in {language.code for language in i18n.languages()}


def test_every_line_that_the_example_terminal_offers_as_a_comment_is_valid(tmp_path, monkeypatch):
    monkeypatch.setenv("KIOSK_ADMIN_PIN", "2468")
    text = resources.asset("example/kiosk.toml").read_text(encoding="utf-8")
    offered = [line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[" in line]
    (tmp_path / "kiosk.toml").write_text("\n".join(offered), encoding="utf-8")

    config = load_config(tmp_path / "kiosk.toml")

    assert config.terminal.admin_pin is not None
    assert [table.type for table in config.destinations] == ["desk"]
