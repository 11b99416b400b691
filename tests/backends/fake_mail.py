"""A mail server with a helpdesk behind it: real SMTP by aiosmtpd, and as much IMAP as a mailbox needs that is only read."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from backends.local_server import closed_port

HELPDESK, TERMINALS, AGENT = "helpdesk@it.example.com", "kiosk@plant.example.com", "jana.nowak@it.example.com"
PASSWORD = "1111-mail-password"
MOST_BYTES = 5 * 1024 * 1024
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Request:
    """What a fault may be chosen by."""

    is_write: bool


@dataclass
class FakeMail:
    """Who gets what; a `fault` happens at the next mail or at the next look into the mailbox."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    lag: Callable[[str], float] = lambda ticket: 0.0
    monotonic: Callable[[], float] = time.monotonic
    helpdesk: list[bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    validity: int = 7

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._mails: list[tuple[int, datetime, bytes]] = []
        self._under_way: list[tuple[float, bytes]] = []
        self._faults: list[tuple[bool, str]] = []
        self.ending = threading.Event()

    # ------------------------------------------------------------ faults

    def strike(self, fault: str, *, write: bool) -> None:
        self._faults.append((write, fault))

    def calm(self) -> None:
        self._faults.clear()

    def next_fault(self, request: Request) -> str:
        for waiting in self._faults:
            if waiting[0] == request.is_write:
                self._faults.remove(waiting)
                return waiting[1]
        return ""

    def fault(self, *, write: bool) -> str:
        with self._lock:
            request = Request(write)
            self.requests.append(request)
            return self.next_fault(request)

    # ------------------------------------------------------------ mails

    def take(self, content: bytes, recipients: list[str]) -> None:
        with self._lock:
            if HELPDESK in recipients:
                self.helpdesk.append(content)
            if TERMINALS in recipients:
                ticket = str(message_from_bytes(content)["X-Kiosk-Ticket-Id"])
                self._under_way.append((self.monotonic() + self.lag(ticket), content))

    def mails(self) -> list[tuple[int, datetime, bytes]]:
        with self._lock:
            now = self.monotonic()
            for due in [mail for mail in self._under_way if mail[0] <= now]:
                self._under_way.remove(due)
                self._mails.append((len(self._mails) + 1, self.now(), due[1]))
            return list(self._mails)

    def received(self, ticket_id: str) -> list[EmailMessage]:
        mails = [message_from_bytes(content, policy=default) for content in list(self.helpdesk)]
        return [mail for mail in mails if mail["X-Kiosk-Ticket-Id"] == ticket_id]

    def reply(self, ticket_id: str, text: str, *, sender: str = f"Jana Nowak <{AGENT}>", **headers: str) -> None:
        """Let somebody answer the report."""
        report = self.received(ticket_id)[0]
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = sender, TERMINALS
        mail["Subject"] = headers.pop("subject", f"Re: {report['Subject']}")
        mail["Message-ID"] = f"<{time.monotonic_ns()}@it.example.com>"
        mail["In-Reply-To"] = report["Message-ID"]
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        quoted = "".join(f"> {line}\n" for line in report.get_body(("plain",)).get_content().split("\n"))
        mail.set_content(f"{text}\n\nOn Thu, 26 Nov 2026 at 14:00, Kiosk <{TERMINALS}> wrote:\n{quoted}", cte="base64")
        self.take(mail.as_bytes(), [TERMINALS])


# ------------------------------------------------------------ SMTP


class _Smtp:
    """aiosmtpd asks this what to say."""

    def __init__(self, fake: FakeMail) -> None:
        self.fake, self.fault = fake, None

    def authenticate(self, server, session, envelope, mechanism, data) -> smtp.AuthResult:
        if self.fault is None:  # a client tries one mechanism after the other
            self.fault = self.fake.fault(write=True)
        known = data.password == PASSWORD.encode() and self.fault != "key refused"
        return smtp.AuthResult(success=known, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802  aiosmtpd calls it so
        if self.fault == "not allowed":
            return "550 5.7.1 this sender may not"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802  aiosmtpd calls it so
        if self.fault == "reset":
            sock = server.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  aiosmtpd calls it so
        fault = self.fault
        answer = {
            **dict.fromkeys(("please wait", "too many", "too many, for how long"), "451 4.7.1 greylisted"),
            "not found": "550 5.1.1 nobody here",
            "conflict": "554 5.6.0 no",
            "bad request": "554 5.6.0 no",
            "too large": "552 5.3.4 too large",
            "not processable": "550 5.7.1 refused",
            "server error": "354 what?",
            "login page": "<!doctype html><form>Guest network</form>",
            "garbled": "25",
        }.get(fault, "")
        if len(envelope.content) > MOST_BYTES:
            answer = "552 5.3.4 too large"
        if answer:
            return answer
        if fault != "request cut":
            self.fake.take(envelope.content, envelope.rcpt_tos)
        if fault in ("answer lost", "answer cut", "answer lost in a proxy", "request cut"):
            server.transport.write(b"25" if fault == "answer cut" else b"")
            server.transport.close()
        if fault == "no end":
            server.transport.write(b"2" * 100_000)
        if fault == "silence":
            await server.loop.run_in_executor(None, self.fake.ending.wait, 1.0)
        return "250 OK"


class _Controller(Controller):
    def factory(self):
        # One conversation, one handler: what went wrong in one says nothing about the next.
        handler = _Smtp(self.fake)
        return smtp.SMTP(
            handler,
            authenticator=handler.authenticate,
            auth_require_tls=False,
            data_size_limit=None,
        )


# ------------------------------------------------------------ IMAP


class _Imap(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))

    def handle(self) -> None:
        fake: FakeMail = self.server.fake
        self.mails = fake.mails()
        fault = fake.fault(write=False)
        if fault in ("answer lost", "reset", "request cut"):
            return
        if fault in ("silence", "no end", "drip"):
            self.stall(fake, fault)
            return
        self.say(b"<!doctype html><form>Guest network</form>" if fault == "login page" else b"* OK ready")
        for line in self.rfile:
            tag, _, command = line.strip().partition(b" ")
            name, _, rest = command.partition(b" ")
            if fault == "server error" and name == b"LOGIN":
                self.say(b"* BYE internal error")
                return
            if fault in ("answer cut", "garbled") and name == b"EXAMINE":
                self.wfile.write(b"* OK [UIDVAL")
                return
            self.answer(fake, fault, name.upper(), rest)
            refused = (fault, name) in {("key refused", b"LOGIN"), ("not allowed", b"EXAMINE")}
            if name == b"LOGIN" and PASSWORD.encode() not in rest:
                refused = True
            self.say(tag + (b" NO it may not" if refused else b" OK done"))
            if name == b"LOGOUT":
                return

    def stall(self, fake: FakeMail, fault: str) -> None:
        while fault == "no end" and not fake.ending.is_set():
            self.wfile.write(b"x" * 65536)
        while fault == "drip" and not fake.ending.wait(0.1):
            self.wfile.write(b"x")
        fake.ending.wait(1.0)

    def answer(self, fake: FakeMail, fault: str, name: bytes, rest: bytes) -> None:
        if name == b"CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1")
        elif name == b"EXAMINE":
            validity, following = str(fake.validity).encode(), str(len(self.mails) + 1).encode()
            self.say(
                b"* %d EXISTS" % len(self.mails),
                b"* OK [UIDVALIDITY %s] it is" % validity,
                b"* OK [UIDNEXT %s] next" % following,
            )
        elif rest.startswith(b"SEARCH"):
            self.say(b" ".join([b"* SEARCH", *(b"%d" % uid for uid in self.found(rest))]))
        elif rest.startswith(b"FETCH"):
            wanted = {int(number) for number in rest.split(b" ")[1].split(b",")}
            for uid, at, content in self.mails:
                if uid in wanted:
                    self.tell(uid, at, content)

    def found(self, asked: bytes) -> list[int]:
        numbers = [uid for uid, _, _ in self.mails]
        if b"HEADER" in asked:
            text = asked.split(b" ")[-1].strip(b'"').lower()
            return [uid for uid, _, content in self.mails if b"x-kiosk-ticket-id: " + text in content.lower()]
        first = re.search(rb"UID (\d+):\*", asked)
        return [n for n in numbers if n >= int(first[1]) or n == numbers[-1]] if first else numbers

    def tell(self, uid: int, at: datetime, content: bytes) -> None:
        day = f"{at.day:2d}-{_MONTHS[at.month - 1]}-{at:%Y %H:%M:%S} +0000".encode()
        content = content[: 64 * 1024]
        head = b'* %d FETCH (UID %d INTERNALDATE "%s" BODY[]<0> {%d}\r\n' % (uid, uid, day, len(content))
        self.wfile.write(head + content + b")\r\n")


class _ImapServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is what many tests are about."""


@contextmanager
def mail_servers() -> Iterator[tuple[FakeMail, int, int]]:
    """Run both; give what they share, and their ports."""
    fake = FakeMail()
    imap = _ImapServer(("127.0.0.1", 0), _Imap)
    imap.fake = fake
    threading.Thread(target=imap.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    mails = _Controller(None, hostname="127.0.0.1", port=closed_port())
    mails.fake = fake
    mails.start()
    try:
        yield fake, mails.port, imap.server_address[1]
    finally:
        fake.ending.set()
        mails.stop()
        imap.shutdown()
        imap.server_close()
