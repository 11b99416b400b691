"""Who is told: one module per way of telling people."""

BUILT_IN = {
    "memory_notes": "kiosk.notifiers.memory_notes:MemoryNotifier",
}
"""`type` in kiosk.toml -> module:class; no type is also that of a backend."""
