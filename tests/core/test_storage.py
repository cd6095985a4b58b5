"""Files and folders appear whole or not at all."""

import errno
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import Timeout
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core import storage
from qcmfm.core.errors import StorageError
from tests.disk import without_locks


def test_atomic_file_makes_folders_and_leaves_only_the_file(tmp_path: Path):
    file = tmp_path / "a" / "b" / "note.txt"
    with storage.atomic_file(file) as temporary:
        assert temporary.parent == file.parent
        assert temporary.name.startswith(".")
        temporary.write_bytes(b"new")
        assert not file.exists()
    assert file.read_bytes() == b"new"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("old", [None, b"old"])
def test_a_failure_inside_the_block_leaves_what_was_there(tmp_path: Path, old: bytes | None):
    file = tmp_path / "note.txt"
    if old is not None:
        file.write_bytes(old)
    with pytest.raises(RuntimeError, match="power cut"), storage.atomic_file(file) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError("power cut")
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert left == ({} if old is None else {"note.txt": old})


def test_a_block_that_writes_nothing_is_an_error_and_keeps_the_old_file(tmp_path: Path):
    file = tmp_path / "note.txt"
    file.write_bytes(b"old")
    with pytest.raises(FileNotFoundError), storage.atomic_file(file):
        pass
    assert file.read_bytes() == b"old"


def test_a_reader_never_sees_half_a_file(tmp_path: Path):
    file = tmp_path / "note.txt"
    versions = [bytes([number]) * 100_000 for number in range(30)]
    storage.write_bytes(file, versions[0])
    seen: list[bytes] = []
    writing = threading.Event()

    def read() -> None:
        while not writing.is_set():
            seen.append(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions:
        storage.write_bytes(file, version)
    writing.set()
    reader.join()
    assert seen
    assert set(seen) <= set(versions)


@settings(max_examples=25)  # each flushes the disk twice
@given(text=st.text(st.characters(codec="utf-8")))
def test_text_is_utf8_with_its_line_ends_kept(tmp_path_factory: pytest.TempPathFactory, text: str):
    file = tmp_path_factory.getbasetemp() / "text.txt"
    storage.write_text(file, text)
    assert file.read_bytes().decode("utf-8") == text


def test_json_is_indented_and_readable(tmp_path: Path):
    content = {"label": "Gefäß", "values": [1, 2.5, None]}
    storage.write_json(tmp_path / "x.json", content)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert json.loads(text) == content
    assert '  "label": "Gefäß"' in text
    assert text.endswith("}\n")


def test_publish_folder_moves_everything_in_one_step(tmp_path: Path):
    temporary, final = tmp_path / ".run.partial", tmp_path / "run"
    (temporary / "inner").mkdir(parents=True)
    (temporary / "inner" / "weights").write_bytes(b"1")
    storage.publish_folder(temporary, final)
    assert (final / "inner" / "weights").read_bytes() == b"1"
    assert list(tmp_path.glob("*run*")) == [final]


@pytest.mark.parametrize("there", [[], ["weights"]])
def test_publish_folder_does_not_overwrite(tmp_path: Path, there: list[str]):
    temporary, final = tmp_path / "new", tmp_path / "run"
    for folder, names in ((temporary, ["config"]), (final, there)):
        folder.mkdir()
        for name in names:
            (folder / name).write_text("x")
    with pytest.raises(OSError):
        storage.publish_folder(temporary, final)
    assert [path.name for path in final.iterdir()] == there
    assert [path.name for path in temporary.iterdir()] == ["config"]


def test_discard_folder(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    storage.discard_folder(tmp_path / "a")
    storage.discard_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists()


_HOLD = """
import sys
from pathlib import Path
from qcmfm.core.storage import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_named_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    without_locks(monkeypatch, number)
    with pytest.raises(StorageError, match=r"has no locks.*QCMFM_HOME"):
        storage.lock(tmp_path / "x.csv").acquire(timeout=60)
    with pytest.raises(StorageError), storage.lock(tmp_path / "x.csv"):
        pass


def test_other_errors_of_a_lock_file_stay_what_they_are(tmp_path: Path):
    (tmp_path / ".x.csv.lock").mkdir()
    with pytest.raises(OSError):
        storage.lock(tmp_path / "x.csv").acquire(timeout=0)


def test_every_lock_of_the_program_is_one_that_says_so():
    package = Path(storage.__file__).parents[1]
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\b(Soft|Unix|Windows)?FileLock\b|\bflock\b", path.read_text("utf-8"))
    }
    assert users == {"core/storage.py"}


def test_a_lock_held_by_another_process_keeps_this_one_out(tmp_path: Path):
    file = tmp_path / "review" / "cups.csv"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(storage.__file__).parents[2],
    ) as other:
        assert other.stdin and other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Timeout):
            storage.lock(file).acquire(timeout=0.1)
        other.stdin.close()
        assert other.wait(timeout=20) == 0
    with storage.lock(file).acquire(timeout=5):
        assert not file.exists()
