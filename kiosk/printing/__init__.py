"""Labels for machines, as printers take them; each is read back before anything is written."""

from kiosk.printing.label import INVITATION
from kiosk.printing.media import MEDIA, Medium, write
from kiosk.printing.readback import LabelUnreadableError, read_codes

__all__ = ["INVITATION", "MEDIA", "LabelUnreadableError", "Medium", "read_codes", "write"]
