"""What the screen of one ticket says: who has it, what happens when, and what is asked of the operator."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from kiosk.core.link import LinkState
from kiosk.core.model import Entry, Status
from kiosk.core.sla import Aim
from kiosk.core.terminal import Terminal
from kiosk.i18n import N_, Translator
from kiosk.ui.present import times
from kiosk.ui.present.calling import CallRow, call, must_call
from kiosk.ui.present.progress import timeline
from kiosk.ui.present.rows import TimelineRow
from kiosk.ui.present.said import NoteRow, notes
from kiosk.ui.present.tickets import is_refused, standing

ROOM, TOP = 4, 2
"""How many steps, and how many of the things that were said, stand beside the timeline."""

_TAKEN = {
    Status.ACKNOWLEDGED: (N_("{name} has it"), N_("Somebody at IT has it")),
    Status.ON_THE_WAY: (N_("{name} is on the way"), N_("Somebody is on the way")),
    Status.IN_PROGRESS: (N_("{name} is working on it"), N_("IT is working on it")),
}
"""Status -> words with the person's name, words where the ticket system gives no name."""

_AIMS = {Aim.RESPOND: N_("Agreed: answer by {time}"), Aim.ARRIVE: "", Aim.RESOLVE: N_("Agreed: fixed by {time}")}
"""What the countdown runs towards; the arrival is already in the words of the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Who has the report: one picture, one look and only the words that may be said then.

    `look` names the colours: `saved`, `refused`, `delivered`, `taken`, `asked`, `fixed`, `over` or `closed`.
    """

    look: str = "saved"
    picture: str = "tray-arrow-down"
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingRow:
    """The countdown; `figure` is empty once nothing is awaited from IT."""

    share: float = 1.0
    is_late: bool = False
    figure: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """Something to try while waiting."""

    position: int = 0
    text: str = ""
    icon: str = "check"
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One answer to tap; `said` is what IT reads."""

    text: str = ""
    said: str = ""
    icon: str = "message-text"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """What IT wants to know."""

    asks: str = ""
    text: str = ""
    answers: tuple[AnswerRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """Everything on the screen but the running countdown.

    `panel` names what the screen shows beside the truth: `wait`, `call`, `question`, `works` or `over`.
    """

    ticket: str = ""
    machine: str = ""
    words: str = ""
    truth: Truth = Truth()
    panel: str = "wait"
    timeline: tuple[TimelineRow, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    steps: tuple[StepRow, ...] = ()
    open_steps: tuple[StepRow, ...] = ()
    """The steps that are shown at once; they make way for what IT said, and then one line leads to them."""
    question: QuestionRow = QuestionRow()
    call: CallRow = field(default_factory=CallRow)
    cause: str = ""
    solution: str = ""
    tries: NoteRow | None = None
    """The line that leads to the steps."""
    undo: str = ""
    """What the button says that takes the report back, with the seconds left for it; empty when it is too late."""

    @property
    def top_notes(self) -> list[NoteRow]:
        """What was said and is shown at once; all of it is one touch away."""
        return list(self.notes[:TOP])

    @property
    def refused_notes(self) -> list[NoteRow]:
        """What the operator said and IT's system refused: shown even where other notes must wait."""
        return [note for note in self.notes if note.tone == "bad"]


def ticket_view(
    entry: Entry, terminal: Terminal, speak: Translator, now: datetime, *, ticked: Collection[int] = ()
) -> TicketView:
    """Say everything that is known of `entry`; `ticked` are the steps that the operator has done."""
    ticket, progress = entry.ticket, entry.progress
    symptom = terminal.plant.symptoms.get(ticket.symptom)
    place = speak.tr("place {place}", place=ticket.place) if ticket.place else ""
    said, steps = notes(entry, terminal, speak, now), _steps(entry, terminal, speak, ticked)
    has_room = len(steps) <= ROOM and not said
    return TicketView(
        ticket=ticket.id,
        machine=" · ".join(filter(None, (ticket.machine_name, place))),
        words=symptom.words.get(speak.language) if symptom else ticket.words,
        truth=truth(entry, terminal, speak, now),
        panel=_panel(entry, terminal, now),
        timeline=timeline(entry, terminal, speak, now),
        notes=said,
        steps=steps,
        open_steps=steps if has_room else (),
        tries=None if has_room or not steps else _tries(steps, speak),
        question=_question(entry, speak),
        call=call(entry, terminal, speak),
        cause=progress.cause,
        solution=progress.solution,
        undo=_undo(terminal.undo_left(entry), speak),
    )


def _undo(seconds: float, speak: Translator) -> str:
    return speak.tr("Undo ({seconds})", seconds=ceil(seconds)) if seconds else ""


# ---------------------------------------------------------------- the three truths, and what comes after them


def truth(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> Truth:
    """Say who has the report."""
    # The same picture as in every list.
    return dataclasses.replace(_words(entry, terminal, speak, now), picture=standing(entry, speak).icon)


def _words(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> Truth:
    if not entry.is_delivered:
        return _not_delivered(entry, terminal, speak)
    match entry.status:
        case Status.NEW:
            text = speak.sentences(_number(entry, speak), speak.tr("Nobody has taken it yet."))
            return Truth(look="delivered", title=speak.tr("IT has it"), text=text)
        case Status.ACKNOWLEDGED | Status.ON_THE_WAY | Status.IN_PROGRESS:
            return _taken(entry, terminal, speak, now)
        case Status.WAITING:
            return _waiting(entry, speak)
        case _:
            return _ended(entry, speak)


def _not_delivered(entry: Entry, terminal: Terminal, speak: Translator) -> Truth:
    if is_refused(entry):
        return Truth(
            look="refused",
            title=speak.tr("IT's system refused it"),
            text=speak.tr("Only this terminal has it. Please call IT."),
        )
    # What can still be taken back is not on its way.
    missing = "" if terminal.is_connected and terminal.undo_left(entry) else _what_is_missing(terminal, speak)
    text = speak.sentences(speak.tr("IT does not have it yet."), missing)
    return Truth(look="saved", title=speak.tr("Saved on this terminal"), text=text)


def _what_is_missing(terminal: Terminal, speak: Translator) -> str:
    if terminal.is_connected:
        return speak.tr("We are sending it now.")
    states = {link.state for link in terminal.links() if link.is_backend}
    if not states:
        return speak.tr("This terminal is not connected to IT. Please call IT.")
    if LinkState.PAUSED in states:
        return speak.tr("IT gets it as soon as the way to IT is repaired.")
    return speak.tr("IT gets it as soon as the network is back.")


def _taken(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> Truth:
    named, nameless = _TAKEN[entry.status]
    name = entry.progress.assignee
    return Truth(
        look="taken",
        title=speak.tr(named, name=name) if name else speak.tr(nameless),
        text=_arrival(entry, terminal, speak, now),
    )


def _arrival(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> str:
    eta_at = entry.progress.eta_at
    if entry.status is Status.IN_PROGRESS:
        return _number(entry, speak)
    if eta_at is None:
        return speak.sentences(_number(entry, speak), speak.tr("We do not know yet when."))
    at = times.clock_time(eta_at, now=now, zone=terminal.plant.calendar.zone, speak=speak)
    return speak.tr("The time given was {time}.", time=at) if now > eta_at else speak.tr("Here by {time}.", time=at)


def _waiting(entry: Entry, speak: Translator) -> Truth:
    if entry.progress.question is None:
        text = speak.tr("IT waits for something. You will see here when it goes on.")
        return Truth(look="taken", title=speak.tr("The work is on hold"), text=text)
    return Truth(
        look="asked",
        title=_asks(entry, speak),
        text=speak.tr("Please answer. Then the work goes on."),
    )


def _ended(entry: Entry, speak: Translator) -> Truth:
    if entry.status is Status.RESOLVED:
        text = speak.tr("Please try the machine.")
        return Truth(look="fixed", title=speak.tr("IT says: it is fixed"), text=text)
    if entry.status is Status.CANCELLED:
        text = speak.tr("Is it still broken? Please report it again.")
        return Truth(look="closed", title=speak.tr("IT closed it without a repair"), text=text)
    thanks = speak.tr("Thank you for reporting!")
    if Status.RESOLVED not in entry.progress.since:
        return Truth(look="closed", title=speak.tr("IT closed it"), text=thanks)
    return Truth(look="over", title=speak.tr("It works again"), text=thanks)


def _number(entry: Entry, speak: Translator) -> str:
    return speak.tr("Number {number}.", number=entry.ref.label) if entry.ref else ""


def _asks(entry: Entry, speak: Translator) -> str:
    question = entry.progress.question
    name = (question.who if question else "") or entry.progress.assignee
    return speak.tr("{name} asks you", name=name) if name else speak.tr("IT asks you")


# ---------------------------------------------------------------- the countdown


def ring(entry: Entry, terminal: Terminal, speak: Translator, now: datetime) -> RingRow:
    """Say how much of the agreed time is left."""
    awaited = terminal.countdown(entry)
    if awaited is None:
        return RingRow()
    at = times.clock_time(awaited.due_at, now=now, zone=terminal.plant.calendar.zone, speak=speak)
    return RingRow(
        share=round(awaited.share_left(now), 3),
        is_late=awaited.is_late(now),
        figure=times.running(awaited.left(now), speak),
        caption=speak.tr(_AIMS[awaited.aim], time=at) if at != times.UNKNOWN else "",
    )


# ---------------------------------------------------------------- what is asked of the operator


def _panel(entry: Entry, terminal: Terminal, now: datetime) -> str:
    if must_call(entry, terminal, now):
        return "call"
    if not entry.status.is_open:
        return "over"
    if entry.status is Status.RESOLVED:
        return "works"
    return "question" if entry.progress.question is not None else "wait"


def _steps(entry: Entry, terminal: Terminal, speak: Translator, ticked: Collection[int]) -> tuple[StepRow, ...]:
    symptom = terminal.plant.symptoms.get(entry.ticket.symptom)
    steps = symptom.steps if symptom and entry.status is not Status.IN_PROGRESS else ()
    return tuple(
        StepRow(position=position, text=step.text.get(speak.language), icon=step.icon, is_done=position in ticked)
        for position, step in enumerate(steps)
    )


def _tries(steps: tuple[StepRow, ...], speak: Translator) -> NoteRow:
    left = sum(not step.is_done for step in steps)
    text = speak.ntr("{n} thing to try", "{n} things to try", left) if left else speak.tr("Everything is done")
    return NoteRow(icon="lightbulb-on", head=speak.tr("While you wait"), text=text)


_USUAL_ANSWERS = ((N_("Yes"), "thumb-up"), (N_("No"), "thumb-down"), (N_("I don't know"), "help-circle"))


def _question(entry: Entry, speak: Translator) -> QuestionRow:
    question = entry.progress.question
    if question is None:
        return QuestionRow()
    answers = tuple(AnswerRow(text=answer, said=answer) for answer in question.answers)
    usual = tuple(AnswerRow(text=speak.tr(said), said=said, icon=icon) for said, icon in _USUAL_ANSWERS)
    return QuestionRow(asks=_asks(entry, speak), text=question.text, answers=answers or usual)
