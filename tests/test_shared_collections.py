"""Without the shared collections their tests are skipped, and in CI that is a failure."""

from pathlib import Path

import pytest

from tests import conftest


def test_a_collection_that_is_not_here_skips_its_tests_except_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(conftest, "SHARED", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not here"):
        conftest.shared_collection("museum_materials")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="missing in CI"):
        conftest.shared_collection("museum_materials")
    (tmp_path / "museum_materials").mkdir()
    assert conftest.shared_collection("museum_materials") == tmp_path / "museum_materials"
