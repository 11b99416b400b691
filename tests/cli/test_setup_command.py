"""`kiosk setup`: a few questions, and a section that works; what is wrong is asked again, and nothing is written halfway."""

from __future__ import annotations

import builtins
import stat
import tomllib

import pytest
from backends.fake_jira import EMAIL, TOKEN, FakeJira
from backends.fake_redmine import KIOSK_KEY, FakeRedmine
from backends.local_server import serving
from journeys.floor import write_config

from kiosk.backends import BUILT_IN
from kiosk.cli import main
from kiosk.cli.setup import types


@pytest.fixture
def config(tmp_path):
    return write_config(tmp_path / "terminal", "", area="packaging")


@pytest.fixture
def setup(config, monkeypatch, capsys):
    """Answer the questions one after the other; None ends the input there."""

    def run(*words, answers):
        left = iter(answers)
        asked = []

        def answer(question):
            asked.append(question)
            given = next(left, None)
            if given is None:
                raise EOFError
            return given

        monkeypatch.setattr(builtins, "input", answer)
        code = main(["--config", str(config), "setup", *words])
        return code, capsys.readouterr(), asked

    return run


@pytest.fixture
def redmine():
    with serving(FakeRedmine()) as front:
        yield front.url


def answers(url, project="it-helpdesk"):
    return [url, KIOSK_KEY, project, "1", ""]


def test_what_was_answered_is_a_section_that_works(setup, config, redmine, capsys):
    code, printed, asked = setup("redmine", answers=answers(redmine))

    assert code == 0, printed.err
    assert len(asked) == 5
    assert "everything that is needed is there" in printed.out
    (destination,) = tomllib.loads(config.read_text())["destinations"]
    assert destination == {
        "type": "redmine",
        "name": "redmine",
        "url": redmine,
        "api_key": {"file": "redmine-api_key.secret"},
        "project": "it-helpdesk",
        "id_field": 1,
    }
    assert main(["--config", str(config), "check"]) == 0
    assert "redmine: ok" in capsys.readouterr().out


def test_the_key_stands_in_a_file_of_its_own_that_only_its_owner_reads(setup, config, redmine):
    _, printed, _ = setup("redmine", answers=answers(redmine))

    secret = config.with_name("redmine-api_key.secret")
    assert secret.read_text().strip() == answers(redmine)[1]
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert answers(redmine)[1] not in config.read_text() + printed.out + printed.err


def test_what_stood_in_the_file_is_still_there_with_its_comments_and_its_rights(setup, config, redmine):
    config.write_text("# Hall 3, by the door\n" + config.read_text())
    config.chmod(0o640)
    before = config.read_text()

    setup("redmine", answers=answers(redmine))

    assert config.read_text().startswith(before.rstrip())
    assert stat.S_IMODE(config.stat().st_mode) == 0o640


def test_a_wrong_answer_is_explained_and_asked_again(setup, redmine):
    right = answers(redmine)
    code, printed, asked = setup(
        "redmine", answers=["redmine.example.com", right[0], "", right[1], right[2], "", "seven", *right[3:]]
    )

    assert code == 0
    assert len(asked) == 5 + 4
    assert "not a web address" in printed.out
    assert "is missing" in printed.out
    assert "must be a whole number" in printed.out
    assert "Administration > Custom fields" in printed.out


def test_what_the_system_misses_is_said_before_anything_is_written(setup, config, redmine):
    before = config.read_text()

    code, printed, asked = setup("redmine", answers=[*answers(redmine, project="nowhere"), "n"])

    assert code == 1
    assert "nowhere" in printed.out
    assert asked[-1].startswith("Write it all the same?")
    assert config.read_text() == before
    assert not list(config.parent.glob("*.secret"))


def test_it_is_written_all_the_same_where_that_is_wanted(setup, config, redmine):
    code, _, _ = setup("redmine", answers=[*answers(redmine, project="nowhere"), "y"])

    assert code == 0
    assert tomllib.loads(config.read_text())["destinations"][0]["project"] == "nowhere"


@pytest.mark.parametrize("given", range(6))
def test_who_stops_in_the_middle_leaves_everything_as_it_was(setup, config, redmine, given):
    before = config.read_text()

    code, printed, _ = setup("redmine", answers=answers(redmine, project="nowhere")[:given])

    assert code == 1
    assert "was left as it is" in printed.out
    assert config.read_text() == before
    assert not list(config.parent.glob("*.secret"))


def test_a_second_one_of_a_type_needs_another_name(setup, config, redmine):
    setup("redmine", answers=answers(redmine))

    code, printed, _ = setup("redmine", answers=answers(redmine))
    assert (code, "--name" in printed.err) == (2, True)

    assert setup("redmine", "--name", "Maintenance", answers=answers(redmine))[0] == 0
    assert [d["name"] for d in tomllib.loads(config.read_text())["destinations"]] == ["redmine", "Maintenance"]


def test_jira_in_the_cloud_asks_for_the_address_of_the_tokens_user(setup):
    with serving(FakeJira("cloud")) as front:
        code, printed, asked = setup("jira", answers=["clowd", "", front.url, "", EMAIL, TOKEN, "MNT", ""])

    assert code == 0, printed.out + printed.err
    assert "[cloud]" in asked[0]
    assert "Jira Cloud wants the e-mail address" in printed.out


def test_an_unknown_type_names_those_that_there_are(setup):
    code, printed, _ = setup("jirra", answers=[])

    assert code == 1
    assert "did you mean 'jira'?" in printed.err


def test_a_terminal_without_a_file_is_told_how_to_begin(config, setup):
    config.unlink()

    code, printed, _ = setup("redmine", answers=[])

    assert (code, "[terminal]" in printed.err) == (2, True)


def test_everything_built_in_can_be_set_up_but_the_one_for_tests():
    assert set(types()) == set(BUILT_IN) - {"memory"}


@pytest.mark.parametrize(
    ("user", "secret", "mailbox"), [("kiosk", "11-secret", "127.0.0.1"), ("kiosk", "11-secret", ""), ("", "", "")]
)
def test_a_secret_that_may_be_left_out_is_a_secret_all_the_same(setup, config, user, secret, mailbox):
    said = ["helpdesk@it.example.com", "kiosk@example.com", "127.0.0.1", user, secret, mailbox, "yes"]
    code, printed, _ = setup("mail", answers=said)

    assert code == 0, printed.err
    assert "the mail server cannot be reached" in printed.out
    assert "11-secret" not in config.read_text() + printed.out
    (destination,) = tomllib.loads(config.read_text())["destinations"]
    assert destination.get("password") == ({"file": "mail-password.secret"} if secret else None)
    assert destination.get("imap_host", "") == mailbox


def test_answers_that_do_not_fit_together_are_named_and_nothing_is_written(setup, config):
    before = config.read_text()
    said = ["helpdesk@it.example.com", "kiosk@example.com", "127.0.0.1", "", "", "127.0.0.1", "yes"]
    code, printed, _ = setup("mail", answers=said)

    assert code == 1
    assert "imap_host needs username and password" in printed.err + printed.out
    assert config.read_text() == before
