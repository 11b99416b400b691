"""One HTTP client for all plugins: bounded in time and size, no repeats, every answer a result or one of our errors."""

from kiosk.httpclient.answers import NotFoundError, Nothing, RefusedError, Upload
from kiosk.httpclient.client import HttpClient

__all__ = ["HttpClient", "NotFoundError", "Nothing", "RefusedError", "Upload"]
