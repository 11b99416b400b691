"""The same behaviour on PostgreSQL; set KIOSK_TEST_POSTGRESQL to the URL of a database in which tests may make schemas."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from test_desk_api import (  # noqa: F401  run here once more
    test_a_photo_comes_back_as_what_it_is,
    test_reports_at_the_same_time_get_numbers_of_their_own,
    test_reports_at_the_same_time_under_one_id_make_one_ticket,
    test_text_that_no_database_can_hold_is_cleaned,
    test_the_operators_comment_answers_the_question,
)
from test_desk_changes import *  # noqa: F403  all of them
from test_desk_pages import (  # noqa: F401
    test_a_changed_priority_is_told_with_its_reason_and_moves_the_ticket,
    test_a_person_takes_a_ticket_comes_works_and_fixes_it,
    test_people_make_and_withdraw_tokens,
    test_the_board_shows_the_most_urgent_first_and_what_is_fixed_last,
)

from kiosk.desk import DeskSettings

pytest.importorskip("psycopg", reason="needs psycopg: pip install 'kiosk[postgresql]'")
URL = os.environ.get("KIOSK_TEST_POSTGRESQL")
if URL is None:
    pytest.skip("needs KIOSK_TEST_POSTGRESQL=postgresql://... (a PostgreSQL database)", allow_module_level=True)


@pytest.fixture
def settings(tmp_path):
    schema, url = f"desk_{uuid4().hex}", make_url(URL).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(URL).update_query_dict({"options": f"-csearch_path={schema}"})
    yield DeskSettings(data=tmp_path / "desk", port=0, database_url=own.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
