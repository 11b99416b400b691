"""Trello: a board whose lists are statuses and whose labels are priorities."""

from kiosk.backends.trello.backend import TrelloBackend

__all__ = ["TrelloBackend"]
