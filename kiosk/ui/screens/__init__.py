"""The screens by name. A screen is imported, and its rules are loaded, when it is first shown."""

from __future__ import annotations

SCREENS: dict[str, str] = {
    "home": "home:HomeScreen",
    "machines": "machines:MachinesScreen",
    "symptoms": "symptoms:SymptomsScreen",
    "details": "details:DetailsScreen",
}
"""Name -> module in this folder : class."""
