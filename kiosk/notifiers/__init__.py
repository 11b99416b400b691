"""Who is told: one module per way of telling people."""

BUILT_IN = {
    "memory": "kiosk.notifiers.memory:MemoryNotifier",
}
"""`type` in kiosk.toml -> module:class."""
