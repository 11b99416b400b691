"""Connections to mail servers: Python's own clients, bounded in time and size, with a server that proves who it is."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import socket
import ssl
import threading

from kiosk.backends.mail.settings import IMAP_PORTS, LOOPBACK, SMTP_PORTS, MailSettings, Security

DEADLINE = 4
"""A whole conversation may last so many times the timeout: a server may be slow without ever being silent."""
MOST_BYTES = 16 * 1024 * 1024
"""No single answer of a mail server may be longer."""


class _Deadline:
    """Ends a connection after `seconds`, whatever is going on there."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._timer = seconds, threading.Timer(0, lambda: None)

    def begin(self, sock: socket.socket) -> None:
        def cut() -> None:
            with contextlib.suppress(OSError):
                # Of a TLS connection only the plain one below may be touched by another thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        self._timer = threading.Timer(self._seconds, cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()


class _Smtp(smtplib.SMTP):
    def __init__(self, host: str, port: int, *, deadline: _Deadline, timeout: float) -> None:
        self._deadline = deadline
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # typeshed leaves it out
        self._deadline.begin(sock)
        return sock

    def close(self) -> None:
        self._deadline.end()
        super().close()


class _SmtpTls(_Smtp):
    """TLS from the first byte, as `smtplib.SMTP_SSL` does it."""

    default_port = smtplib.SMTP_SSL_PORT

    def __init__(self, host: str, port: int, *, deadline: _Deadline, timeout: float, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(host, port, deadline=deadline, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = super()._get_socket(host, port, timeout)
        return _over_tls(self._context, sock, host)


class _Imap(imaplib.IMAP4):
    def __init__(
        self, host: str, port: int, *, deadline: _Deadline, timeout: float, context: ssl.SSLContext | None
    ) -> None:
        self._deadline, self._context = deadline, context
        super().__init__(host, port, timeout=timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]  # typeshed leaves it out
        self._deadline.begin(sock)
        return sock if self._context is None else _over_tls(self._context, sock, self.host)

    def read(self, size: int) -> bytes:
        # Python's own client takes whatever length a server announces.
        if size > MOST_BYTES:
            raise self.abort(f"an answer of {size} bytes is too long")
        return super().read(size)

    def shutdown(self) -> None:
        self._deadline.end()
        super().shutdown()


def _over_tls(context: ssl.SSLContext, sock: socket.socket, host: str) -> socket.socket:
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise


def _trust(settings: MailSettings, host: str) -> ssl.SSLContext:
    """Give the rules by which a server proves who it is; one on this very machine need not."""
    context = ssl.create_default_context(cafile=settings.ca_file)
    if host in LOOPBACK and settings.ca_file is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def smtp(settings: MailSettings) -> smtplib.SMTP:
    """Connect to the server that sends mails; TLS is there before anything is said.

    Raises:
        OSError: it cannot be reached (also `smtplib.SMTPException`); `ssl.SSLCertVerificationError`: it is another one.
    """
    host, security = settings.smtp_host, settings.smtp_security
    port, deadline = settings.smtp_port or SMTP_PORTS[security], _Deadline(DEADLINE * settings.timeout)
    if security is Security.TLS:
        context = _trust(settings, host)
        return _SmtpTls(host, port, deadline=deadline, timeout=settings.timeout, context=context)
    server = _Smtp(host, port, deadline=deadline, timeout=settings.timeout)
    if security is Security.STARTTLS:
        try:
            server.starttls(context=_trust(settings, host))
        except (OSError, smtplib.SMTPException, ValueError):
            server.close()
            raise
    return server


def imap(settings: MailSettings) -> imaplib.IMAP4:
    """Connect to the server that keeps the mailbox; TLS is there before anything is said.

    Raises:
        OSError: it cannot be reached (also `imaplib.IMAP4.error`); `ssl.SSLCertVerificationError`: it is another one.
    """
    host, security = settings.imap_host, settings.imap_security
    port, deadline = settings.imap_port or IMAP_PORTS[security], _Deadline(DEADLINE * settings.timeout)
    context = _trust(settings, host) if security is Security.TLS else None
    server = _Imap(host, port, deadline=deadline, timeout=settings.timeout, context=context)
    if security is Security.STARTTLS:
        try:
            server.starttls(_trust(settings, host))
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()
            raise
    return server
