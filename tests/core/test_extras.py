"""A package that is not installed is a sentence with the command that installs it."""

import sys

import pytest

from qcmfm.core.errors import MissingExtraError
from qcmfm.core.extras import needs_extra


@pytest.mark.parametrize("module", ["ray", "ray.data"])
def test_the_sentence_names_purpose_package_and_command(
    module: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught, needs_extra("scale", "Labelling on Ray"):
        import ray.data  # noqa: F401
    assert str(caught.value) == (
        "Labelling on Ray needs the package ray, which is not installed. "
        "Install it with: pip install 'qcmfm[scale]'"
    )


def test_another_error_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), needs_extra("scale", "Labelling on Ray"):
        _ = 1 / 0
