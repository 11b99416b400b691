"""What `make` and `.ci/setup` do before anything of ours is there to run, tried on programs that only pretend."""

import os
import subprocess
from pathlib import Path

import pytest
from needs import program

ROOT = Path(__file__).parents[1]


@pytest.fixture
def machine(tmp_path):
    """Give a machine, on which programs are what a test says; `asked` tells what they were called with."""

    class Machine:
        asked = tmp_path / "asked"

        def has(self, name, script):
            path = tmp_path / name
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)

        def set_up(self):
            path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
            return subprocess.run(
                [ROOT / ".ci" / "setup", "run"],
                env={"PATH": path, "ASKED": str(self.asked)},
                capture_output=True,
                text=True,
                check=False,
            )

    program("sh")
    found = Machine()
    found.has("python3", "exit 0")
    found.has("id", '[ "$1" = -u ] && echo 1000 || echo worker')
    found.has("sudo", 'echo "$*" >> "$ASKED"')
    found.has("apt-get", "exit 1")
    return found


def test_a_package_under_its_newer_name_is_not_missing(machine):
    machine.has("dpkg-query", '[ "$3" != libmtdev1 ] && echo ii')

    done = machine.set_up()

    assert (done.returncode, done.stdout, machine.asked.exists()) == (0, "", False)


def test_a_missing_package_is_installed_without_a_question(machine):
    machine.has("dpkg-query", 'case "$*" in *xvfb*) exit 1 ;; esac; echo ii')

    done = machine.set_up()

    (*_, asked) = machine.asked.read_text().splitlines()
    assert done.returncode == 0, done.stderr
    assert asked.startswith("env DEBIAN_FRONTEND=noninteractive apt-get ")
    assert asked.endswith("install xvfb")


def test_a_wheel_needs_nothing_of_what_the_tests_need(tmp_path):
    wanted = subprocess.run(
        [program("make"), "-n", "wheel", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "pip wheel" in wanted.stdout
    assert "[test]" not in wanted.stdout
