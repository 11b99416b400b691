"""Runs `kiosk` with the arguments given, and answers on a socket what the window shows and where.

The program is the real one, in a real window, driven by real keys and touches; this only looks. A question is one
line of JSON, so is the answer.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

from kiosk.cli import main


def _widgets():
    from kivy.core.window import Window

    for root in Window.children:
        yield from root.walk(restrict=True)


def _is_shown(widget):
    from kivy.core.window import Window

    node = widget
    while node is not None and node is not Window:
        if node.opacity == 0 or getattr(node, "disabled", False):
            return False
        node = node.parent
    return node is Window


def _texts():
    return [w.text for w in _widgets() if getattr(w, "text", "") and _is_shown(w) and w.width > 1 and w.height > 1]


def _where(text):
    from kivy.core.window import Window

    for widget in _widgets():
        if getattr(widget, "text", None) == text and _is_shown(widget):
            x, y = widget.to_window(*widget.center)
            return [round(x), round(Window.height - y)]
    return None


def _modules():
    """Name Kivy's own tools, such as its inspector, that are switched on."""
    from kivy.modules import Modules

    return sorted(name for name, module in Modules.mods.items() if module.get("module") is not None)


def _look(question):
    from kivy.app import App

    app = App.get_running_app()
    if app is None or app.root is None:
        return None
    answers = {
        "texts": _texts,
        "where": lambda: _where(question["text"]),
        "screen": lambda: app.page.name,
        "sheets": lambda: len(app.root.ids.sheets.children),
        "size": lambda: list(app.root.size),
        "modules": _modules,
        "break": lambda: _break(question["what"]),
    }
    return answers[question["ask"]]()


def _break(what):
    """Let the terminal go wrong, in one of the ways in which one stands still."""
    from kivy.base import EventLoop
    from kivy.clock import Clock

    match what:
        case "busy":  # a callback that never ends
            Clock.schedule_once(lambda _: [None for _ in iter(int, 1)], 0.2)
        case "blind":  # callbacks go on, but no frame is drawn any more
            EventLoop.window = None
        case "forwarder":  # a thread that is gone
            for thread in threading.enumerate():
                if thread.name.startswith("forwarder"):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
                    )
        case "careless":  # signs of life that look neither at frames nor at forwarders
            threading.Thread(target=_always_alive, daemon=True).start()
        case "fault":  # an exception in a callback, at every frame
            Clock.schedule_interval(lambda _: 1 // 0, 0)
        case "crash":
            faulthandler._sigsegv()
    return True


def _always_alive():
    from kiosk.service import Service

    service = Service()
    while True:
        service.alive()
        time.sleep(0.5)


def _ask_kivy(question):
    if "kivy.core.window" not in sys.modules:
        return None
    from kivy.clock import Clock

    done, answer = threading.Event(), []

    def look(_):
        try:
            answer.append(_look(question))
        finally:
            done.set()

    Clock.schedule_once(look)
    done.wait(5)
    return answer[0] if answer else None


def _serve(path):
    with contextlib.suppress(FileNotFoundError):  # of the run before this one, in the same process
        Path(path).unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        while True:
            connection, _ = server.accept()
            with connection, connection.makefile("rw") as line:
                line.write(json.dumps(_ask_kivy(json.loads(line.readline()))) + "\n")


if __name__ == "__main__":
    threading.Thread(target=_serve, args=(os.environ["KIOSK_OBSERVED"],), daemon=True).start()
    sys.exit(main(sys.argv[1:]))
