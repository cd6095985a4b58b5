"""Shapes in signatures are checked, and every test has a workspace of its own."""

import os
import sys

from tests import checked

# Before anything else imports the package, so that every annotated function is checked.
checked.install("qcmfm")

os.environ.setdefault("OMP_NUM_THREADS", "1" if "PYTEST_XDIST_WORKER" in os.environ else "2")

from pathlib import Path  # noqa: E402

import hypothesis  # noqa: E402
import pytest  # noqa: E402

# The first example imports libraries or flushes the disk, which takes what it takes.
hypothesis.settings.register_profile("studio", deadline=None, derandomize=True)
hypothesis.settings.load_profile("studio")

# What takes longest, longest first; a folder as a whole.
LONGEST = (
    "tests/browser/",
    "tests/training/test_kill.py",
    "tests/inference/test_ray_labelling.py",
    "tests/lab/test_commands.py",
    "tests/runs/test_shipped.py",
    "tests/training/test_training.py",
    "tests/service/",
    "tests/training/test_cross_fitting.py",
    "tests/runs/test_calibration.py",
)

# Folders whose tests all have the marker of that name; `slow` stands at each test that is.
MARKED = ("browser", "hostile")


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the markers that `-m` selects by
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and start with the long files.

    A worker that began with a short one would be left alone with a long one at the end.
    """

    def place(item: pytest.Item) -> int:
        known = (n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start))
        return next(known, len(LONGEST))

    for item in items:
        for marker in MARKED:
            if item.nodeid.startswith(f"tests/{marker}/"):
                item.add_marker(marker)
    items.sort(key=place)


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the main module back after a test: Streamlit's `AppTest` makes the page the main one.

    A process that is started later would run it again.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own workspace."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("QCMFM_HOME", str(folder))
    return folder


def shared_collection(name: str) -> Path:
    """A shared collection; present in CI, absent on a user's machine, where its tests skip."""
    folder = SHARED / name
    if not folder.is_dir():
        assert not os.environ.get("CI"), f"{folder} is missing in CI"
        pytest.skip("the shared data are not here")
    return folder


@pytest.fixture
def museum() -> Path:
    """The shared museum photos."""
    return shared_collection("museum_materials")
