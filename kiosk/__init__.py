"""One reporting channel between the factory floor and IT."""

__version__ = "0.1.0"
