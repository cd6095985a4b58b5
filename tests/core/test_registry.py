"""A folder and the entry points of other packages are one registry."""

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from qcmfm import cli, exports, fusion, importers, service
from qcmfm.core.errors import ImportingError, ReviewError, TrainingError
from qcmfm.core.progress import finish
from qcmfm.core.registry import look_for_plug_ins_again
from qcmfm.exports.reviewed import Reviewed
from qcmfm.importers import import_collection, preview
from qcmfm.records import Collection, read_collection
from qcmfm.review.state import ReviewState
from qcmfm.runs.run import read_run
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

MODEL = """
from torch import nn
from qcmfm.core.messages import N_
from qcmfm.fusion.base import Fused, FusionModel

TITLE = N_("Photo's mean colour")


class MeanColour(FusionModel):
    def __init__(self, shape, n_labels, options):
        super().__init__(shape, n_labels, options)
        self.linear = nn.Linear(shape.image_dim, n_labels)

    def fuse(self, batch):
        return Fused(self.linear(batch.regions.mean(1)))
"""

IMPORTER = """
from qcmfm.importers import Item

TITLE = "Three lines"


def recognises(source):
    return 9 if source.path.suffix == ".three" else 0


def columns(source):
    return None


def read(source, chosen, documents):
    for number, line in enumerate(source.path.read_text().splitlines(), start=2):
        yield Item(number, f"t{number}", caption=line, cells={"line": line})
"""

EXPORT = """
TITLE = "Names alone"
SUFFIX = "-names.txt"
MIME = "text/plain"


def content(reviewed):
    return "\\n".join(record.record_id for record in reviewed.collection.records).encode()
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package with entry points where Python finds what is installed."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def put(group: str, name: str, source: str, package: str = "museum_tools") -> None:
        module = f"{package}_{name}_plugin"
        (site / f"{module}.py").write_text(source)
        about = site / f"{package}_{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
        importlib.invalidate_caches()
        look_for_plug_ins_again()

    yield put
    for module in set(sys.modules) - before:
        if module.endswith("_plugin"):
            del sys.modules[module]
    monkeypatch.undo()
    look_for_plug_ins_again()


def test_a_model_of_another_package_is_listed_trained_and_read_again(install: Install, home: Path):
    install("qcmfm.models", "mean_colour", MODEL)
    assert "mean_colour" in fusion.names() and fusion.title("mean_colour") == "Photo's mean colour"
    assert service.list_models()["mean_colour"] == "Photo's mean colour"
    assert "mean_colour" in CliRunner().invoke(cli.app, ["train", "--help"]).stdout
    assert not fusion.is_quantum("mean_colour")
    collection = read_collection(make_collection(home / "vases"))
    settings = TrainingSettings(model="mean_colour", epochs=5, batch_size=16)
    run = finish(train(collection, cheap_cache(home / "features"), settings, home / "run"))
    again = read_run(home / "run")
    assert again.model.name() == run.model.name() == "mean_colour"
    assert again.sha256 == run.sha256 and type(again.model) is type(run.model)


def test_an_importer_of_another_package_recognises_its_source(
    install: Install, home: Path, tmp_path: Path
):
    install("qcmfm.importers", "three_lines", IMPORTER)
    source = tmp_path / "cups.three"
    source.write_text("a red cup\na blue cup\na green cup\n")
    assert importers.title("three_lines") == "Three lines"
    assert finish(preview(str(source))).importer == "three_lines"
    assert finish(import_collection(str(source), "cups")).importer == "three_lines"
    captions = [r.caption for r in read_collection(home / "collections" / "cups").records]
    assert captions == ["a red cup", "a blue cup", "a green cup"]


def test_an_export_of_another_package_exports(install: Install, tmp_path: Path):
    install("qcmfm.exports", "names_alone", EXPORT)
    reviewed = Reviewed("cups", Collection(tmp_path), {}, ReviewState())
    made = exports.export("names_alone", reviewed)
    assert (made.name, made.mime, made.content) == ("cups-names.txt", "text/plain", b"")
    assert exports.title("names_alone") == "Names alone"


def test_what_is_built_in_wins_and_the_log_says_so(
    install: Install, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        install("qcmfm.exports", "records", EXPORT)
        assert exports.described("records", "cups")[0] != "cups-names.txt"
        assert "What is built in wins" in caplog.text and "museum_tools" in caplog.text
        install("qcmfm.exports", "Not a name", EXPORT)
        assert "Not a name" not in exports.names() and "small letters" in caplog.text


@pytest.mark.parametrize("source", ["raise RuntimeError('no licence')", "import no_such", "("])
def test_a_plug_in_that_fails_is_a_sentence_and_hides_no_other(
    install: Install, source: str, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    for group in ("qcmfm.models", "qcmfm.importers", "qcmfm.exports"):
        install(group, f"broken_{group[-5:]}", source)
    assert {*fusion.names()} > {"broken_odels", "qcmfm"} and fusion.title("broken_odels")
    table = tmp_path / "cups.csv"
    table.write_text("record_id,caption\nr1,a cup\n")
    with pytest.raises(TrainingError) as no_model:
        fusion.model_class("broken_odels")
    assert "of the package museum_tools cannot be loaded" in no_model.value.message
    assert "Update or uninstall the package museum_tools." in no_model.value.hint
    with pytest.raises(ReviewError, match="museum_tools cannot be loaded"):
        exports.described("broken_ports", "cups")
    with pytest.raises(ImportingError, match="museum_tools cannot be loaded"):
        finish(preview(str(table), importer="broken_rters"))
    assert finish(import_collection(str(table), "cups")).importer == "csv_table"
    assert "broken_rters" in caplog.text
    page = AppTest.from_function(show_download_buttons).run(timeout=60)
    assert not page.exception and len(page.get("download_button")) == 8
    (error,) = page.error
    assert "cannot be loaded" in error.value and "ports" in error.value


def test_a_plug_in_that_says_nothing_hides_no_other(
    install: Install, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    install("qcmfm.models", "empty", "")
    install("qcmfm.importers", "empty", "", "other_tools")
    with pytest.raises(TrainingError, match="holds 0 models"):
        fusion.model_class("empty")
    assert fusion.title("empty") == "empty"
    table = tmp_path / "cups.csv"
    table.write_text("record_id,caption\nr1,a cup\n")
    assert finish(import_collection(str(table), "cups")).importer == "csv_table"
    assert "empty" in caplog.text


def show_download_buttons() -> None:
    from unittest.mock import create_autospec

    from qcmfm.service import OpenReviewSession
    from qcmfm.ui.review.progress import show_exports

    session = create_autospec(OpenReviewSession, instance=True)
    session.name = "cups"
    show_exports(session)
