"""The durable storage: what it has taken is there after a power cut."""

from kiosk.storage.disk import FolderDisk

__all__ = ["FolderDisk"]
