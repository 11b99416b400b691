"""What only shows between the tables of `plant.toml`: names that clash, and names that lead nowhere.

The tables are looked at as they are written, so that a fault in one of them does not hide these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kiosk.core.errors import Fault
from kiosk.faults import Row, suggestion

Rows = Mapping[str, Sequence[Row]]

_WITH_ID = ("areas", "kinds", "machines", "symptoms")


def faults_between(rows: Rows) -> Iterator[Fault]:
    """Give the faults that show when the tables are laid beside each other."""
    for key in _WITH_ID:
        yield from _taken_ids(rows[key])
    yield from _taken_tags(rows["machines"])
    for row in rows["machines"]:
        yield from _leads_nowhere(row, "area", [row.text("area")], rows["areas"])
        yield from _leads_nowhere(row, "kind", [row.text("kind")], rows["kinds"])
    for row in rows["symptoms"]:
        yield from _leads_nowhere(row, "kinds", row.texts("kinds"), rows["kinds"])
    for row in rows["notices"]:
        yield from _leads_nowhere(row, "areas", row.texts("areas"), rows["areas"])
    yield from _kinds_without_symptom(rows["kinds"], rows["symptoms"])
    yield from _nobody_to_call(rows["areas"])


def _taken_tags(machines: Sequence[Row]) -> Iterator[Fault]:
    """A label must mean one machine: no tag may be another machine's tag or id."""
    places = {row.text("id").casefold(): row.place for row in machines}
    for row in machines:
        for tag in row.texts("tags") or row.text("tags").split("|"):
            taken_by = places.setdefault(tag.strip().casefold(), row.place)
            if tag.strip() and taken_by != row.place:
                yield row.fault("tags", f"{tag.strip()!r} is taken by {taken_by}; capitals do not count")


def _taken_ids(rows: Sequence[Row]) -> Iterator[Fault]:
    places: dict[str, str] = {}
    for row in rows:
        # Capitals do not count on a label, so they must not tell two machines apart.
        taken_by = places.setdefault(row.text("id").casefold(), row.place)
        if row.text("id") and taken_by != row.place:
            yield row.fault("id", f"{row.text('id')!r} is taken by {taken_by}; capitals do not count")


def _leads_nowhere(row: Row, key: str, names: Sequence[str], targets: Sequence[Row]) -> Iterator[Fault]:
    known = {target.text("id") for target in targets} - {""}
    for name in names:
        if name and name not in known:
            yield row.fault(key, f"there is no {key.removesuffix('s')} {name!r}; {suggestion(name, known)}")


def _kinds_without_symptom(kinds: Sequence[Row], symptoms: Sequence[Row]) -> Iterator[Fault]:
    if not symptoms or not all(row.texts("kinds") for row in symptoms):
        return  # a symptom that names no kinds is offered for all of them
    covered = {kind for row in symptoms for kind in row.texts("kinds")}
    for row in kinds:
        if row.text("id") not in covered:
            yield row.fault(
                "id", "has no symptom to offer; name it in the `kinds` of one, or write one without `kinds`"
            )


def _nobody_to_call(areas: Sequence[Row]) -> Iterator[Fault]:
    """One phone in the plant is enough: not every area has a person of its own."""
    if areas and not any(contact.text("phone") for area in areas for contact in area.rows("contacts")):
        text = "no contact has a phone; a critical report that cannot leave the terminal must name somebody to call"
        yield Fault(areas[0].file, "areas", text)
