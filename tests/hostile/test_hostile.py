"""Hostile files and texts through every door: the short version of `tests.benchmarks.hostile`."""

import csv
import io
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from qcmfm import exports
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.core.text import escape_formula
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record
from qcmfm.records.regions import read_regions
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from qcmfm.runs.folder import FORMAT, read_config
from qcmfm.runs.run import read_run
from tests.hostile import archives, manifests, photos, runs, tables
from tests.hostile.case import REFUSED, TAKEN, Case
from tests.hostile.doors import (
    SECONDS,
    Passage,
    assert_sentence,
    peak_memory,
    through_fields,
    through_import,
    through_upload,
    watched,
)
from tests.hostile.words import ADDRESSES, FORMULAS, LETTERS, MARKUP, PATHS
from tests.network import watch

ROOT = Path(__file__).resolve().parents[2]
PHOTOS, TABLES = list(photos.cases()), list(tables.cases())
ARCHIVES, MANIFESTS = list(archives.cases()), list(manifests.cases())
FILES = [*PHOTOS, *TABLES, *ARCHIVES, *MANIFESTS]
RUNS, REGIONS = list(runs.changes()), runs.regions()
TEXTS = {**MARKUP, **LETTERS, **FORMULAS, **PATHS}


def quick(cases: list[Case]) -> pytest.MarkDecorator:
    """A test of every case that does not need seconds or much memory."""
    kept = [case for case in cases if not case.heavy]
    return pytest.mark.parametrize("case", kept, ids=lambda case: case.name.replace(" ", "-"))


def assert_passed(case: Case, passage: Passage) -> None:
    assert passage.seconds < SECONDS
    assert passage.taken or passage.sentences
    for sentence in passage.sentences:
        assert_sentence(sentence)
    if case.expected == REFUSED:
        assert not passage.taken
    if case.expected == TAKEN:
        assert passage.taken, passage.sentences


def test_the_corpus_is_large_and_names_each_thing_once():
    names = Counter(case.name for case in FILES) + Counter(name for name, _ in RUNS)
    assert max(names.values()) == 1
    whole = len(FILES) + len(RUNS) + len(REGIONS) + len(TEXTS) + len(ADDRESSES)
    assert whole >= 300 and len(FILES) >= 300


@quick(PHOTOS)
def test_a_photo_through_the_upload(case: Case, home: Path, tmp_path: Path):
    before = peak_memory()
    with watched(tmp_path, home):
        assert_passed(case, through_upload(case))
    assert peak_memory() - before < 400


@quick([*TABLES, *ARCHIVES, *MANIFESTS])
def test_a_file_through_the_import(case: Case, home: Path, tmp_path: Path):
    before = peak_memory()
    with watched(tmp_path, home):
        passage = through_import(case, home, "hostile")
    assert passage.seconds < SECONDS
    assert passage.taken or passage.sentences
    for sentence in passage.sentences[:50]:
        assert_sentence(sentence)
    if case.expected == REFUSED and case in TABLES:
        assert not passage.taken
    assert peak_memory() - before < 700
    assert not list(home.rglob("*.part")) and not list(home.rglob("*.tmp"))
    assert not any(path.is_symlink() for path in home.rglob("*"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_as_caption_label_reviewer_and_name(name: str, home: Path, tmp_path: Path):
    with watched(tmp_path, home):
        passage = through_fields(TEXTS[name])
    for sentence in passage.sentences:
        assert_sentence(sentence)


@pytest.fixture(scope="module")
def good_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a run that came with the program."""
    folder = tmp_path_factory.mktemp("runs") / "good"
    shutil.copytree(settings.SHIPPED_RUNS / settings.DEFAULT_RUN, folder)
    return folder


def test_the_good_run_is_read(good_run: Path):
    assert len(read_run(good_run).labels) == 11


@pytest.mark.parametrize(("name", "change"), RUNS, ids=[name.replace(" ", "-") for name, _ in RUNS])
def test_a_tampered_run_is_refused(name: str, change: runs.Change, good_run: Path, tmp_path: Path):
    folder = tmp_path / "run"
    shutil.copytree(good_run, folder)
    change(folder)
    with pytest.raises(QcmfmError) as caught:
        read_run(folder)
    assert_sentence(str(caught.value))


@pytest.mark.parametrize("name", REGIONS)
def test_hostile_regions_are_refused(name: str, tmp_path: Path):
    (tmp_path / "regions.json").write_bytes(REGIONS[name])
    with pytest.raises(QcmfmError) as caught:
        read_regions(tmp_path / "regions.json")
    assert_sentence(str(caught.value))


@pytest.mark.parametrize("name", [n for n in exports.names() if n not in ("parquet",)])
def test_no_export_carries_a_live_formula(name: str, tmp_path: Path):
    """What the museum wrote goes back as it was in one export alone, which says so."""
    given = {f"f{n}": text for n, text in enumerate(FORMULAS.values())}
    collection = _collection(tmp_path, given)
    review = open_review("formulas")
    for text in FORMULAS.values():
        review.decide([Choice("r1", "correct", text, new_label=True, reason=text)], f"{text} A.")
    state = review.refresh()
    made = exports.export(name, Reviewed("formulas", collection, {}, state, review.log.decisions))
    if not made.name.endswith(".csv"):
        return
    header, *rows = csv.reader(io.StringIO(made.content.decode("utf-8-sig"), newline=""))
    own = {n for n in header if not n.startswith("qcmfm_")} if name == "records" else set()
    for row in rows:
        cells = [c for column, c in zip(header, row, strict=True) if column not in own]
        live = [c for c in cells if escape_formula(c) != c and not c.startswith("'")]
        assert live == []


def _collection(folder: Path, cells: dict[str, str]):
    from qcmfm.records import Collection

    record = Record("r1", caption=cells["f0"], cells={"title": cells["f1"], **cells})
    return Collection.from_records(folder, [record])


def command(home: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qcmfm", *given], cwd=ROOT, timeout=300, text=True,
        env=watch.environment(home.parent / "watch") | {"QCMFM_HOME": str(home)},
        capture_output=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["ZIP bomb of 64 MB", "manifest, 100,000 lists in each other", "CSV, NUL bytes in the header"],
)
def test_the_command_line_refuses_with_a_sentence(name: str, home: Path, tmp_path: Path):
    case = next(case for case in FILES if case.name == name)
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / case.file).write_bytes(case.make())
    done = command(home, "import", str(tmp_path / "given" / case.file), "--name", "hostile")
    assert done.returncode == 2 and done.stdout == ""
    assert_sentence(done.stderr)
    assert not (home / "collections" / "hostile").exists()


def test_the_command_line_predicts_past_hostile_records(home: Path, tmp_path: Path):
    folder = tmp_path / "given"
    folder.mkdir()
    chosen = ("PNG of 900 million pixels", "JPEG with 40 scans", "SVG with a script called .jpg",
              "JPEG and ZIP", "PNG whose XMP holds a billion laughs")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for number, case in enumerate(case for case in PHOTOS if case.name in chosen):
        (folder / f"{number}-{case.file}").write_bytes(case.make())
        rows.append((f"p{number}", f"{number}-{case.file}", "", ""))
    for name in ("html", "latex", "nul", "dde", "right to left override", "100,000 words"):
        rows.append((f"t {name}", PATHS["up"], TEXTS[name], ""))
    (folder / "records.csv").write_bytes(tables.table(*rows))
    out = tmp_path / "out.csv"
    run = settings.DEFAULT_RUN
    done = command(home, "predict", "--run", run, "--records", str(folder), "--out", str(out),
                   "--caption-column", "caption")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and not set(done.stderr) & set("\0\x1b\u202e")
    with out.open(encoding="utf-8", newline="") as handle:
        said = {row["record_id"]: row for row in csv.DictReader(handle)}
    assert set(said) == {row[0] for row in rows}
    assert all(row["error"] or row["label"] for row in said.values())
    assert watch.outside(home.parent / "watch") == []  # no weights, no statistics, nothing


def test_the_runs_that_come_with_the_program_are_sealed():
    """Where one is not: `python -m tests.benchmarks.cards`."""
    for folder in settings.SHIPPED_RUNS.iterdir():
        assert read_config(folder)["format"] == FORMAT
