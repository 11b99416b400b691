"""The start screen."""

from __future__ import annotations

from kiosk.ui.page import Page


class HomeScreen(Page):
    """Report a problem, or scan."""
