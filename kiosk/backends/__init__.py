"""Where tickets go and come back from: one module per ticket system."""

BUILT_IN = {
    "memory": "kiosk.backends.memory:MemoryBackend",
}
"""`type` in kiosk.toml -> module:class."""
