"""TinyDB's own test suite, from its source distribution, on the journal: what TinyDB promises holds here, too."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest
from needs import missing

OURS = Path(__file__).with_name("tinydb_on_the_journal.py")
SUITES = "test_tinydb.py", "test_tables.py", "test_operations.py", "test_queries.py", "test_utils.py"
"""All but those of its storages and middlewares, which are not in use here."""
OF_STOCK_PARTS = (
    # They look at the class or the file of TinyDB's own storage, or at the name of its class.
    "test_storage_closed_once",
    "test_empty_write",
    "test_repr",
    "test_table_repr",
    "test_access_storage",
    "test_storage_access",
)


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """The tests of exactly the installed version."""
    folder = tmp_path_factory.mktemp("tinydb")
    wanted = f"tinydb=={version('tinydb')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "tinydb", wanted]
    got = subprocess.run([*command, "--dest", folder], capture_output=True, text=True, check=False, timeout=240)
    if got.returncode != 0:
        missing(f"the source distribution of {wanted}: {got.stderr.strip().splitlines()[-1:]}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    tests = next(folder.glob("tinydb-*/tests"))
    # The package beside its tests would be the one that is tested.
    shutil.rmtree(tests.parent / "tinydb")
    return tests


def run(suite, conftest):
    shutil.copy(conftest, suite / "conftest.py")
    deselected = [f"--deselect=tests/{file}::{name}" for file in SUITES for name in OF_STOCK_PARTS]
    files = [f"tests/{file}" for file in SUITES]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files, *deselected]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=suite.parent, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    counts = {outcome: int(number) for number, outcome in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    return counts, done.stdout[-3000:]


def test_tinydbs_own_suite_passes_on_the_journal(suite, tell):
    counts, said = run(suite, OURS)

    tell(f"TinyDB {version('tinydb')}: {counts.get('passed', 0)} of its tests pass on the journal")
    assert set(counts) == {"passed"}, said
    assert counts["passed"] > 100, said


def test_a_table_that_forgets_to_remove_fails_it(suite, tmp_path):
    """The negative control."""
    broken = tmp_path / "conftest.py"
    broken.write_text(
        OURS.read_text() + "\n\nfrom kiosk.storage import tables\n"
        "tables._Draft.__delitem__ = lambda self, doc_id: None\n"
    )
    counts, said = run(suite, broken)

    assert counts.get("failed", 0) > 0, said
