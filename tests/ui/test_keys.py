"""Keys are told in one place, and no two that work on a page are the same."""

import ast
from pathlib import Path

import pytest

from qcmfm.ui.shared.keys import KEYS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "qcmfm" / "ui").rglob("*.py")])


def calls_of_key_of() -> set[tuple[object, object]]:
    """Page and name of every key that some button asks for by constants."""
    return {
        (page.value, name.value)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "key_of"
        for page, name in [node.args]
        if isinstance(page, ast.Constant) and isinstance(name, ast.Constant)
    }


def test_every_shortcut_comes_from_the_one_place():
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "shortcut":
                asked = node.value
                assert isinstance(asked, ast.Call), f"{file.name}:{asked.lineno}"
                assert getattr(asked.func, "id", "") == "key_of", f"{file.name}:{asked.lineno}"


def test_every_key_that_is_told_belongs_to_a_button():
    known = {(page, name) for page, keys in KEYS.items() for name in keys}
    by_number = {("review", "number")}
    turning = {("bulk", "previous"), ("bulk", "next")}  # two buttons made in a loop
    assert calls_of_key_of() == known - by_number - turning


@pytest.mark.parametrize("page", KEYS)
def test_no_key_does_two_things(page: str):
    here = KEYS[page] | ({} if page == "tour" else KEYS["tour"])
    letters = [one.letter for one in here.values()]
    assert len(set(letters)) == len(letters)
    assert not {"C", "R"} & set(letters)  # Streamlit keeps these for itself
