from __future__ import annotations

import asyncio
import re
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from kiosk.desk import live
from kiosk.desk.live import Live


class Listener:
    """An open page: reads the events one by one."""

    def __init__(self, desk, stack: ExitStack):
        self.answer = stack.enter_context(desk.browser().stream("GET", "/live", timeout=10))
        self.lines = self.answer.iter_lines()

    def next_number(self) -> int:
        return int(next(line for line in self.lines if re.fullmatch(r"data: \d+", line)).removeprefix("data: "))


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


def test_an_open_page_hears_of_each_change(desk, stack):
    listener = Listener(desk, stack)
    first = listener.next_number()

    desk.report("T1")
    second = listener.next_number()
    desk.say("R1", "confirm")

    assert first < second < listener.next_number()


def test_a_page_that_comes_back_is_told_at_once_what_it_missed(desk):
    with ExitStack() as visit:
        before = Listener(desk, visit).next_number()
    desk.report("T1")

    with ExitStack() as visit:
        assert Listener(desk, visit).next_number() > before


def test_a_repeated_report_wakes_nobody(desk, stack):
    desk.report("T1")
    listener = Listener(desk, stack)
    listener.next_number()

    desk.terminal.put(
        "/api/tickets/T1",
        json={"machine": "x", "words": "x", "priority": "high", "reported_at": desk.time.wall.isoformat()},
    )
    desk.report("T2")

    assert listener.next_number() == desk.store.position()[1]


def test_pages_that_never_read_hold_up_nobody(desk):
    cookie = desk.browser().cookies["kiosk_desk"]
    place = urlsplit(desk.url)
    request = f"GET /live HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: kiosk_desk={cookie}\r\n\r\n".encode()

    # More than the server has threads.
    deaf = [socket.create_connection((place.hostname, place.port), timeout=10) for _ in range(80)]
    for connection in deaf:
        connection.sendall(request)
    for connection in deaf:
        assert b" 200 " in connection.recv(20)
    for number in range(5):
        desk.report(f"T{number}")

    assert len(desk.changes()["tickets"]) == 5
    for connection in deaf:
        connection.close()


def test_a_desk_stops_although_pages_are_open(desk, stack):
    listener = Listener(desk, stack)
    listener.next_number()

    desk.server.stop()

    assert list(listener.lines)[-1:] in ([""], [])
    with pytest.raises(httpx.ConnectError):
        httpx.get(desk.url)


def test_more_pages_than_the_desk_can_tell_are_sent_away(desk, stack, monkeypatch):
    monkeypatch.setattr(live, "MOST_LISTENERS", 1)
    listener = Listener(desk, stack)
    listener.next_number()

    with desk.browser("Tom").stream("GET", "/live") as refused:
        assert refused.status_code == 503


def test_silence_is_filled_with_heartbeats(monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)

    async def first_events():
        news = Live()
        news.begin(7)
        stream = news.listen()
        events = [await anext(stream) for _ in range(4)]
        await stream.aclose()
        return events

    retry, change, *heartbeats = asyncio.run(first_events())

    assert retry == b"retry: 2000\n\n"
    assert change == b"event: change\ndata: 7\n\n"
    assert heartbeats == [b"event: heartbeat\ndata: \n\n"] * 2


def test_a_slow_page_gets_the_latest_number_and_no_queue_of_old_ones():
    async def heard():
        news = Live()
        news.begin(0)
        stream = news.listen()
        await anext(stream), await anext(stream)
        for number in range(1, 1000):
            news.publish(number)
        event = await anext(stream)
        await stream.aclose()
        return event

    assert asyncio.run(heard()) == b"event: change\ndata: 999\n\n"


def test_news_after_the_end_reach_nobody_and_hurt_nobody():
    news = Live()

    asyncio.run(_begin(news))

    news.publish(5)


async def _begin(news):
    news.begin(0)
