"""Jira as the system of record: Cloud (REST v3, ADF) and Data Center (REST v2, wiki markup)."""

from kiosk.backends.jira.backend import JiraBackend

__all__ = ["JiraBackend"]
