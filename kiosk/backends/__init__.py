"""Where tickets go and come back from: one module per ticket system."""

BUILT_IN = {
    "asana": "kiosk.backends.asana:AsanaBackend",
    "desk": "kiosk.backends.desk:DeskBackend",
    "jira": "kiosk.backends.jira:JiraBackend",
    "mail": "kiosk.backends.mail:MailBackend",
    "memory": "kiosk.backends.memory:MemoryBackend",
    "redmine": "kiosk.backends.redmine:RedmineBackend",
    "trello": "kiosk.backends.trello:TrelloBackend",
    "webhook": "kiosk.backends.webhook:WebhookBackend",
}
"""`type` in kiosk.toml -> module:class."""
