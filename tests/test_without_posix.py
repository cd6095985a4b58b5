"""Without the modules that only POSIX systems have, the program imports, reviews and exports."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import qcmfm
from qcmfm.exports import names
from tests.cheap import make_collection

ROOT = Path(__file__).resolve().parents[1]
BLOCKED = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog")
BLOCKING = f"""
import importlib.abc, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {BLOCKED}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

for name in {BLOCKED}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Blocker())
"""


def run(code: str, home: Path) -> list[str]:
    """What a process prints that has none of these modules."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKING + code], cwd=ROOT, text=True, capture_output=True,
        env=os.environ | {"QCMFM_HOME": str(home)}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_block_holds(home: Path):
    code = """
try:
    import fcntl
except ImportError:
    print("blocked")
"""
    assert run(code, home) == ["blocked"]


def test_every_module_can_be_imported(home: Path):
    # The router is a page: importing it draws it.
    names = [
        found.name for found in pkgutil.walk_packages(qcmfm.__path__, "qcmfm.")
        if not found.name.endswith(("__main__", "shell.router"))
    ]  # fmt: skip
    assert len(names) > 300
    code = f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n"
    assert run(f"{code}print('all')", home)[-1] == "all"


REVIEW = """
import sys
from pathlib import Path
from qcmfm import exports, importers, service
from qcmfm.core.progress import finish
from qcmfm.exports import Reviewed
from qcmfm.review.choice import Choice

report = finish(importers.import_collection(sys.argv[1], "vases"))
review = service.OpenReview("vases")
review.decide([Choice("r1", "correct", "red")], "Ada", ["red"])
review.decide([Choice("r2", "unsure")], "Ada", ["red"])
review.undo("Ada")
collection = service.open_collection("vases")
reviewed = Reviewed("vases", collection, {}, review.refresh(), list(review.log.decisions))
written = [exports.export(name, reviewed) for name in exports.names()]
finish(service.back_up(Path(sys.argv[2])))
filled = all(made.content for made in written)
print(report.taken, review.refresh().of("r1").label, len(written), filled)
"""


def test_a_collection_is_imported_reviewed_exported_and_backed_up(home: Path, tmp_path: Path):
    records = make_collection(tmp_path / "vases", 12)
    arguments = f"sys.argv[1:] = [{str(records)!r}, {str(tmp_path / 'backup.zip')!r}]\n"
    taken, label, written, filled = run(arguments + REVIEW, home)[-1].split()
    assert (int(taken), label, filled) == (12, "red", "True") and int(written) == len(names())
    assert (tmp_path / "backup.zip").is_file()
    assert "correct" in (home / "review" / "vases.csv").read_text("utf-8")
