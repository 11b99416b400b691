"""Brings one mail to the mail server, and says what became of it."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from kiosk.backends.mail import wire
from kiosk.backends.mail.settings import MailSettings
from kiosk.core.errors import DeliveryError, MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.core.text import clean_line

_TOO_LARGE = 552
_OK = 250


class Smtp:
    """Sends mails over a connection each: there are few of them, and an idle one is soon closed by the server anyway."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def check(self) -> None:
        """Go as far as naming sender and helpdesk; nothing is sent.

        Raises:
            DeliveryError: what `send` would raise so far.
        """
        with self._connected() as server:
            self._address(server)

    def send(self, message: EmailMessage, *, to_helpdesk: bool = True) -> None:
        """Bring `message` to the helpdesk, and a copy to the terminals' own mailbox, in one: the copy proves that it was taken.

        What is only for the other terminals goes to the mailbox alone.

        Raises:
            DeliveryError: one of its four kinds; uncertain only after the last byte of the mail may have left.
        """
        content = message.as_bytes()
        with self._connected() as server:
            self._address(server, to_helpdesk=to_helpdesk)
            code, text = server.docmd("DATA")
            if code != 354:  # noqa: PLR2004  "go ahead", RFC 5321
                raise _refusal(code, text)
            try:
                server.send(dotted(content))
                code, text = server.getreply()
            except (OSError, smtplib.SMTPException) as error:
                raise UncertainError(f"the mail server did not say that it took the mail: {_said(error)}") from error
            if code == _OK:
                return
            if code // 100 in (4, 5):
                raise _refusal(code, text)
            raise UncertainError(f"the mail server answered the mail with {code} {_text(text)}")

    def _address(self, server: smtplib.SMTP, *, to_helpdesk: bool = True) -> None:
        settings = self._settings
        code, text = server.mail(settings.sender)
        if code != _OK:
            raise _wrong(code, f"the mail server does not let {settings.sender} send", text)
        recipients = [settings.to] if to_helpdesk else []
        for address in [*recipients, *([settings.sender] if settings.imap_host else [])]:
            code, text = server.rcpt(address)
            if code not in (_OK, 251):
                raise _wrong(code, f"the mail server does not take mails for {address}", text)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        try:
            server = wire.smtp(self._settings)
            try:
                self._log_in(server)
                yield server
            finally:
                # No waiting for a farewell: what it says changes nothing any more.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.putcmd("QUIT")
                server.close()
        except DeliveryError:
            raise
        except smtplib.SMTPAuthenticationError as error:
            raise _wrong(
                error.smtp_code, "the mail server does not accept username and password", error.smtp_error
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise MisconfiguredError(f"the mail server's certificate is not valid: {error.verify_message}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MisconfiguredError(f"the mail server cannot do what is needed: {_said(error)}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise TemporaryError(f"the mail server cannot be reached: {_said(error)}") from error

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._settings.password is not None:
            server.login(self._settings.username, self._settings.password.get_secret_value())


def dotted(content: bytes) -> bytes:
    """Write a mail as SMTP carries it: a dot at the head of a line is doubled, and one alone ends it."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _refusal(code: int, text: bytes) -> DeliveryError:
    """Read the refusal of a mail's content."""
    said = f"the mail server refuses the mail: {code} {_text(text)}"
    if code // 100 == 4:  # noqa: PLR2004  "not now", RFC 5321
        return TemporaryError(said, busy=True)
    return RejectedError(said, field="photo" if code == _TOO_LARGE else "")


def _wrong(code: int, what: str, text: bytes | str) -> DeliveryError:
    """Read a refusal that is not about the mail: an address or a password that stands in kiosk.toml."""
    said = f"{what}: {code} {_text(text)}"
    return MisconfiguredError(said) if code // 100 == 5 else TemporaryError(said, busy=code // 100 == 4)  # noqa: PLR2004


def _text(said: bytes | str) -> str:
    return clean_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def _said(error: Exception) -> str:
    return clean_line(str(error)) or type(error).__name__
