"""`kiosk check --try`: one marked ticket goes through everything, and what does not work is said."""

from __future__ import annotations

import json

import pytest
from contract.harnesses import HARNESSES, started
from fakes import small_plant
from journeys.floor import write_config

from kiosk.cli import main
from kiosk.core.errors import MisconfiguredError, UncertainError
from kiosk.core.model import DeliveryKind
from kiosk.trial import Trial

STEPS = [
    "may do what is needed",
    "create a ticket, with a photo",
    "find it by our id",
    "see it among the changes",
    "comment on it",
    "read the comment back",
    "close it",
    "see that it is closed",
]


@pytest.mark.parametrize("name", [names[0] for names in HARNESSES.values()])
def test_one_ticket_goes_through_everything_and_is_closed_again(name, request, tmp_path_factory):
    with started(name, request, tmp_path_factory) as harness:
        trial = Trial(harness.backend, small_plant(), terminal="K7", sleep=lambda seconds: None)
        steps = list(trial.run())

        assert [(step.name, step.error) for step in steps] == [(step, "") for step in STEPS]
        assert harness.photos(trial._ticket.id) == 1
        changes, _ = harness.backend.changes("")
        assert trial._ticket.id not in {change.ticket for change in changes}
        assert trial.label.startswith("#")


DEAF = {"mail": {"imap_host": ""}, "webhook": {"status_url": None}}
"""Settings with which nothing comes back."""


@pytest.mark.parametrize("name", DEAF)
def test_where_nothing_comes_back_it_says_so_at_once(name, request, tmp_path_factory):
    with started(name, request, tmp_path_factory) as harness:
        backend, slept = harness.another(**DEAF[name]), []
        trial = Trial(backend, small_plant(), terminal="K7", sleep=slept.append)
        steps = {step.name: step.error for step in trial.run()}
        backend.close()

    worked = ["may do what is needed", "create a ticket, with a photo", "comment on it", "close it"]
    assert list(steps.items())[:-1] == [(name, "") for name in worked]
    assert "nothing comes back" in steps["hear of it"]
    assert slept == []


@pytest.fixture
def it(tmp_path_factory, request):
    with started("memory", request, tmp_path_factory) as harness:
        yield harness.backend


def test_where_no_ticket_can_be_made_it_ends_and_says_why(it):
    it.fail_next(MisconfiguredError("401 the key is wrong"), call="check")
    it.fail_next(MisconfiguredError("401 the key is wrong"))

    steps = list(Trial(it, small_plant(), terminal="K7", sleep=lambda seconds: None).run())

    assert [(step.name, step.error) for step in steps] == [
        (STEPS[0], "401 the key is wrong"),
        (STEPS[1], "401 the key is wrong"),
    ]
    assert it.tickets == []


def test_a_comment_that_does_not_arrive_is_said_and_the_ticket_closed_all_the_same(it):
    trial, deliver = (
        Trial(it, small_plant(), terminal="K7", monotonic=iter(range(0, 10_000, 20)).__next__, sleep=lambda s: None),
        it.deliver,
    )

    def without_comments(delivery, ticket):
        if delivery.kind is DeliveryKind.COMMENT:
            raise UncertainError("the answer was cut")
        return deliver(delivery, ticket)

    it.deliver = without_comments
    failed = {step.name: step.error for step in trial.run() if step.error}

    assert failed == {
        "comment on it": "the answer was cut",
        "read the comment back": "it does not show among the changes",
    }
    assert not it.tickets[0].progress.status.is_open


def test_a_search_that_lags_is_waited_for(it):
    find, asked = it.find, []

    def lagging(ticket_id):
        asked.append(ticket_id)
        return find(ticket_id) if len(asked) > 5 else None

    it.find = lagging
    slept = []
    steps = list(Trial(it, small_plant(), terminal="K7", sleep=slept.append).run())

    assert [step.error for step in steps] == [""] * len(STEPS)
    assert slept == [1.0] * 5


def test_the_command_prints_a_table_and_tells_by_its_exit_code(tmp_path, capsys):
    config = write_config(tmp_path, '[[destinations]]\ntype = "memory"\nname = "Trial"\n')

    assert main(["--config", str(config), "check", "--try"]) == 0

    said = capsys.readouterr().out
    assert "create a ticket, with a photo" in said
    assert said.count("works") == len(STEPS)
    assert said.count("Trial #1") == len(STEPS) - 1


def test_as_json_the_steps_are_a_part_of_the_one_document(tmp_path, capsys):
    config = write_config(tmp_path, '[[destinations]]\ntype = "memory"\nname = "Trial"\n')

    assert main(["--config", str(config), "--json", "check", "--try"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [(step["name"], step["error"], step["destination"]) for step in told["trial"]] == [
        (name, "", "Trial") for name in STEPS
    ]


def test_where_something_is_wrong_already_no_test_ticket_is_made(tmp_path, capsys):
    config = write_config(tmp_path, '[[destinations]]\ntype = "memory"\nname = "Trial"\ncolour = "red"\n')

    assert main(["--config", str(config), "check", "--try"]) == 1

    printed = capsys.readouterr()
    assert "no test ticket was made" in printed.out
    assert printed.err.count("colour") == 1
