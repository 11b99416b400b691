"""Through real mail servers, over TLS: Dovecot keeps the mailbox, and a helpdesk sits behind an SMTP server that wants STARTTLS."""

from __future__ import annotations

import dataclasses
import grp
import imaplib
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import needs
import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from backends.certificates import self_signed
from backends.local_server import closed_port
from backends.samples import TICKET, sent
from fakes import small_plant
from PIL import Image

from kiosk import plugins
from kiosk.core.errors import MisconfiguredError
from kiosk.core.model import DeliveryKind, Status
from kiosk.trial import Trial

HELPDESK, TERMINALS, PASSWORD = "helpdesk@it.example.com", "kiosk@plant.example.com", "mail-secret-77"

DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {run}
state_dir = {run}
log_path = {folder}/dovecot.log
first_valid_uid = 0
mail_location = maildir:{run}/home/Maildir
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={run}/home
}}
"""
WITHOUT_ROOT = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service imap-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Helpdesk:
    """Makes a ticket of a mail, and answers with its number. Only its own mark in a subject makes another mail part of it."""

    def __init__(self, bring) -> None:
        self.bring, self.tickets, self.said = bring, [], 0

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  aiosmtpd calls it so
        if TERMINALS in envelope.rcpt_tos:
            self.bring(envelope.content)
        if HELPDESK in envelope.rcpt_tos:
            self.open(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def open(self, mail: EmailMessage) -> None:
        known = re.search(r"\[it #(\d+)\]", str(mail["Subject"]))
        if known:
            self.tickets[int(known[1]) - 1].append(mail)
            return
        self.tickets.append([mail])
        self.say(len(self.tickets), "Thank you, we made a ticket of it.", Auto_Submitted="auto-replied")

    def say(self, number: int, text: str, *, sender: str = f"Helpdesk <{HELPDESK}>", **headers: str) -> None:
        first = self.tickets[number - 1][0]
        mail = EmailMessage(policy=SMTP)
        self.said += 1
        mail["From"], mail["To"], mail["Message-ID"] = sender, TERMINALS, f"<{self.said}@it.example.com>"
        mail["Subject"] = f"[it #{number}] {' '.join(str(first['Subject']).split())}"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.bring(mail.as_bytes())


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory):
    program = needs.program("dovecot", "/usr/sbin/dovecot")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("2.3."):
        needs.missing(f"Dovecot 2.3, whose settings these are; this is {version.strip()}")
    folder, port = self_signed(tmp_path_factory.mktemp("mail")), closed_port()
    run = Path(tempfile.mkdtemp(prefix="dovecot"))
    home = run / "home"
    home.mkdir()
    # Dovecot serves no mailbox of root, and started as root it hands its sockets to users of its own.
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    os.chown(home, user.pw_uid, user.pw_gid)
    run.chmod(0o755)
    names = {"user": user.pw_name, "group": grp.getgrgid(user.pw_gid).gr_name, "uid": user.pw_uid, "gid": user.pw_gid}
    text = DOVECOT + ("" if os.getuid() == 0 else WITHOUT_ROOT)
    (folder / "dovecot.conf").write_text(text.format(folder=folder, run=run, port=port, password=PASSWORD, **names))
    running = subprocess.Popen([program, "-F", "-c", folder / "dovecot.conf"])
    deadline = threading.Event()
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert running.poll() is None, (folder / "dovecot.log").read_text()
            deadline.wait(0.1)
    yield folder, port
    running.terminate()
    running.wait(20)
    shutil.rmtree(run)


@pytest.fixture(scope="module")
def desk(dovecot):
    folder, imap_port = dovecot
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def is_ours(server, session, envelope, mechanism, data):
        return smtp.AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    def bring(content: bytes) -> None:
        trusting = ssl.create_default_context(cafile=folder / "cert.pem")
        with imaplib.IMAP4_SSL("127.0.0.1", imap_port, ssl_context=trusting) as box:
            box.login(TERMINALS, PASSWORD)
            assert box.append("INBOX", "", "", content)[0] == "OK"

    desk = Helpdesk(bring)
    server = Controller(
        desk,
        hostname="127.0.0.1",
        port=closed_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=is_ours,
    )
    server.start()
    desk.port = server.port
    yield desk
    server.stop()


@pytest.fixture
def backend(dovecot, desk, monkeypatch):
    return built(dovecot, desk, monkeypatch)


def built(dovecot, desk, monkeypatch, *, password: str = PASSWORD, **more):
    folder, imap_port = dovecot
    monkeypatch.setenv("MAIL_KEY", password)
    table = {
        "type": "mail",
        "to": HELPDESK,
        "sender": TERMINALS,
        "username": TERMINALS,
        "password": {"env": "MAIL_KEY"},
    }
    table |= {"smtp_host": "127.0.0.1", "smtp_port": desk.port, "imap_host": "127.0.0.1", "imap_port": imap_port}
    return plugins.build("backends", {**table, "ca_file": str(folder / "cert.pem"), **more}, terminal="K7")


def shown(backend, ticket):
    return next(change for change in backend.changes("")[0] if change.ticket == ticket.id)


def test_a_report_becomes_a_ticket_and_the_answers_come_back(backend, desk, tmp_path):
    path = tmp_path / "photo.jpg"
    Image.effect_noise((640, 480), 90).save(path, "JPEG")
    ticket = dataclasses.replace(TICKET, id="LIVE1", photo=path, note="zażółć 🔥\n.\nFrom here")
    _, cursor = backend.changes("")
    ref = backend.deliver(sent(DeliveryKind.CREATE, id="D9", ticket=ticket.id), ticket)

    number = len(desk.tickets)
    (mail,) = desk.tickets[-1]
    assert next(mail.iter_attachments()).get_content() == path.read_bytes()
    changes, cursor = backend.changes(cursor)
    assert changes[0].ref.label == f"#{number}"
    assert changes[0].progress.status is Status.NEW
    assert backend.find(ticket.id).id == ref.id

    eta = (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
    desk.say(
        number, f"I bring a cable.\nStatus: on the way\nETA: {eta.isoformat()}", sender="Jana <jana@it.example.com>"
    )
    (change,), cursor = backend.changes(cursor)
    assert (change.progress.status, change.progress.assignee) == (Status.ON_THE_WAY, "Jana")
    assert change.progress.eta_at == eta

    desk.say(number, "New cable.\nStatus: resolved", sender="Jana <jana@it.example.com>")
    said = dataclasses.replace(sent(DeliveryKind.CONFIRM, id="D10", ticket=ticket.id), ref=ref, text="Thank you")
    backend.deliver(said, ticket)
    assert len(desk.tickets[number - 1]) == 1, "an answer would open the ticket again"
    assert backend.took_effect(said, ticket)
    (change,), cursor = backend.changes(cursor)
    assert (change.progress.status, change.progress.solution) == (Status.CLOSED, "New cable.")
    assert backend.changes(cursor) == ([], cursor)


def test_a_trial_proves_a_sites_real_mail(backend):
    steps = list(Trial(backend, small_plant(), terminal="K7").run())

    assert [step.name for step in steps if step.error] == []
    assert len(steps) == 8


def test_what_is_wrong_is_named(dovecot, desk, monkeypatch):
    with pytest.raises(MisconfiguredError, match="username and password"):
        built(dovecot, desk, monkeypatch, password="wrong").check()
    with pytest.raises(MisconfiguredError, match="mailbox does not open"):
        built(dovecot, desk, monkeypatch, password="wrong")._mailbox.check()
    with pytest.raises(MisconfiguredError, match="folder: 'Nowhere'"):
        built(dovecot, desk, monkeypatch, folder="Nowhere").check()


def test_a_server_with_another_certificate_is_given_no_password(dovecot, desk, monkeypatch, tmp_path):
    other = self_signed(tmp_path)
    backend = built(dovecot, desk, monkeypatch, ca_file=str(Path(other, "cert.pem")))

    for part in (backend._smtp, backend._mailbox):
        with pytest.raises(MisconfiguredError, match="certificate"):
            part.check()
