"""The REST API's JSON: what terminals send, checked and cleaned, and what they get."""

from __future__ import annotations

import base64
import binascii
import io
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, PrivateAttr, model_validator

from kiosk.core.model import Status
from kiosk.core.plant import Priority
from kiosk.core.text import clean_line, clean_text
from kiosk.desk.tables import RemarkRow, TicketRow, first_reached

MAX_PHOTO_BYTES = 8 * 1024 * 1024
PHOTO_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


def _line(value: Any) -> Any:
    return "" if value is None else clean_line(value) if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return "" if value is None else clean_text(value, limit=4000).strip() if isinstance(value, str) else value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is outside the calendar") from error


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,40}$", description="Letters and digits only, at most 40.")]
Line = Annotated[str, BeforeValidator(_line)]
Lines = Annotated[str, BeforeValidator(_lines)]
Needed = Annotated[str, BeforeValidator(_line), Field(min_length=1)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class PhotoIn(BaseModel):
    """A picture of the fault."""

    content_type: Line = Field("", description="Told for completeness; the desk looks at the data itself.")
    data: str = Field(description="Base64 of a JPEG, PNG, WebP or GIF of at most 8 MB.")
    _picture: bytes = PrivateAttr(default=b"")
    _picture_type: str = PrivateAttr(default="")

    @property
    def picture(self) -> bytes:
        """The unpacked data."""
        return self._picture

    @property
    def picture_type(self) -> str:
        """The content type that the data itself shows."""
        return self._picture_type

    @model_validator(mode="after")
    def _unpack(self) -> PhotoIn:
        # Base64 is 4/3 of the data, so that too much is refused before it is unpacked.
        if len(self.data) * 3 // 4 > MAX_PHOTO_BYTES + 2:
            raise ValueError(f"must be at most {MAX_PHOTO_BYTES // 1024 // 1024} MB")
        self._picture = _unpacked(self.data)
        self._picture_type = _picture_type(self._picture)
        return self


def _unpacked(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("is not base64") from error


def _picture_type(data: bytes) -> str:
    try:
        with Image.open(io.BytesIO(data), formats=tuple(PHOTO_TYPES)) as picture:
            return PHOTO_TYPES[str(picture.format)]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError("is not a picture (JPEG, PNG, WebP or GIF)") from error


class TicketIn(BaseModel):
    """A report as the terminal froze it; fields that the desk does not know are ignored."""

    machine: Needed
    machine_name: Line = ""
    place: Line = ""
    area: Line = ""
    symptom: Line = ""
    words: Needed = Field(description="The symptom as the operator read it, in `language`.")
    it_term: Line = ""
    priority: Priority
    stopped: bool = False
    reported_at: Moment
    terminal: Line = ""
    language: Line = "en"
    note: Lines = ""
    who: Line = ""
    respond_by: Moment | None = None
    resolve_by: Moment | None = None
    photo: PhotoIn | None = None


class RemarkIn(BaseModel):
    """What the operator says: a comment or an answer, that it works again, or that it does not.

    A `join` is another terminal's report of the same problem; `withdraw` ends a ticket that says only what another one says.
    """

    id: Id
    kind: Literal["comment", "confirm", "reopen", "join", "withdraw"]
    text: Lines = ""
    who: Line = ""
    at: Moment
    photo: PhotoIn | None = Field(None, description="Of a `join`: becomes the ticket's photo if it has none.")


class Refusal(BaseModel):
    """Why a request was not taken, in plain words; a 422 begins with the name of the field."""

    detail: str


class Health(BaseModel):
    """Who answers here."""

    name: str
    version: str


class QuestionOut(BaseModel):
    """What IT wants to know from the operator."""

    id: str
    text: str
    who: str
    answers: list[str]


class RemarkOut(BaseModel):
    """A public line on a ticket."""

    id: str
    at: datetime
    who: str
    text: str
    kind: str = Field(description="comment, question, confirm, reopen, join or withdraw")


class TicketOut(BaseModel):
    """A whole picture of a ticket: the report, and how the work stands."""

    id: str
    number: int = Field(description="What people say: 12 is shown as #12.")
    url: str = Field(description="The ticket's page on this desk.")
    machine: str
    machine_name: str
    place: str
    area: str
    symptom: str
    words: str
    it_term: str
    priority: Priority
    stopped: bool
    reported_at: datetime
    terminal: str
    language: str
    note: str
    who: str
    respond_by: datetime | None
    resolve_by: datetime | None
    has_photo: bool
    status: Status
    assignee: str
    eta_at: datetime | None
    priority_now: Priority
    priority_reason: str
    question: QuestionOut | None
    cause: str
    solution: str
    remarks: list[RemarkOut]
    since: dict[Status, datetime] = Field(description="When each status was first reached.")
    changed_at: datetime


class ChangesOut(BaseModel):
    """A page of tickets that changed."""

    tickets: list[TicketOut]
    cursor: str = Field(description="Ask with it next time.")
    more: bool = Field(description="True when another page waits: ask again at once.")


def ticket_out(row: TicketRow, *, url: str) -> TicketOut:
    """Show `row`, whose remarks are loaded, to a terminal."""
    frozen = {name: getattr(row, name) for name in TicketOut.model_fields if hasattr(row, name)}
    return TicketOut.model_validate(
        frozen
        | {
            "url": url,
            "question": _question_out(row),
            "remarks": [_remark_out(remark) for remark in row.remarks if remark.kind.is_public],
            "since": first_reached(row.since),
        }
    )


def _question_out(row: TicketRow) -> QuestionOut | None:
    if not row.question_id:
        return None
    return QuestionOut(id=row.question_id, text=row.question_text, who=row.question_who, answers=row.question_answers)


def _remark_out(row: RemarkRow) -> RemarkOut:
    return RemarkOut(id=row.id, at=row.at, who=row.who, text=row.text, kind=row.kind)
