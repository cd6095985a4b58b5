"""What an address asks for in vain is told in one sentence; what is there is not."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from qcmfm import service
from qcmfm.review.selections import save_selection
from qcmfm.service import Submission


def page() -> None:
    from qcmfm.ui.shell.missing import show_missing

    show_missing()


def told(query: dict[str, str]) -> list[str]:
    app = AppTest.from_function(page)
    for name, value in query.items():
        app.query_params[name] = value
    app.run(timeout=30)
    assert not app.exception
    return [warning.value for warning in app.warning]


@pytest.fixture(autouse=True)
def record(home: Path) -> str:
    return service.save_submission("uploads", Submission(b"", "a caption"))


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({"collection": "gone <b>*x*"}, "collection gone \\<b\\>\\*x\\*, which is not here"),
        ({"collection": "x" * 5000}, "x" * 80 + " …"),
        ({"collection": "../../etc"}, "which is not here"),
        ({"collection": "uploads", "record": "\x07gone"}, "which uploads does not have"),
        ({"collection": "uploads", "model": "gone"}, "the model gone, which is not here"),
        ({"collection": "uploads", "pick": "gone"}, "picked on the map"),
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(query: dict[str, str], part: str):
    (said,) = told(query)
    assert part in said and len(said) < 300


def test_what_is_there_is_not_told(record: str):
    there = {"collection": "uploads", "record": record, "model": "artifacts"}
    assert told(there | {"pick": save_selection([record])}) == told({}) == told({"step": "x"}) == []
