"""At run time nothing asks the network for anything that the user did not ask for."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.network import watch

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, timeout=240, text=True, capture_output=True,
        env=watch.environment(folder) | {"QCMFM_HOME": str(home)},
    )  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.getaddrinfo('museum.example', 80)",
        "import socket; socket.socket().connect(('192.0.2.1', 9))",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import socket; socket.getaddrinfo(\"museum.example\", 80)'])",
    ],
)
def test_the_watch_sees_what_it_is_there_for(code: str, tmp_path: Path, home: Path):
    done = run(
        tmp_path / "watch", home, "-c", f"import socket\nsocket.setdefaulttimeout(0.2)\n{code}"
    )
    assert len(watch.outside(tmp_path / "watch")) == 1, done.stderr


def test_the_watch_lets_this_machine_talk_to_itself(tmp_path: Path, home: Path):
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
    code += "socket.create_connection(s.getsockname())"
    assert run(tmp_path / "watch", home, "-c", code).returncode == 0
    assert watch.seen(tmp_path / "watch") and not watch.outside(tmp_path / "watch")


PAGES = """
import sys
from streamlit.testing.v1 import AppTest
for page in sys.argv[1:]:
    app = AppTest.from_file(page, default_timeout=200).run()
    assert not app.exception, (page, app.exception)
    print(page, len(app.main))
"""


@pytest.mark.slow
def test_pages_ask_nobody(tmp_path: Path, home: Path):
    """Those that load no encoder; `test_hostile` has the command line, `test_hostile_text` more."""
    names = ("qcmfm/ui/shell/router.py", "pages/study.py", "pages/claims.py")
    done = run(tmp_path / "watch", home, "-c", PAGES, *names)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(done.stdout.splitlines()) == len(names)
    assert watch.outside(tmp_path / "watch") == []


def test_streamlit_tells_nobody_who_uses_it():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorLinks"] is False
