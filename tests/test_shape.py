"""The shape of the house: layers, registries, screens and sizes stay as ARCHITECTURE.md says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import plugins
from kiosk.config import load_config
from kiosk.plant import load_plant
from kiosk.ui.icons import ICONS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kiosk"
SOURCES = sorted(PACKAGE.rglob("*.py"))
RULES = [ROOT / "kiosk.kv", *sorted((PACKAGE / "ui").rglob("*.kv"))]
KINDS = ("backends", "notifiers")
MAY_CATCH_EVERYTHING = {"cli/check.py", "forwarder/guard.py", "forwarder/loop.py"}
MAY_PRINT = re.compile(r"cli/.*|demo\.py")


def relative(path):
    return path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=relative)


def test_the_arrows_point_down():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_everything_but_the_screens_works_without_kivy():
    modules = [f"kiosk.{relative(p)[:-3].replace('/', '.')}".removesuffix(".__init__") for p in SOURCES]
    headless = [m for m in modules if not m.startswith(("kiosk.ui", "kiosk.__main__"))]
    headless += [m for m in modules if m.startswith("kiosk.ui.present")]
    script = f"import sys, importlib; [importlib.import_module(m) for m in {headless}]; sys.exit('kivy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_every_plugin_is_registered_built_tested_and_in_the_readme(kind):
    modules = {p.stem for p in (PACKAGE / kind).iterdir()} - {"__init__", "__pycache__"}
    readme = (ROOT / "README.md").read_text()
    rows = set(re.findall(rf"^\| `(\w+)` \|.*\b{kind[:-1]}\b", readme, re.MULTILINE))

    assert set(plugins.types(kind)) == modules == rows
    for name in modules:
        assert issubclass(plugins.find(kind, name).Settings, plugins.PluginSettings)
        assert list((ROOT / "tests").rglob(f"test_*{name}*.py")), f"no test module for {name}"


@named([p for p in RULES if p.name != "kiosk.kv"])
def test_every_kv_file_has_its_python_file(path):
    assert path.with_suffix(".py").exists()


@named(RULES)
def test_rules_keep_to_the_theme_and_to_the_translator(path):
    text = re.sub(r"#.*", lambda m: m.group() if m.group().startswith("#:") else "", path.read_text())

    assert not re.findall(r"""['"]#[0-9A-Fa-f]{6}""", text), "a colour that is not the theme's"
    assert not re.findall(
        r"""(?<!tr\()(?<!tr\(\n)['"][A-Z][a-z]+ [a-z][^'"]*['"]""", re.sub(r"app\.n?tr\([^)]*\)", "", text)
    ), "an untranslated text"
    assert "parent.parent" not in text
    assert "get_screen" not in text
    assert not re.findall(r"\bsp\(", text), "sizes are dp"


def test_the_root_rules_are_short():
    assert len((ROOT / "kiosk.kv").read_text().splitlines()) < 80


@named(SOURCES)
def test_a_module_is_small_enough_to_read(path):
    assert len(path.read_text().splitlines()) <= 400


@named(SOURCES)
def test_everything_is_caught_only_where_a_loop_must_go_on(path):
    handlers = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ExceptHandler)]
    broad = [
        n.lineno for n in handlers if n.type is None or getattr(n.type, "id", "") in ("Exception", "BaseException")
    ]

    assert not broad or relative(path) in MAY_CATCH_EVERYTHING


@named(SOURCES)
def test_only_the_command_line_prints(path):
    calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    prints = [n.lineno for n in calls if getattr(n.func, "id", "") == "print"]

    assert not prints or MAY_PRINT.fullmatch(relative(path))


def test_core_reads_no_clock_of_its_own():
    text = "\n".join(p.read_text() for p in (PACKAGE / "core").glob("*.py"))

    assert not re.findall(r"datetime\.now|time\.time|time\.monotonic|time\.sleep|random\.random|uuid4", text)


def test_core_stays_small():
    lines = [line for p in (PACKAGE / "core").glob("*.py") for line in p.read_text().splitlines()]

    assert sum(1 for line in lines if line.strip()) < 2000


def test_every_icon_that_is_named_exists():
    plant = load_plant(ROOT / "assets" / "example" / "plant.toml")
    used = {a.icon for a in plant.areas.values()} | {k.icon for k in plant.kinds.values()}
    for symptom in plant.symptoms.values():
        used |= {symptom.icon, symptom.badge, *(step.icon for step in symptom.steps)}
    for path in RULES:
        used |= set(re.findall(r"""icon: ['"]([a-z0-9-]+)['"]""", path.read_text()))

    assert used - {""} <= set(ICONS)


def test_the_example_files_are_correct():
    config = load_config(ROOT / "assets" / "example" / "kiosk.toml")

    assert config.check_against(load_plant(config.terminal.plant)) == []


def test_the_glossary_of_the_architecture_page_names_every_word_of_the_design():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    words = "Plant Machine Symptom Draft Ticket Priority Sla Status Destination Backend Notifier Delivery Outbox Entry Progress Forwarder Board Terminal Desk Event"

    assert [word for word in words.split() if f"**{word}**" not in text] == []
