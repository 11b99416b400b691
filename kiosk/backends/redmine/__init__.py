"""Redmine, through its REST API: measured against a real 5.0 server."""

from kiosk.backends.redmine.backend import RedmineBackend
from kiosk.backends.redmine.settings import RedmineSettings

__all__ = ["RedmineBackend", "RedmineSettings"]
