from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from kiosk.core.errors import ConfigError
from kiosk.desk import DeskSettings, serve
from kiosk.desk.server import DeskServer

SERVE = """
import sys
from pathlib import Path
from kiosk.desk import DeskSettings, serve
serve(DeskSettings(data=Path(sys.argv[1]), port=0), ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_desk_cleanly_although_a_page_is_open(tmp_path, number):
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url) as browser:
            assert browser.get("/login").status_code == 200

            process.send_signal(number)
            output, errors = process.communicate(timeout=20)

    assert (output, process.returncode) == ("stopped\n", 0)
    assert "Traceback" not in errors


def test_answers_do_not_wait_for_the_other_sides_acknowledgement(settings):
    server = DeskServer(settings)
    try:
        assert server._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    finally:
        server._socket.close()
        server.app.state.desk.close()


def test_a_taken_address_is_told_with_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1 port {port}.*another port"):
            serve(DeskSettings(data=tmp_path, port=port))


@pytest.mark.parametrize("settings", [{"port": 99999}, {"host": "192.0.2.1"}, {"host": "no.such.host.invalid"}])
def test_an_address_that_is_not_ours_is_told(tmp_path, settings):
    with pytest.raises(ConfigError, match="cannot listen on"):
        serve(DeskSettings(data=tmp_path, **settings))


def test_importing_the_desk_needs_no_extra():
    done = python(
        "import sys, kiosk.desk; print([m for m in ('fastapi', 'sqlalchemy', 'uvicorn', 'jinja2') if m in sys.modules])"
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        ("serve(s)", "uvicorn"),
        ("serve(s)", "fastapi"),
        ("create_app(s)", "fastapi"),
        ("create_app(s)", "jinja2"),
        ("add_person(s, 'Jana')", "sqlalchemy"),
        ("add_terminal(s, 'Line 3')", "sqlalchemy"),
    ],
)
def test_a_missing_extra_is_named(tmp_path, call, missing):
    done = python(
        f"import sys; sys.modules['{missing}'] = None\n"
        "from pathlib import Path; from kiosk.desk import *\n"
        f"s = DeskSettings(data=Path(sys.argv[1]), port=0)\n{call}",
        str(tmp_path),
    )

    assert "ConfigError" in done.stderr
    assert f"{missing} is not installed" in done.stderr
    assert "pip install 'kiosk[desk]'" in done.stderr


def test_a_missing_database_driver_is_named(tmp_path):
    done = python(
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path; from kiosk.desk import *\n"
        "create_app(DeskSettings(data=Path(sys.argv[1]), database_url='postgresql://desk:hunter2@127.0.0.1/desk'))",
        str(tmp_path),
    )

    assert "pip install 'kiosk[postgresql]'" in done.stderr
    assert "hunter2" not in done.stderr.replace("database_url='postgresql://desk:hunter2", "")
