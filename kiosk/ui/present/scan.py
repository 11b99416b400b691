"""What the scan screen says while the camera looks for a label."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.errors import KioskError
from kiosk.i18n import N_, Translator
from kiosk.scanner.camera import CameraGoneError
from kiosk.scanner.decode import Hint


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRow:
    """One sentence that helps."""

    icon: str = "qrcode-scan"
    tone: str = "info"
    text: str = ""


_ADVICE = {
    Hint.NOTHING: ("qrcode-scan", "info", N_("Hold the label on the machine in front of the camera.")),
    Hint.CLOSER: ("magnify", "warn", N_("Hold it closer, and still.")),
    Hint.LIGHT: ("lightbulb", "warn", N_("It is too dark here. Bring some light to the label.")),
    Hint.ONE: ("qrcode-remove", "warn", N_("There are two labels. Show only one.")),
}


def advice(hint: Hint, trouble: KioskError | None, speak: Translator) -> AdviceRow:
    """Say what helps now; where there is no picture, why, and what to do instead."""
    if trouble is None:
        icon, tone, text = _ADVICE[hint]
        return AdviceRow(icon=icon, tone=tone, text=speak.tr(text))
    if isinstance(trouble, CameraGoneError):
        text = speak.tr("The camera is not connected. Choose the machine from the list.")
    else:
        text = speak.tr("The camera does not work right now. Choose the machine from the list.")
    return AdviceRow(icon="camera-off", tone="warn", text=text)
