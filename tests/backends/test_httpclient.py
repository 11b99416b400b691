from __future__ import annotations

import gzip
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from backends.certificates import self_signed
from backends.local_server import Reply, cut_answer, lose_answer, pour, say, serving, stay_silent
from pydantic import BaseModel

from kiosk.core.errors import MisconfiguredError, RejectedError, TemporaryError, UncertainError
from kiosk.httpclient import HttpClient, NotFoundError, Nothing, RefusedError


class Made(BaseModel):
    id: int
    text: str = ""


@pytest.fixture
def server():
    with serving(lambda request: Reply.of({"id": 7})) as server:
        yield server


@pytest.fixture
def client(server):
    client = client_for(server.url)
    yield client
    client.close()


def client_for(url: str, **options) -> HttpClient:
    options = {"connect_timeout": 0.5, "read_timeout": 0.5, "deadline": 0.8, **options}
    return HttpClient(url, headers={"X-Key": "s3cret-key"}, secrets=["s3cret-key"], **options)


def create(client: HttpClient) -> Made:
    return client.write("POST", "/things", Made, json={"text": "x"})


def repeat(client: HttpClient) -> Made:
    return client.write("PUT", "/things/7", Made, json={"text": "x"}, repeatable=True)


def read(client: HttpClient) -> Made:
    return client.read("/things/7", Made)


ways = pytest.mark.parametrize(
    ("ask", "error"),
    [(create, UncertainError), (repeat, TemporaryError), (read, TemporaryError)],
    ids=["write", "repeatable write", "read"],
)


def test_a_good_answer_is_understood(client, server):
    assert create(client) == Made(id=7)
    assert server.requests[0].json == {"text": "x"}
    assert server.requests[0].headers["X-Key"] == "s3cret-key"


def test_raw_content_leaves_as_it_is(client, server):
    client.write("POST", "/uploads", Made, content=b"\xff\xd8", params={"filename": "a b.jpg"})
    assert (server.requests[0].body, server.requests[0].query) == (b"\xff\xd8", {"filename": "a b.jpg"})
    assert server.requests[0].headers["Content-Type"] == "application/octet-stream"


def test_texts_leave_without_control_characters_and_lone_surrogates(client, server):
    client.write("POST", "/things", Made, json={"a": ["x\x00y\ud800z", 1, None, True]})
    assert server.requests[0].json == {"a": ["xyz", 1, None, True]}


def test_texts_arrive_without_control_characters_and_lone_surrogates(client, server):
    server.strike(say(Reply(200, b'{"id": 1, "text": "a\\u0000\\ud800b"}')))
    assert read(client).text == "ab"


def test_an_empty_answer_is_enough_where_only_the_status_counts(client, server):
    server.strike(say(Reply(204)))
    assert client.write("PUT", "/things/7", Nothing, json={}) == Nothing()


@ways
def test_silence_is_given_up(client, server, ask, error):
    server.strike(stay_silent)
    with pytest.raises(error):
        ask(client)
    assert len(server.requests) == 1


@ways
@pytest.mark.parametrize("fault", [lose_answer, cut_answer])
def test_a_lost_or_short_answer_leaves_a_write_uncertain(client, server, ask, error, fault):
    server.strike(fault)
    with pytest.raises(error):
        ask(client)
    assert len(server.requests) == 1


@ways
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"id": "seven"}', b"\xff\xfe\x00", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}"]
)
def test_a_garbled_answer_leaves_a_write_uncertain(client, server, ask, error, body):
    server.strike(say(Reply(200, body)))
    with pytest.raises(error):
        ask(client)


@ways
def test_a_web_page_instead_of_data_is_no_success(client, server, ask, error):
    server.strike(say(Reply(200, b"\n<!doctype html><title>Guest network</title>", {"Content-Type": "text/html"})))
    with pytest.raises(error, match="web page"):
        ask(client)


def test_a_web_page_is_no_success_even_where_only_the_status_counts(client, server):
    server.strike(say(Reply(200, b"<html>")))
    with pytest.raises(UncertainError):
        client.write("PUT", "/things/7", Nothing, json={})


@ways
@pytest.mark.parametrize("status", [500, 502, 504, 599, 300, 303, 100 + 1])
def test_an_answer_from_a_broken_server_leaves_a_write_uncertain(client, server, ask, error, status):
    server.strike(say(Reply(status, b"oops", {"Location": "/elsewhere"})))
    with pytest.raises(error):
        ask(client)


@pytest.mark.parametrize("ask", [create, repeat, read])
@pytest.mark.parametrize("status", [425, 429])
def test_a_server_that_asks_to_wait_did_nothing(client, server, ask, status):
    server.strike(say(Reply(status, b"", {"Retry-After": "17"})))
    with pytest.raises(TemporaryError) as caught:
        ask(client)
    assert caught.value.retry_after == 17


@ways
@pytest.mark.parametrize("status", [408, 503])
def test_a_proxy_that_asks_to_wait_may_have_passed_the_write_on(client, server, ask, error, status):
    server.strike(say(Reply(status, b"", {"Retry-After": "17"})))
    with pytest.raises(error) as caught:
        ask(client)
    assert (caught.value.retry_after, caught.value.busy) == (17, status == 503)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("  30 ", 30),
        ("999999999", 21600),
        ("9" * 5000, 21600),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("\u0663", None),
        ("Wed, 99 Foo 2026 99:99:99 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_retry_after_is_bounded_and_garbage_is_ignored(client, server, text, seconds):
    server.strike(say(Reply(503, b"", {"Retry-After": text.encode().decode("latin-1")})))
    with pytest.raises(TemporaryError) as caught:
        read(client)
    assert caught.value.retry_after == seconds


def test_a_retry_after_date_is_read_by_the_servers_clock(client, server):
    def answer(handler, _request, _answer):
        then = datetime(1999, 12, 31, 23, 0, tzinfo=UTC)
        handler.send_response_only(503)
        handler.send_header("Date", format_datetime(then, usegmt=True))
        handler.send_header("Retry-After", format_datetime(then + timedelta(minutes=2), usegmt=True))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.strike(answer)
    with pytest.raises(TemporaryError) as caught:
        read(client)
    assert caught.value.retry_after == 120


@pytest.mark.parametrize("ask", [create, repeat, read])
@pytest.mark.parametrize("status", [401, 402, 403, 405, 406, 407])
def test_a_server_that_does_not_let_us_in_needs_a_human(client, server, ask, status):
    server.strike(say(Reply(status)))
    with pytest.raises(MisconfiguredError):
        ask(client)


@pytest.mark.parametrize("ask", [create, repeat, read])
@pytest.mark.parametrize(
    ("body", "from_api"),
    [(b"", True), (b'{"detail": "no such ticket"}', True), (b"<html>", False), (b"404 page not found", False)],
)
def test_something_missing_can_be_told_from_a_wrong_address(client, server, ask, body, from_api):
    server.strike(say(Reply(404, body)))
    with pytest.raises(NotFoundError) as caught:
        ask(client)
    assert caught.value.from_api is from_api


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_a_refused_write_carries_the_servers_words(client, server, status):
    server.strike(say(Reply.of({"errors": ["Subject cannot be blank", "Nope"]}, status)))
    with pytest.raises(RejectedError, match=f"{status} Subject cannot be blank; Nope") as caught:
        create(client)
    assert isinstance(caught.value, RefusedError)
    assert caught.value.answer == {"errors": ["Subject cannot be blank", "Nope"]}


def test_a_refused_question_is_no_fault_of_a_ticket(client, server):
    server.strike(say(Reply.of({"errors": ["Updated is invalid"]}, 422)))
    with pytest.raises(MisconfiguredError, match="Updated is invalid"):
        read(client)


def test_the_servers_words_are_short_on_one_line_and_without_our_secret(client, server):
    words = "the key s3cret-key\nis\x00 wrong " + "x" * 1000
    server.strike(say(Reply.of({"detail": words}, 422)))
    with pytest.raises(RejectedError) as caught:
        create(client)
    said = str(caught.value)
    assert "the key *** is wrong xxx" in said
    assert len(said) < 400


def test_the_secret_shows_nowhere():
    client = client_for("http://127.0.0.1:1/path")
    assert "s3cret" not in repr(client)
    broken = HttpClient("http://127.0.0.1:1", headers={"X-Key": "s3c\nret"}, secrets=["s3c\nret"])
    with pytest.raises(MisconfiguredError) as caught:
        read(broken)
    assert "s3c" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("ask", [create, repeat, read])
def test_a_redirect_on_the_same_host_names_the_address_to_set(client, server, ask, status):
    server.strike(say(Reply(status, b"", {"Location": "https://127.0.0.1/redmine/things"})))
    with pytest.raises(MisconfiguredError, match=r"https://127\.0\.0\.1/redmine/things"):
        ask(client)
    assert len(server.requests) == 1


@ways
def test_a_redirect_to_another_host_is_not_followed(client, server, ask, error):
    with serving(lambda request: Reply.of({"id": 1})) as other:
        server.strike(say(Reply(302, b"", {"Location": other.url.replace("127.0.0.1", "localhost")})))
        with pytest.raises(error, match="redirects to another place"):
            ask(client)
        assert other.requests == []


@pytest.mark.parametrize("ask", [create, repeat, read])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
def test_what_cannot_be_reached_did_nothing(ask, url):
    with pytest.raises(TemporaryError):
        ask(client_for(url))


@ways
def test_an_answer_without_end_is_cut_off(client, server, ask, error):
    server.strike(pour)
    with pytest.raises(error, match="larger than 1048576 bytes"):
        ask(client)


@ways
@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_answer_ends_at_the_deadline(server, ask, error, part):
    def drip(handler, _request, _answer):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if part == "body" else b""))
        while not handler.server.ending.wait(0.02):
            handler.wfile.write(b"x")

    server.strike(drip)
    started = time.monotonic()
    with pytest.raises(error, match=r"within 0\.2 s"):
        ask(client_for(server.url, deadline=0.2))
    assert time.monotonic() - started < 0.6


@ways
def test_a_compressed_flood_is_cut_off(client, server, ask, error):
    server.strike(say(Reply(200, gzip.compress(b" " * 20_000_000), {"Content-Encoding": "gzip"})))
    with pytest.raises(error, match="larger"):
        ask(client)


def test_a_write_does_not_ride_on_a_kept_connection_that_the_server_has_closed(client, server):
    def answer_and_leave(handler, request, answer):
        handler.reply(answer(request))
        handler.hang_up()

    server.strike(answer_and_leave)
    assert read(client).id == 7
    assert create(client).id == 7
    assert [request.method for request in server.requests] == ["GET", "POST"]


def test_reads_share_one_connection_and_a_write_opens_its_own(client, server):
    opened = []
    keep = server.process_request
    server.process_request = lambda *arguments: (opened.append(1), keep(*arguments))
    read(client), read(client)
    assert len(opened) == 1
    create(client)
    assert len(opened) == 2


def test_the_environment_has_no_say(client, server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(client).id == 7


def test_an_explicit_proxy_is_asked(server):
    client = client_for("http://redmine.invalid", proxy=server.url)
    assert read(client).id == 7
    assert server.requests[0].target == "http://redmine.invalid/things/7"


def test_cookies_are_dropped(client, server):
    server.strike(say(Reply.of({"id": 1}, Set_Cookie="session=abc")))
    read(client), read(client)
    assert "Cookie" not in server.requests[1].headers


def test_a_client_opens_nothing_before_the_first_request(server):
    client_for(server.url).close()
    assert server.requests == []


# ------------------------------------------------------------ TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def certificate_of_2040(certificate, tmp_path_factory):
    """The same key with a certificate that begins to be valid in 2040: what a terminal sees whose clock lags behind."""
    folder = tmp_path_factory.mktemp("tls-2040")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = c\n[c]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\ndefault_md = sha256\n"
        "policy = p\nx509_extensions = e\n[p]\ncommonName = supplied\n[e]\nsubjectAltName = IP:127.0.0.1\n"
    )
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n")
    key = str(certificate / "key.pem")
    asks = ["openssl", "req", "-new", "-key", key, "-subj", "/CN=127.0.0.1", "-out", "request.pem"]
    dates = ["-startdate", "20400101000000Z", "-enddate", "20410101000000Z"]
    signs = ["openssl", "ca", "-batch", "-selfsign", "-notext", "-config", "ca.cnf", "-keyfile", key, *dates]
    for command in (asks, [*signs, "-in", "request.pem", "-out", "cert.pem"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (folder / "key.pem").write_bytes((certificate / "key.pem").read_bytes())
    return folder


@pytest.fixture
def tls_server(certificate):
    yield from serving_tls(certificate)


@pytest.fixture
def tls_server_of_2040(certificate_of_2040):
    yield from serving_tls(certificate_of_2040)


def serving_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with serving(lambda request: Reply.of({"id": 7})) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server


def https(server) -> str:
    return server.url.replace("http:", "https:")


def test_the_plants_own_authority_is_trusted_when_configured(tls_server, certificate):
    client = client_for(https(tls_server), ca_file=certificate / "cert.pem")
    assert read(client).id == 7
    client.close()


@pytest.mark.parametrize("ask", [create, read])
def test_an_untrusted_certificate_needs_a_human(tls_server, ask):
    with pytest.raises(MisconfiguredError, match="certificate"):
        ask(client_for(https(tls_server)))


def test_a_certificate_of_the_future_asks_for_the_clock_and_is_never_trusted(tls_server_of_2040, certificate_of_2040):
    client = client_for(https(tls_server_of_2040), ca_file=certificate_of_2040 / "cert.pem")
    with pytest.raises(MisconfiguredError, match=r"not yet valid: is the clock of this terminal right\? It shows 20"):
        read(client)
    assert tls_server_of_2040.requests == []


def test_a_missing_ca_file_needs_a_human(tls_server, tmp_path):
    with pytest.raises(MisconfiguredError, match=r"ca\.pem"):
        read(client_for(https(tls_server), ca_file=tmp_path / "ca.pem"))


@pytest.mark.parametrize("ask", [create, read])
def test_https_on_a_plain_port_needs_a_human(server, ask):
    with pytest.raises(MisconfiguredError):
        ask(client_for(https(server)))


def test_the_deadline_also_ends_a_drip_inside_tls(tls_server, certificate):
    def drip(handler, _request, _answer):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not handler.server.ending.wait(0.02):
            handler.wfile.write(b"x")

    tls_server.strike(drip)
    with pytest.raises(UncertainError, match=r"within 0\.3 s"):
        create(client_for(https(tls_server), ca_file=certificate / "cert.pem", deadline=0.3))


def test_no_timer_is_left_behind(client):
    read(client), create(client)
    deadline = time.monotonic() + 2
    while timers() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert timers() == []


def timers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
