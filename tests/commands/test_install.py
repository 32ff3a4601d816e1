"""What `pip install` gives to somebody who has nothing yet."""

import subprocess
import sys
from pathlib import Path

from tests.commands.fedlearn import Operator

ROOT = Path(__file__).parents[2]


def test_installed_package_works_alone(tmp_path: Path) -> None:
    """In an empty environment the package brings its pages, schema and contexts with it."""
    environment, home = tmp_path / "environment", tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    # What is compiled when it is first imported need not all be compiled now.
    install = ("install", "--quiet", "--disable-pip-version-check", "--no-compile", str(ROOT))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(environment), *install],
        check=True,
        capture_output=True,
        timeout=240,
    )
    operator = Operator(home, command=(str(environment / "bin" / "fedlearn"),))
    with operator.serving("--first-run") as url:
        assert operator.run("doctor").returncode == 0
        page = subprocess.run(["curl", "-sf", f"{url}/sign-in"], check=True, capture_output=True)
        style = subprocess.run(
            ["curl", "-sf", f"{url}/static/fedlearn.css"], check=True, capture_output=True
        )
    assert b"<h1>Sign in</h1>" in page.stdout
    assert b"--accent" in style.stdout
    without_extra = operator.run("status", FEDLEARN_DATABASE="postgresql://nobody@localhost/none")
    assert without_extra.returncode == 1
    assert "pip install fedlearn[postgres]" in without_extra.stderr
