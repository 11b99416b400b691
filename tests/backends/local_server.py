"""A real HTTP server on loopback that answers as a test tells it, however badly."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> Reply:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


Answerer = Callable[[Request], Reply]
Fault = Callable[["Handler", Request, Answerer], None]
"""Misbehaves on the wire; may let the answerer act before."""


class LocalServer(ThreadingHTTPServer):
    """Answers with `answer`, unless a fault is waiting; remembers what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Answerer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self._faults: list[tuple[Callable[[Request], bool], Fault]] = []
        self.requests: list[Request] = []
        self.ending = threading.Event()
        self._sockets: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def strike(self, fault: Fault, when: Callable[[Request], bool] = lambda request: True) -> None:
        """Let `fault` happen once, at the next request for which `when` holds."""
        self._faults.append((when, fault))

    def calm(self) -> None:
        """Forget the faults that did not come to happen."""
        self._faults.clear()

    def next_fault(self, request: Request) -> Fault:
        for waiting in self._faults:
            when, fault = waiting
            if when(request):
                self._faults.remove(waiting)
                return fault
        return behave

    def process_request(self, request, client_address) -> None:
        self._sockets.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is what many tests are about."""

    def end(self) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()
        for sock in self._sockets:
            sock.close()


class Handler(BaseHTTPRequestHandler):
    # Head and body leave in one packet: the second of two would wait for the client's acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    server: LocalServer

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        self.server.requests.append(request)
        self.server.next_fault(request)(self, request, self.server.answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names of the base class

    def reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, text in reply.headers.items():
            self.send_header(name, text)
        if reply.status != http.client.NO_CONTENT:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def behave(handler: Handler, request: Request, answer: Answerer) -> None:
    handler.reply(answer(request))


def say(reply: Reply) -> Fault:
    """Answer with `reply` without asking the answerer."""
    return lambda handler, _request, _answer: handler.reply(reply)


def lose_answer(handler: Handler, request: Request, answer: Answerer) -> None:
    """Do it, then hang up without a word."""
    answer(request)
    handler.hang_up()


def lose_answer_in_a_proxy(handler: Handler, request: Request, answer: Answerer) -> None:
    """Do it; what is between says that nobody is there."""
    answer(request)
    handler.reply(Reply(503, b"upstream timed out", {"Retry-After": "1"}))


def cut_answer(handler: Handler, request: Request, answer: Answerer) -> None:
    """Do it, then promise more bytes than come."""
    body = answer(request).body
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) + 100))
    handler.end_headers()
    handler.wfile.write(body)
    handler.hang_up()


def stay_silent(handler: Handler, request: Request, answer: Answerer) -> None:
    """Do it, and never answer."""
    answer(request)
    handler.server.ending.wait(10)
    handler.close_connection = True


def drip(handler: Handler, request: Request, answer: Answerer) -> None:
    """Answer a byte now and then, so that there is always a sign of life."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.close_connection = True
    try:
        while not handler.server.ending.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        return


def pour(handler: Handler, request: Request, answer: Answerer) -> None:
    """Do it, then answer without end."""
    answer(request)
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    while not handler.server.ending.is_set():
        handler.wfile.write(piece)


@contextmanager
def serving(answer: Answerer) -> Iterator[LocalServer]:
    server = LocalServer(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join(5)


def forward_to(url: str) -> Answerer:
    """Ask the real server at `url`, as a proxy would."""
    parts = urlsplit(url)

    def answer(request: Request) -> Reply:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        headers = {name: text for name, text in request.headers.items() if name.lower() not in ("connection", "host")}
        connection.request(request.method, parts.path + request.target, request.body or None, headers)
        response = connection.getresponse()
        reply = Reply(response.status, response.read(), _kept(response))
        connection.close()
        return reply

    return answer


def _kept(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name: text for name, text in response.getheaders() if name in ("Content-Type", "Location", "Retry-After")}


def closed_port() -> int:
    """Give a port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
