"""Carries deliveries to destinations and asks them for changes: every retry, wait and doubt of the product lives here."""

from kiosk.forwarder.forwarder import Forwarder

__all__ = ["Forwarder"]
