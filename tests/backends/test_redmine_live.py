"""What only a real Redmine can tell: how our texts look in the browser, and what its administrators can get wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from uuid import uuid4

import pytest
import requests
from backends.samples import TICKET, sent

from kiosk import plugins
from kiosk.core.errors import MisconfiguredError
from kiosk.core.model import DeliveryKind
from kiosk.core.text import clean_text

MARKUP = (
    "*bold* _it_ @code@ <b>x</b> </pre><script>alert(1)</script> <code> </notextile> <redpre#0> {{macro(0)}} "
    '{{collapse(a)\nb\n}} [[Wiki]] #1 !http://evil.example/x.png! "link":http://evil.example |a|b|\n'
    "h1. Title\n* list\nbq. quote\n&amp; &#42; zażółć 🔥\n"
)


@pytest.fixture
def backend(redmine, monkeypatch):
    backend = built(redmine, monkeypatch)
    yield backend
    backend.close()


def built(redmine, monkeypatch, key: str = "REDMINE_API_KEY", **table):
    monkeypatch.setenv("REDMINE_KEY", redmine[key])
    needed = {"type": "redmine", "url": redmine["REDMINE_URL"], "api_key": {"env": "REDMINE_KEY"}}
    needed |= {"project": redmine["REDMINE_PROJECT"], "id_field": int(redmine["REDMINE_ID_FIELD"])}
    return plugins.build("backends", needed | table, terminal="K7")


class Preformatted(HTMLParser):
    """Collects what stands inside `<pre>`, and every tag in there."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attributes: object) -> None:
        if self._inside:
            self.tags.append(tag)
        if tag == "pre":
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def seen_in_browser(redmine, path: str) -> Preformatted:
    """Log in as the agent, as a browser does, and look at a page."""
    with requests.Session() as session:
        session.trust_env = False
        login = f"{redmine['REDMINE_URL']}/login"
        token = re.search(r'name="authenticity_token" value="([^"]+)"', session.get(login).text)[1]
        form = {"username": redmine["REDMINE_AGENT_LOGIN"], "password": redmine["REDMINE_AGENT_PASSWORD"]}
        session.post(login, data={**form, "authenticity_token": token}).raise_for_status()
        page = session.get(redmine["REDMINE_URL"] + path)
    page.raise_for_status()
    parser = Preformatted()
    parser.feed(page.text)
    return parser


def test_an_agent_sees_in_the_browser_what_the_operator_typed(backend, redmine):
    ticket = replace(TICKET, id=uuid4().hex, note=MARKUP, words="*It* prints #1 nothing")
    ref = backend.deliver(sent(DeliveryKind.CREATE), ticket)
    backend.deliver(replace(sent(DeliveryKind.COMMENT, ref=ref, text=MARKUP), id=uuid4().hex), ticket)
    page = seen_in_browser(redmine, f"/issues/{ref.id}")
    description, comment = (squeezed(text) for text in page.texts[:2])
    assert page.tags == []
    assert squeezed(MARKUP) in description
    assert "*It* prints #1 nothing" in description
    assert squeezed(MARKUP) in comment


def squeezed(text: str) -> str:
    return " ".join(clean_text(text).replace("\u200b", "").split())


def test_a_check_passes_on_a_redmine_that_is_set_up_as_described(redmine, monkeypatch):
    built(redmine, monkeypatch, tracker="Support", statuses={"On the way": "on_the_way"}).check()


def test_a_check_tells_what_is_wrong(redmine, monkeypatch):
    with pytest.raises(MisconfiguredError) as caught:
        built(redmine, monkeypatch, id_field=99, tracker="Incident", priorities={"high": "Highest"}).check()
    for words in ("id_field: the project has no custom field 99", "'Incident' is not in the project", "no 'Highest'"):
        assert words in str(caught.value)


def test_a_user_without_a_role_is_found_out(redmine, monkeypatch):
    with pytest.raises(MisconfiguredError, match="or the user 'outsider' may not see it"):
        built(redmine, monkeypatch, "REDMINE_OUTSIDER_KEY").check()


def test_a_field_that_does_not_exist_never_makes_a_ticket_look_absent(backend, redmine, monkeypatch):
    backend.deliver(sent(DeliveryKind.CREATE), replace(TICKET, id=uuid4().hex))
    with pytest.raises(MisconfiguredError, match="Used as a filter"):
        built(redmine, monkeypatch, id_field=99).find("T1")
