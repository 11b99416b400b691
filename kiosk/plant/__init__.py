"""`plant.toml`: the agreement that production and IT share, read into core's frozen values."""

from kiosk.plant.reader import load_plant

__all__ = ["load_plant"]
