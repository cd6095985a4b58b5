"""The workspace is where `QCMFM_HOME` says."""

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


def test_a_tilde_before_nobodys_name_stays_as_it_is():
    assert settings.expanded("~~struck~~/a.jpg") == Path("~~struck~~/a.jpg")


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("QCMFM_HOME", "~/museum")
    assert settings.home() == tmp_path / "museum"
