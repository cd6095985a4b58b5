"""The workspace is where `QCMFM_HOME` says."""

import sys
from pathlib import Path

import pytest

from qcmfm.core import settings


def test_everything_lies_under_the_workspace(home: Path):
    assert settings.home() == home
    assert settings.collections_folder() == home / "collections"
    assert settings.features_folder() == home / "features"
    assert settings.runs_folder() == home / "runs"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_the_workspace_is_beside_the_app(
    monkeypatch: pytest.MonkeyPatch, value: str | None
):
    monkeypatch.delenv("QCMFM_HOME")
    if value is not None:
        monkeypatch.setenv("QCMFM_HOME", value)
    assert settings.home() == Path(__file__).resolve().parents[2] / "workspace"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the package in a copy that was installed from a wheel."""
    package = tmp_path / "site-packages" / "qcmfm"
    (package / "assets").mkdir(parents=True)
    monkeypatch.setattr(settings, "PACKAGE", package)
    monkeypatch.setattr(settings, "ASSETS", package / "assets")
    return package


def test_an_installed_copy_has_its_workspace_where_the_user_keeps_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, installed: Path
):
    monkeypatch.delenv("QCMFM_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    assert settings.source_tree() is None
    assert settings.home().is_relative_to(tmp_path / "anna") and settings.home().name == "qcmfm"
    if sys.platform == "linux":
        assert settings.home() == tmp_path / "anna" / ".local" / "share" / "qcmfm"
    monkeypatch.setenv("QCMFM_HOME", str(tmp_path / "chosen"))
    assert settings.home() == tmp_path / "chosen"


def test_an_app_that_lies_in_site_packages_makes_no_source_tree_of_it(installed: Path):
    (installed.parent / "app.py").touch()
    (installed.parent / "assets").mkdir()
    assert settings.source_tree() is None
    assert settings.app_script() == installed / "start" / "app.py"
    assert settings.shipped("assets") == installed / "assets"


def test_a_source_tree_is_used_as_it_lies():
    tree = Path(__file__).resolve().parents[2]
    assert settings.source_tree() == tree
    assert settings.app_script() == tree / "app.py"
    assert (settings.shipped("assets"), settings.shipped("pages")) == (
        tree / "assets",
        tree / "pages",
    )


def test_a_tilde_before_nobodys_name_stays_as_it_is():
    assert settings.expanded("~~struck~~/a.jpg") == Path("~~struck~~/a.jpg")


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("QCMFM_HOME", "~/museum")
    assert settings.home() == tmp_path / "museum"
