"""The screens by name. A screen is imported, and its rules are loaded, when it is first shown."""

from __future__ import annotations

SCREENS: dict[str, str] = {
    "home": "home:HomeScreen",
    "scan": "scan:ScanScreen",
    "problems": "problems:ProblemsScreen",
    "machines": "machines:MachinesScreen",
    "symptoms": "symptoms:SymptomsScreen",
    "details": "details:DetailsScreen",
    "photo": "photo:PhotoScreen",
    "search": "search:SearchScreen",
    "join": "join:JoinScreen",
    "several": "several:SeveralScreen",
    "notsaved": "notsaved:NotsavedScreen",
    "ticket": "ticket:TicketScreen",
    "idle": "idle:IdleScreen",
    "pin": "pin:PinScreen",
    "admin": "admin:AdminScreen",
    "firstrun": "firstrun:FirstRunScreen",
}
"""Name -> module in this folder : class."""
