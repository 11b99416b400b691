from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.errors import ConfigError
from kiosk.core.plant import Contact, Impact, Machine, Priority
from kiosk.plant import load_plant

PARTS = {
    "plant": '[plant]\nname = "Small works"',
    "areas": """
[[areas]]
id = "packing"
name = {en = "Packing", de = "Verpackung"}
icon = "package-variant"
contacts = [{name = "Eva", role = "IT", phone = "+49 30 5550 100"}]""",
    "kinds": '[[kinds]]\nid = "printer"\nname = "Printer"\nicon = "printer"',
    "machines": '[[machines]]\nid = "P-1"\nname = "Printer 1"\narea = "packing"\nkind = "printer"\nplace = "C-1"',
    "symptoms": """
[[symptoms]]
id = "no-print"
words = {en = "Nothing prints", de = "Es druckt nichts"}
it_term = "No output"
impact = "high"
icon = "printer"
badge = "close-thick"
kinds = ["printer"]
[[symptoms.steps]]
text = {en = "Is there paper?"}
icon = "paper-roll"
""",
    "priorities": """
[priorities.matrix]
high = {stopped = "critical", running = "high"}
medium = {stopped = "high", running = "normal"}
low = {stopped = "normal", running = "normal"}
[priorities.critical]
respond = 15
resolve = 120
around_the_clock = true
[priorities.high]
respond = 30
resolve = 240
[priorities.normal]
respond = 120
resolve = 1440""",
    "calendar": '[calendar]\nzone = "Europe/Berlin"\nmon = ["14:00-22:00", "06:00-14:00"]\nholidays = [2026-12-25]',
    "notices": """
[[notices]]
kind = "planned"
title = {en = "Update"}
text = "No labels"
starts_at = 2026-12-01T22:00:00
ends_at = 2026-12-01T23:00:00
areas = ["packing"]""",
}


def plant_toml(**changed: str) -> str:
    """Give a whole plant file with some of its parts changed."""
    return "\n".join({**PARTS, **changed}.values())


def with_(part: str, old: str, new: str) -> str:
    assert old in PARTS[part]
    return plant_toml(**{part: PARTS[part].replace(old, new)})


@pytest.fixture
def load(tmp_path):
    """Write a plant.toml, and perhaps a machines.csv, and load them."""

    def load(content: str | bytes, machines: str | bytes | None = None):
        for name, text in (("plant.toml", content), ("machines.csv", machines)):
            if text is not None:
                (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return load_plant(tmp_path / "plant.toml")

    return load


@pytest.fixture
def faults(load, tmp_path):
    """Give the faults as a person reads them; those of plant.toml without its name, those of the CSV with its."""

    def faults(content: str | bytes, machines: str | bytes | None = None) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(content, machines)
        lines = [str(fault) for fault in caught.value.faults]
        return [line.replace(f"{tmp_path}/plant.toml: ", "").replace(f"{tmp_path}/", "") for line in lines]

    return faults


def test_the_agreement_is_read_into_the_words_of_the_product(load):
    plant = load(plant_toml())

    assert plant.name == "Small works"
    assert plant.areas["packing"].name.get("de") == "Verpackung"
    assert plant.areas["packing"].contacts == (Contact(name="Eva", role="IT", phone="+49 30 5550 100"),)
    assert plant.kinds["printer"].name.get("pl") == "Printer"
    assert plant.machines == {"P-1": Machine(id="P-1", name="Printer 1", area="packing", kind="printer", place="C-1")}
    symptom = plant.symptoms["no-print"]
    assert (symptom.it_term, symptom.impact, symptom.badge) == ("No output", Impact.HIGH, "close-thick")
    assert symptom.kinds == {"printer"}
    assert [(step.text.get("en"), step.icon) for step in symptom.steps] == [("Is there paper?", "paper-roll")]


def test_every_impact_has_a_priority_and_every_priority_its_times(load):
    plant = load(plant_toml())

    assert set(plant.matrix) == {(impact, stopped) for impact in Impact for stopped in (True, False)}
    assert plant.matrix[Impact.HIGH, True] is Priority.CRITICAL
    assert plant.matrix[Impact.MEDIUM, False] is Priority.NORMAL
    assert set(plant.slas) == set(Priority)
    assert plant.slas[Priority.CRITICAL].respond == timedelta(minutes=15)
    assert plant.slas[Priority.CRITICAL].around_the_clock
    assert plant.slas[Priority.NORMAL].resolve == timedelta(days=1)
    assert not plant.slas[Priority.NORMAL].around_the_clock


def test_the_spans_of_a_day_are_in_order_and_free_days_have_none(load):
    calendar = load(plant_toml()).calendar

    assert calendar.zone == ZoneInfo("Europe/Berlin")
    assert calendar.hours[0] == ((time(6), time(14)), (time(14), time(22)))
    assert calendar.hours[6] == ()
    assert calendar.holidays == {date(2026, 12, 25)}


def test_a_whole_day_ends_at_midnight_and_a_night_shift_in_the_next_day(load):
    calendar = load(
        plant_toml(
            calendar='[calendar]\nzone = "UTC"\nsat = ["00:00-24:00"]\nfri = ["22:00-00:00"]\nmon = ["22:00-06:00"]'
        )
    )

    assert calendar.calendar.hours[5] == ((time(0), time(0)),)
    assert calendar.calendar.hours[4] == ((time(22), time(0)),)
    assert calendar.calendar.hours[0] == ((time(22), time(6)),)


def test_a_notice_without_an_offset_is_meant_on_the_plants_own_clock(load):
    (notice,) = load(plant_toml()).notices

    assert notice.starts_at == datetime(2026, 12, 1, 21, 0, tzinfo=UTC)
    assert notice.ends_at == datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
    assert notice.areas == {"packing"}


def test_a_notice_without_dates_is_always_shown(load):
    (notice,) = load(plant_toml(notices='[[notices]]\nkind = "win"\ntitle = "Thank you"')).notices

    assert (notice.starts_at, notice.ends_at, notice.text.get("en")) == (None, None, "")


def test_names_come_out_on_one_line_without_control_characters(load):
    plant = load(plant_toml(plant='[plant]\nname = " Small\\n\\tworks\\u202e "'))

    assert plant.name == "Small works"


PLANT_CASES = [
    ("", ["is empty; start from the example that comes with the kiosk"]),
    ("[plant", ["end of document: is not valid TOML: Expected ']' at the end of a table declaration"]),
    ('[plant]\nname = "x"\nname = "y"\n', ["line 3, column 11: is not valid TOML: Cannot overwrite a value"]),
    ('[terminal]\nname = "K1"', ["is another kind of file: it has none of plant, texts, areas, kinds, machines, symptoms, priorities, calendar, notices, labels"]),
    (b"\xff\xfe", ["line 1: is not UTF-8 text; save the file as UTF-8"]),
    ("#" * 1_100_000, ["is larger than 1024 KiB; this cannot be the right file"]),
    ("plant = " + "[" * 100_000, ["is nested too deeply; this cannot be the right file"]),
    ("a = 1\n" + ".".join("a" * 100_000) + " = 1", ["line 2: has more than 50 dots; split it over several lines"]),
    (plant_toml(plant=""), ["plant.name: is missing"]),
    (plant_toml(plant="plant = 7"), ["plant: must be a table"]),
    (plant_toml(plant='[plant]\nname = " "'), ["plant.name: must not be empty"]),
    (plant_toml(plant='[plant]\nname = "x"\n[fotos]'), ["fotos: is not known here; there are: areas, calendar, kinds, labels, machines, notices, plant, priorities, symptoms, texts"]),
    # a list
    (plant_toml(areas="", notices="", machines=PARTS["machines"].replace('"packing"', '"x"')), ["areas: is missing; write at least one [[areas]]", "[[machines]] #1 (Printer 1).area: there is no area 'x'; there are none"]),
    (plant_toml(machines=""), ['machines: is missing; write at least one [[machines]], or machines = "machines.csv" above the first [table]']),
    (plant_toml(machines='[machines]\nid = "P-1"'), ["machines: must be written as [[machines]], in double square brackets"]),
    # ids and names
    (with_("machines", '"P-1"', '"P 1"'), ["[[machines]] #1 (Printer 1).id: must be 1 to 40 letters, digits and - _ . and start with a letter or digit"]),
    (with_("machines", '"P-1"', f'"{"x" * 41}"'), ["[[machines]] #1 (Printer 1).id: must be 1 to 40 letters, digits and - _ . and start with a letter or digit"]),
    (plant_toml(machines=PARTS["machines"] + "\n" + PARTS["machines"].replace("P-1", "p-1").replace("Printer 1", "Printer 2")), ["[[machines]] #2 (Printer 2).id: 'p-1' is taken by [[machines]] #1 (Printer 1); capitals do not count"]),
    (with_("machines", 'place = "C-1"', 'plaec = "C-1"'), ["[[machines]] #1 (Printer 1).plaec: is not a known setting; did you mean 'place'?"]),
    (with_("machines", 'name = "Printer 1"', "name = 1"), ["[[machines]] #1 (P-1).name: must be a text in quotes"]),
    (with_("machines", '"Printer 1"', f'"{"x" * 81}"'), [f"[[machines]] #1 ({'x' * 40}).name: is too long for a screen: at most 80 characters"]),
    # names that lead nowhere
    (with_("machines", '"packing"', '"pakcing"'), ["[[machines]] #1 (Printer 1).area: there is no area 'pakcing'; did you mean 'packing'?"]),
    (with_("machines", '"printer"', '"robot"'), ["[[machines]] #1 (Printer 1).kind: there is no kind 'robot'; there are: printer"]),
    (with_("notices", '"packing"', '"Packing"'), ["[[notices]] #1.areas: there is no area 'Packing'; did you mean 'packing'?"]),
    (with_("symptoms", '["printer"]', '["printer", "x"]'), ["[[symptoms]] #1 (no-print).kinds: there is no kind 'x'; there are: printer"]),
    (plant_toml(kinds=PARTS["kinds"] + '\n[[kinds]]\nid = "robot"\nname = "Robot"'), ["[[kinds]] #2 (Robot).id: has no symptom to offer; name it in the `kinds` of one, or write one without `kinds`"]),
    # words
    (with_("symptoms", 'de = "Es druckt nichts"', 'de = ""'), ["[[symptoms]] #1 (no-print).words.de: must not be empty"]),
    (with_("symptoms", 'de = "Es druckt nichts"', 'German = "x"'), ["[[symptoms]] #1 (no-print).words.German: must be a language code such as 'en' or 'de'"]),
    (with_("areas", '{en = "Packing", de = "Verpackung"}', "{}"), ['[[areas]] #1 (packing).name: must have a text in at least one language, such as {en = "..."}']),
    (with_("areas", '{en = "Packing", de = "Verpackung"}', "7"), ["[[areas]] #1 (packing).name: must be a table"]),
    (with_("symptoms", '"high"', '"huge"'), ["[[symptoms]] #1 (no-print).impact: must be one of: 'high', 'medium' or 'low'"]),
    (with_("symptoms", '"paper-roll"', '"Paper roll"'), ["[[symptoms]] #1 (no-print).steps #1.icon: must be the name of an icon, such as 'printer-alert'"]),
    (with_("symptoms", "text = {", "txt = {"), ["[[symptoms]] #1 (no-print).steps #1.text: is missing", "[[symptoms]] #1 (no-print).steps #1.txt: is not a known setting; did you mean 'text'?"]),
    # contacts
    (with_("areas", '"+49 30 5550 100"', '"call me"'), ["[[areas]] #1 (packing).contacts #1.phone: must be a phone number: digits, spaces and + ( ) / . -"]),
    (with_("areas", ', phone = "+49 30 5550 100"', ""), ["areas: no contact has a phone; a critical report that cannot leave the terminal must name somebody to call"]),
    # priorities
    (with_("priorities", "low = {", "lo = {"), ["priorities.matrix.low: is missing", "priorities.matrix.lo: is not a known setting; did you mean 'low'?"]),
    (with_("priorities", '{stopped = "high", running = "normal"}', '{stopped = "high"}'), ["priorities.matrix.medium.running: is missing"]),
    (with_("priorities", '"critical", running', '"urgent", running'), ["priorities.matrix.high.stopped: must be one of: 'critical', 'high' or 'normal'"]),
    (with_("priorities", "resolve = 240", "resolve = 20"), ["priorities.high: respond (30) must not be longer than resolve (20)"]),
    (with_("priorities", "respond = 15", "respond = 0"), ["priorities.critical.respond: must be greater than or equal to 1"]),
    (with_("priorities", "respond = 15", 'respond = "soon"'), ["priorities.critical.respond: must be a whole number"]),
    # calendar
    (plant_toml(calendar=""), ["calendar.zone: is missing"]),
    (plant_toml(calendar='[calendar]\nzone = "UTC"'), ['calendar: has no working hours; write some, such as mon = ["06:00-22:00"]']),
    (with_("calendar", "Europe/Berlin", "Berlin"), ["calendar.zone: there is no time zone 'Berlin'; write one such as 'Europe/Berlin'"]),
    (with_("calendar", "Europe/Berlin", "../../etc/passwd"), ["calendar.zone: there is no time zone '../../etc/passwd'; write one such as 'Europe/Berlin'"]),
    (with_("calendar", "14:00-22:00", "14-22"), ["calendar.mon #1: must be a span of time such as '06:00-22:00'"]),
    (with_("calendar", "14:00-22:00", "14:00-25:00"), ["calendar.mon #1: must be a span of time such as '06:00-22:00'"]),
    (with_("calendar", '"14:00-22:00"', "14"), ["calendar.mon #1: must be a span of time such as '06:00-22:00'"]),
    (with_("calendar", "14:00-22:00", "08:00-08:00"), ["calendar.mon #1: must end after it starts; a whole day is '00:00-24:00'"]),
    (with_("calendar", "14:00-22:00", "13:00-22:00"), ["calendar: two spans overlap: one of mon with one of mon"]),
    (with_("calendar", "holidays", 'sun = ["20:00-07:00"]\nholidays'), ["calendar: two spans overlap: one of sun with one of mon"]),
    (with_("calendar", "2026-12-25", '"Christmas"'), ["calendar.holidays #1: must be a date such as 2026-12-24, without quotes"]),
    (with_("calendar", "2026-12-25", "2026-02-30"), ["line 50, column 13: is not valid TOML: Invalid date or datetime"]),
    # notices
    (with_("notices", '"planned"', '"party"'), ["[[notices]] #1.kind: must be one of: 'planned' or 'win'"]),
    (with_("notices", "T23:00:00", "T21:00:00"), ["[[notices]] #1: starts_at must be earlier than ends_at"]),
    (with_("notices", "T23:00:00", "T23:00:00Z"), ["[[notices]] #1: starts_at and ends_at: write both with an offset such as +01:00, or both without"]),
    (with_("notices", "2026-12-01T23:00:00", '"tonight"'), ["[[notices]] #1.ends_at: must be a date and time such as 2026-12-24T22:00:00, without quotes"]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), PLANT_CASES)
def test_a_fault_is_told_with_its_place_and_what_to_do(faults, content, expected):
    assert faults(content) == expected


def test_all_faults_are_told_at_once_and_none_hides_another(faults):
    assert faults(
        plant_toml(
            plant="[plant]",
            kinds='[[kinds]]\nid = "printer"\nname = "Printer"\nicon = 7',
            machines=PARTS["machines"].replace('"packing"', '"paking"').replace('name = "Printer 1"\n', ""),
            priorities=PARTS["priorities"].replace("resolve = 240", "resolve = 20"),
            calendar='[calendar]\nzone = "Moon/Crater"',
        )
    ) == [
        "plant.name: is missing",
        "[[kinds]] #1 (Printer).icon: must be a text in quotes",
        "[[machines]] #1 (P-1).name: is missing",
        "priorities.high: respond (30) must not be longer than resolve (20)",
        "calendar.zone: there is no time zone 'Moon/Crater'; write one such as 'Europe/Berlin'",
        "[[machines]] #1 (P-1).area: there is no area 'paking'; did you mean 'packing'?",
    ]


IN_CSV = 'machines = "machines.csv"\n' + plant_toml(machines="")


@pytest.mark.parametrize(
    "table",
    [
        "id;name;area;kind;place\nP-1;Printer 1;packing;printer;C-1\n",
        "\ufeffid;name;area;kind;place\r\nP-1;Printer 1;packing;printer;C-1\r\n",
        'kind,place,ID,Name,Area\nprinter,C-1,P-1,"Printer 1",packing',
        "id\tname\tarea\tkind\tplace\n\n P-1 \tPrinter 1\tpacking\tprinter\tC-1\n\t\t\t\t\n",
    ],
)
def test_machines_may_stand_in_a_table_as_a_spreadsheet_saves_it(load, table):
    assert load(IN_CSV, table).machines["P-1"] == Machine(
        id="P-1", name="Printer 1", area="packing", kind="printer", place="C-1"
    )


def test_the_column_place_may_be_left_out(load):
    assert load(IN_CSV, "id,name,area,kind\nP-1,Printer 1,packing,printer").machines["P-1"].place == ""


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (None, ["machines.csv: does not exist; create it, or name another file"]),
        ("", ["machines.csv: is empty; start from the example that comes with the kiosk"]),
        (";;\n", ["machines.csv: names no machine; the first line names the columns, each further line a machine"]),
        ("id;name;area;kind;place\n", ["machines.csv: names no machine; the first line names the columns, each further line a machine"]),
        ("id;name;area;kind\nP-1;K\xfche;packing;printer".encode("latin-1"), ["machines.csv: line 2: is not UTF-8 text; save the file as UTF-8"]),
        ("id;name;area;kind\nP-1;Printer 1;packing", ["machines.csv: line 2: has 3 cells where the first line has 4"]),
        ('id;name;area;kind\nP-1;"Printer 1;packing;printer', ["machines.csv: line 2: is not valid CSV: unexpected end of data"]),
        ("id;name;aera\nP-1;Printer 1;packing", ["machines.csv: line 1: the column 'aera' is not known here; did you mean 'area'?", "machines.csv: line 1: the column 'area' is missing; the first line names the columns", "machines.csv: line 1: the column 'kind' is missing; the first line names the columns"]),
        ("id;name;area;kind;id\nP-1;Printer 1;packing;printer;P-1", ["machines.csv: line 1: the column 'id' is there twice"]),
        ("id;name;area;kind\nP-1;Printer 1;packing;printer\nP-2;;paking;printer\np-1;Printer 3;packing;printer", ["machines.csv: line 3 (P-2).name: must not be empty", "machines.csv: line 4 (Printer 3).id: 'p-1' is taken by line 2 (Printer 1); capitals do not count", "machines.csv: line 3 (P-2).area: there is no area 'paking'; did you mean 'packing'?"]),
        ("id;name;area;kind\n;;packing;printer\n", ["machines.csv: line 2.id: must be 1 to 40 letters, digits and - _ . and start with a letter or digit", "machines.csv: line 2.name: must not be empty"]),
    ],
)  # fmt: skip
def test_a_fault_in_the_table_is_told_with_its_line(faults, table, expected):
    assert faults(IN_CSV, table) == expected


def test_a_table_named_below_another_table_is_told_where_it_belongs(faults):
    assert faults(plant_toml(machines="", plant='[plant]\nname = "x"\nmachines = "machines.csv"')) == [
        'machines: is missing; write at least one [[machines]], or machines = "machines.csv" above the first [table]',
        "plant.machines: is not a known setting; there are: name",
    ]


def test_a_large_plant_is_read_in_one_breath(load):
    table = "id;name;area;kind\n" + "".join(f"P-{n};Printer {n};packing;printer\n" for n in range(5000))

    assert len(load(IN_CSV, table).machines) == 5000


SCRAPS = st.sampled_from(
    [*PARTS.values(), "[[areas]]", "[plant]", "machines = []", "x = 1", 'kinds = "x"', "areas = [1]", "symptoms = [[]]"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SCRAPS, max_size=9).map("\n".join), st.text(max_size=60) | st.binary(max_size=60))
def test_no_content_whatever_does_more_harm_than_a_config_error(tmp_path_factory, content, table):
    folder = tmp_path_factory.getbasetemp()
    (folder / "plant.toml").write_text(content.replace("machines = []", 'machines = "machines.csv"'), encoding="utf-8")
    (folder / "machines.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    try:
        load_plant(folder / "plant.toml")
    except ConfigError as error:
        str(error).encode()  # it can be printed
