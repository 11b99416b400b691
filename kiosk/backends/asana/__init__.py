"""Asana: a project whose sections are statuses and whose priority is a custom field."""

from kiosk.backends.asana.backend import AsanaBackend

__all__ = ["AsanaBackend"]
