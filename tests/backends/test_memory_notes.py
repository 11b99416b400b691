from __future__ import annotations

import pytest
from backends.samples import TICKET, sent

from kiosk.core.errors import TemporaryError
from kiosk.core.model import DeliveryKind
from kiosk.notifiers.memory_notes import MemoryNotifier, MemoryNotifierSettings

NOTICE = sent(DeliveryKind.NOTICE)


def test_it_remembers_what_it_told():
    notifier = MemoryNotifier(MemoryNotifierSettings(type="memory_notes"), terminal="K7")
    notifier.fail_next(TemporaryError("down"))
    with pytest.raises(TemporaryError):
        notifier.deliver(NOTICE, TICKET)
    notifier.deliver(NOTICE, TICKET)
    assert (notifier.name, notifier.told) == ("memory_notes", ["D1"])
