"""What is particular to mail: headers that cannot be injected, copies to ourselves, and people who answer in all kinds of ways."""

from __future__ import annotations

import dataclasses
import random
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, message_from_string
from email.policy import compat32, default

import pytest
from backends.fake_mail import AGENT, HELPDESK, PASSWORD, TERMINALS, mail_servers
from backends.samples import TICKET, sent
from hypothesis import given
from hypothesis import strategies as st

from kiosk import plugins
from kiosk.backends.mail import mailbox
from kiosk.backends.mail.letters import letter, tag
from kiosk.backends.mail.mailbox import Mail
from kiosk.backends.mail.replies import Reader
from kiosk.backends.mail.settings import MailSettings
from kiosk.backends.mail.smtp import dotted
from kiosk.core.errors import ConfigError, MisconfiguredError, TemporaryError, UncertainError
from kiosk.core.model import DeliveryKind, Status
from kiosk.core.plant import Priority

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HEADERS = {
    "From", "To", "Date", "Message-ID", "Subject", "X-Kiosk-Ticket-Id", "X-Kiosk-Attempt", "X-Priority", "Importance",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
}  # fmt: skip


@pytest.fixture
def servers():
    with mail_servers() as running:
        yield running


@pytest.fixture
def fake(servers):
    return servers[0]


@pytest.fixture
def backend(servers, monkeypatch):
    return built(servers, monkeypatch)


def table(monkeypatch, **more):
    monkeypatch.setenv("MAIL_KEY", PASSWORD)
    whole = {"type": "mail", "to": HELPDESK, "sender": TERMINALS, "smtp_host": "127.0.0.1", "smtp_security": "none"}
    whole |= {"imap_host": "127.0.0.1", "imap_security": "none"}
    return whole | {"username": TERMINALS, "password": {"env": "MAIL_KEY"}, **more}


def built(servers, monkeypatch, **more):
    _, smtp, imap = servers
    whole = table(monkeypatch, smtp_port=smtp, imap_port=imap, **more)
    return plugins.build("backends", whole, terminal="K7")


def create(backend, **changes):
    made = dataclasses.replace(TICKET, **changes)
    ref = backend.deliver(sent(DeliveryKind.CREATE, id=f"D{made.id}", ticket=made.id), made)
    return made, ref


def say(backend, made, ref, kind=DeliveryKind.COMMENT, **more):
    note = dataclasses.replace(sent(kind, id=f"N{made.id}", ticket=made.id), ref=ref, **more)
    backend.deliver(note, made)
    return note


def shown(backend, made):
    return next(change for change in backend.changes("")[0] if change.ticket == made.id)


# ------------------------------------------------------------ what is sent


def written(settings, made, **more):
    create = dataclasses.replace(sent(DeliveryKind.CREATE, ticket=made.id), **more)
    return letter(create, made, settings, ticket_id=made.id, terminal="K7", number="", now=AT)


@pytest.fixture
def settings(monkeypatch):
    return MailSettings.model_validate(table(monkeypatch))


def test_a_report_says_machine_and_term_and_carries_our_id_everywhere(backend, fake):
    made, ref = create(backend)
    (mail,) = fake.received(made.id)

    assert str(mail["Subject"]) == f"[{made.machine_name}] {made.it_term} {tag(made.id)}"
    assert mail["Message-ID"] == f"<{made.id}@plant.example.com>"
    assert (mail["To"], mail["From"]) == (HELPDESK, f"Kiosk K7 <{TERMINALS}>")
    assert mail["Auto-Submitted"] is None
    assert made.words in mail.get_body(("plain",)).get_content()
    assert ref.id == made.id


def test_a_mail_that_goes_out_again_after_a_doubt_has_the_same_name_and_says_so(settings):
    first, again = written(settings, TICKET), written(settings, TICKET, sweeps=2, attempts=2)

    assert (again["Message-ID"], again["Subject"]) == (first["Message-ID"], first["Subject"])
    assert "sent again" in again.get_content()
    assert "sent again" not in first.get_content()


@pytest.mark.parametrize(("priority", "said"), [(Priority.CRITICAL, "1"), (Priority.HIGH, "2"), (Priority.NORMAL, "3")])
def test_urgency_shows_in_every_mail_program(settings, priority, said):
    assert written(settings, dataclasses.replace(TICKET, priority=priority))["X-Priority"] == said


def test_a_mail_says_that_a_machine_made_it_only_where_the_helpdesk_lets_such_mails_through(monkeypatch):
    honest = MailSettings.model_validate(table(monkeypatch, auto_submitted=True))

    assert written(honest, TICKET)["Auto-Submitted"] == "auto-generated"


@given(st.text(max_size=300), st.sampled_from(["it_term", "machine_name", "words", "who", "note", "place", "machine"]))
def test_no_text_makes_a_header_of_its_own_and_the_report_is_read_back(text, field):
    made = dataclasses.replace(TICKET, **{field: text or "x"})
    settings = MailSettings(type="mail", to=HELPDESK, sender=TERMINALS, smtp_host="localhost")
    data = written(settings, made).as_bytes()

    for policy in (default, compat32):
        assert set(message_from_bytes(data, policy=policy).keys()) == HEADERS
    read = Reader(settings).letter(Mail(1, AT, data))
    assert read.is_ours
    assert read.ticket == made.id


@pytest.mark.parametrize("term", ["M-1 =?UTF-8?Q?=0A?=Bcc: x@y", "a\r\nBcc: x@y", "=?utf-8?b?DQpCY2M6IHhAeQ==?="])
def test_an_encoded_line_break_is_no_line_break(settings, term):
    data = written(settings, dataclasses.replace(TICKET, it_term=term)).as_bytes()

    assert "Bcc" not in message_from_bytes(data, policy=default)
    assert "Bcc" not in message_from_string(str(message_from_bytes(data, policy=default)["Subject"]) + "\n\n")


def test_a_line_with_a_dot_alone_does_not_end_the_mail():
    assert dotted(b"one\n.\n..two\r\nthree\n\n") == b"one\r\n..\r\n...two\r\nthree\r\n.\r\n"


# ------------------------------------------------------------ doubts


def test_what_our_own_mailbox_holds_was_taken(backend, fake):
    fake.strike("answer lost", write=True)
    with pytest.raises(UncertainError):
        create(backend)

    assert backend.find(TICKET.id).id == TICKET.id


def test_a_report_older_than_what_is_read_is_found_all_the_same(backend, fake, monkeypatch):
    create(backend)
    monkeypatch.setattr(mailbox.Mailbox, "since", lambda self, place, now: ([], mailbox.Place(7, 2)))

    assert backend.find(TICKET.id) is not None
    assert backend.find("OTHER") is None


def test_without_a_mailbox_nothing_comes_back_and_a_doubt_waits_for_the_settings_time(servers, monkeypatch):
    blind = built(servers, monkeypatch, imap_host="", settle_minutes=20)
    create(blind)

    assert blind.settle == timedelta(minutes=20)
    assert blind.find(TICKET.id) is None
    assert blind.changes("") == ([], "")
    blind.check()


def test_a_conversation_that_drips_is_ended(servers, monkeypatch):
    fake = servers[0]
    fake.strike("no end", write=False)
    began = time.monotonic()

    with pytest.raises(TemporaryError):
        built(servers, monkeypatch, timeout=0.3).changes("")
    assert time.monotonic() - began < 20


def test_a_mailbox_that_was_made_anew_is_read_anew(backend, fake):
    made, _ = create(backend)
    _, cursor = backend.changes("")
    fake.validity = 8
    fake.reply(made.id, "I look at it")

    changes, following = backend.changes(cursor)

    assert changes[0].progress.remarks[0].text == "I look at it"
    assert following.startswith("8.")


def test_many_mails_come_in_several_looks(backend, fake, monkeypatch):
    monkeypatch.setattr(mailbox, "MOST", 4)
    monkeypatch.setattr(mailbox, "AT_ONCE", 3)
    tickets = [create(backend, id=f"T{n}")[0] for n in range(10)]

    heard, cursor = {}, ""
    for _ in range(3):
        changes, cursor = backend.changes(cursor)
        heard |= {change.ticket: change for change in changes}
    assert set(heard) == {ticket.id for ticket in tickets}


# ------------------------------------------------------------ what people answer


def test_a_person_who_answers_has_it(backend, fake):
    made, _ = create(backend)
    fake.reply(made.id, "I am coming.\nETA: 14:47")

    progress = shown(backend, made).progress
    assert (progress.status, progress.assignee) == (Status.ACKNOWLEDGED, "Jana Nowak")
    assert progress.eta_at is not None
    assert [remark.text for remark in progress.remarks] == ["I am coming."]


def test_a_receipt_gives_the_number_and_nobody_has_it_for_that(backend, fake):
    made, ref = create(backend)
    sender = f"IT Helpdesk <{HELPDESK}>"
    fake.reply(made.id, "Thank you. We made a ticket.", sender=sender, subject=f"[it.example.com #4711] {tag(made.id)}")

    change = shown(backend, made)
    assert change.ref.label == "#4711"
    assert change.ref.id == ref.id
    assert (change.progress.status, change.progress.assignee, change.progress.remarks) == (Status.NEW, "", ())

    say(backend, made, ref, text="Still so")
    assert str(fake.received(made.id)[-1]["Subject"]).strip().startswith("Re: [it.example.com #4711] [")


def test_an_answer_that_keeps_only_the_number_is_of_the_same_ticket(backend, fake):
    made, _ = create(backend)
    fake.reply(made.id, "Thank you.", sender=HELPDESK, subject=f"[x #12] {tag(made.id)}")
    fake.reply(made.id, "We need a part.", subject="RE: [x #12] printer", In_Reply_To="<other@it.example.com>")

    assert shown(backend, made).progress.remarks[-1].text == "We need a part."


def test_an_absence_note_is_no_answer(backend, fake):
    made, _ = create(backend)
    fake.reply(made.id, "I am on holiday.", Auto_Submitted="auto-replied")

    progress = shown(backend, made).progress
    assert (progress.status, progress.assignee, progress.remarks) == (Status.NEW, "", ())


def test_strangers_are_not_believed(backend, fake):
    made, _ = create(backend)
    fake.reply(made.id, "Status: closed", sender="Mallory <m@evil.example>")

    assert shown(backend, made).progress.status is Status.NEW


def test_a_helpdesks_own_lines_are_read_whatever_else_it_writes(backend, fake):
    """As RT tells a change."""
    made, _ = create(backend)
    text = """Thu Nov 26 12:00:00 2026: Request 12 was acted upon.
 Transaction: Status changed from 'open' to 'resolved' by jnowak
       Queue: General
       Owner: jnowak
      Status: resolved
 Ticket <URL: https://rt.example.com/Ticket/Display.html?id=12 >"""
    fake.reply(made.id, "Thank you", sender=HELPDESK)
    fake.reply(made.id, text, sender=HELPDESK)

    progress = shown(backend, made).progress
    assert (progress.status, progress.assignee) == (Status.RESOLVED, "jnowak")


def test_a_person_who_writes_through_the_helpdesk_has_it(backend, fake):
    """As RT names people."""
    made, _ = create(backend)
    fake.reply(made.id, "Thank you", sender=f"The queue via RT <{HELPDESK}>", Auto_Submitted="auto-replied")
    fake.reply(made.id, "I am coming.", sender=f"Jana Nowak via RT <{HELPDESK}>")

    progress = shown(backend, made).progress
    assert (progress.assignee, progress.remarks[0].who) == ("Jana Nowak", "Jana Nowak")


def test_an_echo_of_our_own_mail_is_nobodys_answer(backend, fake):
    made, ref = create(backend)
    fake.reply(made.id, "Thank you", sender=HELPDESK)
    said = say(backend, made, ref, text="It beeps")
    fake.reply(made.id, f"It beeps\n— K7 (kiosk {said.id})", sender=f"Kiosk K7 via RT <{HELPDESK}>")

    progress = shown(backend, made).progress
    assert (progress.assignee, [remark.text for remark in progress.remarks]) == ("", ["It beeps"])


@pytest.mark.parametrize("tells", [False, True])
def test_it_works_again_opens_no_ticket_that_is_resolved(servers, fake, monkeypatch, tells):
    backend = built(servers, monkeypatch, tell_confirmations=tells)
    made, ref = create(backend)
    fake.reply(made.id, "New fuse\nStatus: resolved")
    say(backend, made, ref, DeliveryKind.CONFIRM)

    assert len(fake.received(made.id)) == 1 + tells
    (change,), _ = backend.changes("7.1")
    assert change.progress.status is Status.CLOSED


def test_a_plants_own_words_are_read(servers, fake, monkeypatch):
    german = built(
        servers,
        monkeypatch,
        lines={"Zustand": "status", "Bearbeiter": "owner"},
        statuses={"Unterwegs": "on_the_way"},
    )
    made, _ = create(german)
    fake.reply(made.id, "Bearbeiter: Jana\nZustand: unterwegs", sender=HELPDESK)

    progress = shown(german, made).progress
    assert (progress.status, progress.assignee) == (Status.ON_THE_WAY, "Jana")


def test_a_status_that_is_only_repeated_is_no_step(backend, fake):
    made, ref = create(backend)
    fake.reply(made.id, "New fuse\nStatus: resolved")
    say(backend, made, ref, DeliveryKind.REOPEN, text="Dark again")

    assert shown(backend, made).progress.status is Status.IN_PROGRESS
    fake.reply(made.id, "And now?\nStatus: resolved")
    assert shown(backend, made).progress.status is Status.RESOLVED


def test_html_is_read_as_its_text(backend, fake):
    made, _ = create(backend)
    reader = Reader(backend._settings)
    mail = (
        f"From: Jana <{AGENT}>\nSubject: {tag(made.id)}\nContent-Type: text/html; charset=utf-8\n\n"
        "<html><head><style>p{}</style></head><body><p>Bin gleich da &amp; bringe ein Kabel</p><div>ETA: 14:47</div>"
        "<blockquote>It prints nothing</blockquote></body></html>"
    )

    assert reader.letter(Mail(1, AT, mail.encode())).text.split("\n") == [
        "Bin gleich da & bringe ein Kabel",
        "ETA: 14:47",
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\nOn Thu, 26 Nov 2026 at 14:00, Kiosk K7 <k@x.example> wrote:\n> Status: closed\n",
        "\n\nAm 26.11.2026 um 14:00 schrieb Kiosk K7:\n> Status: closed\n",
        "\n\n-----Original Message-----\nFrom: Kiosk\nSent: Thursday\nTo: it\nSubject: x\n\nStatus: closed\n",
        "\n\n________________________________\nVon: Kiosk <k@x.example>\nGesendet: heute\nAn: IT\nBetreff: x\n\nStatus: closed\n",
    ],
)
def test_what_is_quoted_was_not_said(settings, quoted):
    mail = f"From: {AGENT}\nSubject: {tag('T1')}\n\nI look at it.{quoted}"

    assert Reader(settings).letter(Mail(1, AT, mail.encode())).text == "I look at it."


def test_no_mail_stops_the_reader(settings):
    """A thousand broken mails: headers in pieces, unknown charsets, parts in parts, walls of words."""
    rng, reader = random.Random(5), Reader(settings)
    whole = written(settings, TICKET).as_bytes() + b"\n"
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(1500))
    walls = ["On " * 20_000, "> " * 20_000, "Am " + "x " * 30_000 + " schrieb", "From: a\n" * 5000, " \n" * 20_000]
    bodies = [nested, *walls, "<div>" * 20_000]
    for body in bodies:
        for kind in ("plain", "html"):
            head = "" if body is nested else f"Content-Type: text/{kind}; charset=nonsense\n\n"
            began = time.process_time()
            reader.letter(Mail(1, AT, f"From: {AGENT}\n{head}{body}".encode()))
            assert time.process_time() - began < 10
    for _ in range(1000):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 30)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        reader.letter(Mail(1, AT, bytes(broken[: rng.randint(1, len(broken))])))


# ------------------------------------------------------------ what is wrong is named


@pytest.mark.parametrize(
    ("more", "place", "part"),
    [
        ({"to": "nobody"}, "to", "helpdesk@example.com"),
        ({"to": "a@b\nBcc: c@d"}, "to", "not a mail address"),
        ({"smtp_host": "mail.example.com"}, "", "for everybody to read"),
        ({"username": ""}, "", "belong together"),
        ({"number": "("}, "number", "not a pattern"),
        ({"number": "#[0-9]+"}, "number", "one group"),
        ({"trusted": ["x y"]}, "trusted", "not a mail address"),
        ({"lines": {"Zustand": "state"}}, "lines", "status"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, more, place, part):
    with pytest.raises(ConfigError) as caught:
        plugins.build("backends", table(monkeypatch, **more), terminal="K7")

    (fault,) = caught.value.faults
    assert fault.place.startswith(place)
    assert part in fault.text


def test_a_password_that_is_wrong_and_an_address_that_is_refused_need_a_human(servers, monkeypatch):
    fake = servers[0]
    monkeypatch.setattr("backends.fake_mail.PASSWORD", "another")
    with pytest.raises(MisconfiguredError, match="username"):
        built(servers, monkeypatch).check()
    monkeypatch.undo()
    fake.strike("not allowed", write=True)
    with pytest.raises(MisconfiguredError, match=TERMINALS):
        built(servers, monkeypatch).check()
